package nexmark

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
	"kinesql/cmd/internal/nexmark"
	"kinesql/cmd/kinesql-bench/measure"
	"kinesql/connectors"
	"kinesql/connectors/file"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/connectors/format/json"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

// NewDecoded returns the command that measures a query in its own process, over
// events that are decoded beforehand. It prints a line a run, as the Java program
// does.
func NewDecoded() *cobra.Command {
	return &cobra.Command{
		Use: "nexmark-decoded QUERY EVENTS SIDE RUNS", Hidden: true, Args: cobra.ExactArgs(4),
		Short: "Run a Nexmark query over decoded events (a child of nexmark)",
		RunE: func(cmd *cobra.Command, args []string) error {
			queries, err := nexmark.Find(args[:1])
			if err != nil {
				return err
			}
			runs, err := strconv.Atoi(args[3])
			if err != nil {
				return err
			}
			return replayed(cmd.Context(), cmd.OutOrStdout(), queries[0].Decoded(args[1], args[2]), runs)
		},
	}
}

// replayed runs a script once to decode its input, then runs times more.
func replayed(ctx context.Context, out io.Writer, script string, runs int) error {
	again := &replay{Connector: file.New([]format.Format{json.New()}), kept: map[string]*tape{}}
	for i := range runs + 1 {
		before, start := measure.Used(), time.Now()
		e, err := engine.New(engine.Config{Parallelism: 1, Now: time.Now, Connectors: []connectors.Connector{again}})
		if err != nil {
			return err
		}
		writer := &engine.Writer{W: io.Discard, Format: func(w io.Writer, s *batch.Schema, changes bool) (format.Encoder, error) {
			return encode.New("jsonl", w, s, format.EncodeOptions{Changes: changes})
		}}
		err = e.RunScript(ctx, &diag.Source{Name: "nexmark.sql", Text: script}, writer)
		e.Close()
		if err != nil {
			return err
		}
		if cpu, wall := measure.Used().CPU-before.CPU, time.Since(start); i > 0 {
			fmt.Fprintf(out, "{\"what\":\"run\",\"cpu_us\":%d,\"wall_us\":%d}\n", cpu.Microseconds(), wall.Microseconds())
		}
	}
	return nil
}

// decodedFigures measures a query over decoded events in a child process.
func (r *runner) decodedFigures(ctx context.Context, q nexmark.Query) (measure.Spread[float64], error) {
	self, err := os.Executable()
	if err != nil {
		return measure.Spread[float64]{}, err
	}
	cmd := exec.CommandContext(ctx, self, "nexmark-decoded", q.Name, r.file, r.side, strconv.Itoa(r.runs))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return measure.Spread[float64]{}, fmt.Errorf("decoded: %w: %s", err, stderr.String())
	}
	return r.told(text)
}
