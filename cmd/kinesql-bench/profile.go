package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

// startProfile begins a CPU profile, where path is not empty. The function that
// it returns ends it.
func startProfile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// newProfile is the child process that runs a script in-process, as the kinesql
// binary does, under the profiler.
func newProfile() *cobra.Command {
	return &cobra.Command{
		Use:    "profile SCRIPT PROFILE",
		Short:  "Run a script and write a CPU profile",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			e, err := engine.New(engine.Config{Stdin: os.Stdin, Stdout: io.Discard})
			if err != nil {
				return err
			}
			stop, err := startProfile(args[1])
			if err != nil {
				return err
			}
			out := &engine.Writer{W: io.Discard, Format: jsonLines}
			err = e.RunScript(cmd.Context(), &diag.Source{Name: args[0], Text: string(text)}, out)
			return errors.Join(err, stop())
		},
	}
}

func jsonLines(w io.Writer, schema *batch.Schema, changes bool) (format.Encoder, error) {
	return encode.New("jsonl", w, schema, format.EncodeOptions{Changes: changes})
}
