package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/oracle"
	"kinesql/cmd/kinesql-bench/measure"
)

// errFailed says that a workload was not verified or could not be run; what
// happened has been told.
var errFailed = errors.New("not all workloads succeeded")

// errInterrupted says that the user had enough.
var errInterrupted = errors.New("interrupted")

// runner measures workloads.
type runner struct {
	flags   inputFlags
	runs    int
	json    string // file for the results
	profile string // file for a CPU profile of one more run

	cmd *cobra.Command
	progress
	dir     string // for binaries and output, removed at the end
	binary  string // kinesql, once built
	db      *oracle.DuckDB
	results []result
}

func newRun() *cobra.Command {
	r := &runner{}
	cmd := &cobra.Command{
		Use:   "run WORKLOAD... | all",
		Short: "Measure workloads, verified against DuckDB",
		Long: `Measure workloads. Each is first run once in both systems to compare all results
(of the hops, which have no DuckDB line, some slides of each run are compared);
where they differ it says so, the result is marked and the exit status is 1.
Whatever is needed is made first: the kinesql binary, the DuckDB program (once,
it is kept in the user's cache folder), the input files (once, in --dir).`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			r.cmd = cmd
			r.progress.w, r.every = cmd.ErrOrStderr(), 10*time.Second
			return r.run(cmd.Context(), names)
		},
	}
	r.flags.add(cmd)
	cmd.Flags().IntVar(&r.runs, "runs", 5, "how often each system runs")
	cmd.Flags().StringVar(&r.json, "json", "", "write the results to this file")
	cmd.Flags().StringVar(&r.profile, "cpuprofile", "", "write a CPU profile of one more run of KineSQL (of the last workload)")
	return cmd
}

func (r *runner) run(ctx context.Context, names []string) (err error) {
	chosen, err := find(names)
	if err != nil {
		return err
	}
	if r.runs < 1 {
		return fmt.Errorf("--runs %d: want at least 1", r.runs)
	}
	if r.dir, err = os.MkdirTemp("", "kinesql-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.dir)
	defer func() { err = errors.Join(err, r.close()) }()
	failed := false
	for _, w := range chosen {
		if err := r.workload(ctx, w); err != nil {
			if ctx.Err() != nil {
				return errInterrupted
			}
			r.tell("%s: %v", w.name, err)
			failed = true
		}
	}
	return r.finish(failed)
}

// finish shows and writes the results.
func (r *runner) finish(failed bool) error {
	compareHops(r.results)
	if err := report(r.cmd.OutOrStdout(), r.results); err != nil {
		return err
	}
	if r.json != "" {
		text, err := encodeResults(r.results)
		if err != nil {
			return err
		}
		if err := os.WriteFile(r.json, text, 0o644); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

func (r *runner) close() error {
	if r.db == nil {
		return nil
	}
	return r.db.Close()
}

// workload verifies and measures one workload. A mismatch is an error, and yet
// there are results.
func (r *runner) workload(ctx context.Context, w workload) error {
	if w.hop != nil {
		return r.hop(ctx, w)
	}
	path, err := r.prepare(ctx, w)
	if err != nil {
		return err
	}
	var wrong error
	if err := r.started(w.name+": comparing all results with DuckDB's", func() (err error) {
		wrong, err = mismatch(verify(ctx, r.db, r.binary, *w.query, path, r.dir))
		return err
	}); err != nil {
		return err
	}
	script := filepath.Join(r.dir, w.name+".sql")
	if err := os.WriteFile(script, []byte(w.query.script(path, false)), 0o600); err != nil {
		return err
	}
	duck, err := duckdbSubject(ctx, r.db, w.query.batch(path))
	if err != nil {
		return err
	}
	if err := r.measure(ctx, w, []measure.Subject{kinesqlSubject(r.binary, script), duck}, func() bool { return wrong == nil }); err != nil {
		return err
	}
	if r.profile != "" {
		if err := r.profileScript(ctx, script); err != nil {
			return err
		}
	}
	return wrong
}

// mismatch tells a difference of results from failures.
func mismatch(err error) (wrong, failure error) {
	var m *mismatchError
	if errors.As(err, &m) {
		return err, nil
	}
	return nil, err
}

// prepare makes what a workload needs: the binaries, DuckDB, and its input,
// whose path it returns.
func (r *runner) prepare(ctx context.Context, w workload) (path string, err error) {
	if r.binary == "" && w.query != nil {
		if err := r.started("building kinesql", func() (err error) {
			r.binary, err = measure.Build(ctx, r.dir)
			return err
		}); err != nil {
			return "", err
		}
	}
	if r.db == nil {
		if err := r.started("starting DuckDB (the first time builds it, which takes minutes)", func() (err error) {
			r.db, err = oracle.Start(ctx, 0)
			return err
		}); err != nil {
			return "", err
		}
	}
	if r.flags.has(w) {
		return r.flags.path(w), nil
	}
	err = r.started("writing "+r.flags.path(w), func() (err error) {
		path, err = r.flags.ensure(ctx, w)
		return err
	})
	return path, err
}

// hop measures the feeding of an operator, and compares what each run gave.
func (r *runner) hop(ctx context.Context, w workload) error {
	path, err := r.prepare(ctx, w)
	if err != nil {
		return err
	}
	e := events{r.flags.seed, r.flags.count(w)}
	var want sampled
	if err := r.started(w.name+": asking DuckDB for sampled slides", func() (err error) {
		want, err = w.hop.answers(r.db, path, e)
		return err
	}); err != nil {
		return err
	}
	var wrong error
	s, err := hopSubject(w, r.flags, func(f fed) { wrong = errors.Join(wrong, f.check(want, e)) })
	if err != nil {
		return err
	}
	if err := r.measure(ctx, w, []measure.Subject{s}, func() bool { return wrong == nil }); err != nil {
		return err
	}
	if r.profile != "" {
		if _, err := feedChild(ctx, w, r.flags, "--cpuprofile", r.profile); err != nil {
			return err
		}
	}
	return wrong
}

// measure runs the subjects and keeps their results. When all have run, verified
// tells whether what they gave was right.
func (r *runner) measure(ctx context.Context, w workload, subjects []measure.Subject, verified func() bool) error {
	records := r.flags.count(w)
	figures, err := measure.All(ctx, r.stepwise(w, subjects), r.runs, func(s measure.Subject, run int, f measure.Figure) {
		r.tell("%s: run %d of %d, %s: %.3f us a record, %.2f s", w.name, run+1, r.runs, s.System,
			f.CPU.Seconds()*1e6/float64(records), f.Wall.Seconds())
	})
	if err != nil {
		return err
	}
	for i, s := range subjects {
		res := summarize(w.name, s, figures[i], records, verified())
		if w.name == hopLongName {
			added := measure.SpreadOf(figures[i], func(f measure.Figure) int64 { return f.Added }).Median
			res.note = w.hop.describe(added, w.hop.retained(events{r.flags.seed, records}))
		}
		r.results = append(r.results, res)
	}
	return nil
}

// stepwise are the subjects, whose runs say that they go on.
func (r *runner) stepwise(w workload, subjects []measure.Subject) []measure.Subject {
	out := make([]measure.Subject, len(subjects))
	for i, s := range subjects {
		run := s.Run
		s.Run = func(ctx context.Context) (f measure.Figure, err error) {
			err = r.step(w.name+": "+s.System, func() (err error) {
				f, err = run(ctx)
				return err
			})
			return f, err
		}
		out[i] = s
	}
	return out
}

// profileScript runs a script in a child of this program under the profiler.
func (r *runner) profileScript(ctx context.Context, script string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, self, "profile", script, r.profile).CombinedOutput()
	if err != nil {
		return fmt.Errorf("profile %s: %w\n%s", script, err, out)
	}
	return nil
}
