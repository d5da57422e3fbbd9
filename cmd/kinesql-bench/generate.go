package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// inputFlags say which input files a command is about.
type inputFlags struct {
	dir     string
	seed    uint64
	records int64
}

func (f *inputFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.dir, "dir", defaultDir(), "folder of the input files")
	flags.Uint64Var(&f.seed, "seed", 1, "seed of the input: equal seeds, equal bytes")
	flags.Int64Var(&f.records, "records", 0, "records of each workload (default: as list says)")
}

// count is how many records w takes.
func (f *inputFlags) count(w workload) int64 {
	if f.records > 0 {
		return f.records
	}
	return w.records
}

// path is where w's input file is kept.
func (f *inputFlags) path(w workload) string { return w.input.path(f.dir, f.seed, f.count(w)) }

// has reports whether w's input file is there.
func (f *inputFlags) has(w workload) bool { return w.input.has(f.dir, f.seed, f.count(w)) }

// ensure writes w's input file unless it is there.
func (f *inputFlags) ensure(ctx context.Context, w workload) (path string, err error) {
	return w.input.ensure(ctx, f.dir, f.seed, f.count(w))
}

func newGenerate() *cobra.Command {
	var flags inputFlags
	cmd := &cobra.Command{
		Use:   "generate [WORKLOAD...]",
		Short: "Write the input files (of all workloads unless some are named)",
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = []string{"all"}
			}
			chosen, err := find(names)
			if err != nil {
				return err
			}
			return flags.generate(cmd, chosen)
		},
	}
	flags.add(cmd)
	return cmd
}

func (f *inputFlags) generate(cmd *cobra.Command, chosen []workload) error {
	for _, w := range chosen {
		note := ""
		if f.has(w) {
			note = ", was there already"
		}
		path, err := f.ensure(cmd.Context(), w)
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %d bytes%s\n", w.name, path, info.Size(), note); err != nil {
			return err
		}
	}
	return nil
}
