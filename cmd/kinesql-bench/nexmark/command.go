package nexmark

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/nexmark"
	"kinesql/cmd/internal/oracle"
	"kinesql/cmd/kinesql-bench/measure"
)

// runner measures queries.
type runner struct {
	events  int64
	seed    uint64
	runs    int
	flink   bool
	decoded bool
	json    string
	binary  string
	dir     string // of the input files

	cmd   *cobra.Command
	work  string // for scripts and results, removed at the end
	file  string // the events
	side  string // the side table
	db    *oracle.DuckDB
	peer  *flink // nil: not measured
	rows  []row
	wrong bool
}

// New returns the command.
func New() *cobra.Command {
	r := &runner{}
	cmd := &cobra.Command{
		Use:   "nexmark QUERY... | all",
		Short: "Measure the Nexmark queries, verified against DuckDB, beside Apache Flink",
		Long: `Measure the Nexmark queries q0-q5, q7-q9, q11-q22 over events that are up to a
second out of order. All results are compared with DuckDB's first; where they
differ it says so, the row is marked and the exit status is 1.

Apache Flink is taken from PyPI (pip and a JDK from 17 on are needed; once, 330 MB,
kept in the user's cache folder). Without them, or with --flink=false, the column
stays empty and the report says why.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			r.cmd = cmd
			return r.run(cmd.Context(), names)
		},
	}
	f := cmd.Flags()
	f.Int64Var(&r.events, "events", 1_000_000, "events to read")
	f.Uint64Var(&r.seed, "seed", 1, "seed of the events: equal seeds, equal bytes")
	f.IntVar(&r.runs, "runs", 3, "how often each system runs")
	f.BoolVar(&r.flink, "flink", true, "measure Apache Flink too")
	f.BoolVar(&r.decoded, "decoded", true, "measure on events that need no decoding too")
	f.StringVar(&r.json, "json", "", "write the results to this file")
	f.StringVar(&r.binary, "binary", "", "kinesql binary to measure (default: built from this tree)")
	return cmd
}

// errWrong says that results differ; what does has been told.
var errWrong = errors.New("not all queries gave the right results")

func (r *runner) run(ctx context.Context, names []string) (err error) {
	queries, err := nexmark.Find(names)
	if err != nil {
		return err
	}
	if r.runs < 1 || r.events < 1000 {
		return errors.New("want at least one run and 1,000 events")
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	defer func() { err = errors.Join(err, r.db.Close()) }()
	for _, q := range queries {
		if err := r.query(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q.Name, err)
		}
	}
	if err := r.report(); err != nil {
		return err
	}
	if r.wrong {
		return errWrong
	}
	return nil
}

// prepare makes the input, the binary and the peers.
func (r *runner) prepare(ctx context.Context) (err error) {
	if r.work, err = os.MkdirTemp("", "kinesql-nexmark-"); err != nil {
		return err
	}
	r.tell("writing the events")
	if err := r.input(); err != nil {
		return err
	}
	if r.binary == "" {
		r.tell("building kinesql")
		if r.binary, err = measure.Build(ctx, r.work); err != nil {
			return err
		}
	}
	r.tell("starting DuckDB (the first time builds it, which takes minutes)")
	if r.db, err = oracle.Start(ctx, 1); err != nil {
		return err
	}
	for _, sql := range nexmark.DuckSetup(r.file, r.side) {
		if _, err := r.db.Exec(sql); err != nil {
			return err
		}
	}
	if r.flink {
		r.tell("looking for Apache Flink (the first time fetches it)")
		if r.peer, err = findFlink(ctx); err != nil {
			r.tell("Flink is not measured: %v", err)
		}
	}
	return nil
}

// query verifies and measures one query.
func (r *runner) query(ctx context.Context, q nexmark.Query) error {
	out := row{query: q}
	wrong, err := r.verify(ctx, q)
	if err != nil {
		return err
	}
	if out.verified = wrong == ""; wrong != "" {
		r.wrong = true
		r.tell("%s: %s", q.Name, wrong)
	}
	json, err := r.figures(ctx, q, q.Script(r.file, r.side, false))
	if err != nil {
		return err
	}
	out.json = json
	if r.decoded {
		if out.decoded, err = r.decodedFigures(ctx, q); err != nil {
			return err
		}
	}
	if r.peer != nil {
		if out.flink, out.flinkWrong, err = r.peer.figures(ctx, r, q); err != nil {
			r.tell("%s: Flink: %v", q.Name, err)
		} else if r.decoded {
			if out.flinkDecoded, err = r.peer.decoded(ctx, r, q); err != nil {
				r.tell("%s: Flink, decoded: %v", q.Name, err)
			}
		}
	}
	usage, err := r.db.Exec(q.Duck)
	if err != nil {
		return err
	}
	out.duck = float64(usage.CPUMicros) / float64(r.events)
	r.rows = append(r.rows, out)
	r.tell("%s", out)
	return nil
}

// figures runs a script and returns its CPU time in microseconds an event.
func (r *runner) figures(ctx context.Context, q nexmark.Query, script string) (measure.Spread[float64], error) {
	path := filepath.Join(r.work, q.Name+".sql")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return measure.Spread[float64]{}, err
	}
	s := measure.Subject{System: "kinesql", Run: func(ctx context.Context) (measure.Figure, error) {
		return measure.Command(kinesql(ctx, r.binary, path))
	}}
	figures, err := measure.All(ctx, []measure.Subject{s}, r.runs, func(measure.Subject, int, measure.Figure) {})
	if err != nil {
		return measure.Spread[float64]{}, err
	}
	return measure.SpreadOf(figures[0], func(f measure.Figure) float64 { return r.micros(f.CPU.Microseconds()) }), nil
}

// micros is CPU time by event.
func (r *runner) micros(total int64) float64 { return float64(total) / float64(r.events) }

func (r *runner) tell(format string, args ...any) {
	fmt.Fprintf(r.cmd.ErrOrStderr(), format+"\n", args...)
}
