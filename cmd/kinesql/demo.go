package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
	"kinesql/cmd/internal/terminal"
	"kinesql/connectors/format/encode"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

// demoScript is what the demo runs, and what it prints first.
const demoScript = `CREATE STREAM clicks WITH (connector='generator', kind='clickstream', rate='%d', disorder='500ms');

SELECT path, COUNT(*) AS requests, COUNT(DISTINCT user_id) AS visitors,
       ROUND(AVG(latency_ms), 1) AS avg_ms, MAX(latency_ms) AS max_ms,
       ROUND(100.0 * COUNT(*) FILTER (WHERE status >= 500) / COUNT(*), 2) AS error_pct, window_end
FROM clicks
GROUP BY path, TUMBLE(ts, INTERVAL '2' SECOND)
ORDER BY requests DESC
LIMIT 10;
`

// pipeSpan is how long the demo runs when nobody watches a terminal.
const pipeSpan = 10 * time.Second

func newDemo() *cobra.Command {
	var (
		rate  int
		flags scriptFlags
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch a windowed query over a generated clickstream",
		Long: `Generate a clickstream and watch the ten busiest pages of each two seconds in a
table that is redrawn as windows close. Nothing is installed, opened or written.
ctrl-c ends it. In a pipe it prints rows and ends after ten seconds.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd, &flags, fmt.Sprintf(demoScript, rate))
		},
	}
	cmd.Flags().IntVar(&rate, "rate", 5000, "clicks a second")
	cmd.Flags().DurationVar(&flags.span, "for", 0, "end after this long (default: ctrl-c on a terminal, 10s in a pipe)")
	cmd.Flags().StringVar(&flags.format, "format", "", "print rows in this format instead of a live table")
	return cmd
}

func demo(cmd *cobra.Command, flags *scriptFlags, script string) error {
	flags.parallelism, flags.batchRows = 1, engine.DefaultBatchRows
	out := cmd.OutOrStdout()
	fmt.Fprintln(cmd.ErrOrStderr(), script)
	src := &diag.Source{Name: "demo.sql", Text: script}
	if flags.format != "" || !terminal.Is(out) {
		if flags.span == 0 && !terminal.Is(out) {
			flags.span = pipeSpan
		}
		return flags.runScript(cmd, src)
	}
	return flags.runWith(cmd, src, func(e *engine.Engine) engine.Output {
		return &liveOutput{w: out, look: reading(e.Stats)}
	})
}

// liveOutput shows each result as a live table.
type liveOutput struct {
	w    io.Writer
	look func() terminal.Reading
}

// Result implements engine.Output.
func (o *liveOutput) Result(schema *batch.Schema, _ bool) (operators.Sink, error) {
	return terminal.NewLive(o.w, "The busiest pages of the last two seconds (ctrl-c ends)", schema, o.look, encode.Cells), nil
}

// Text implements engine.Output.
func (o *liveOutput) Text(text string) error {
	_, err := fmt.Fprintln(o.w, text)
	return err
}
