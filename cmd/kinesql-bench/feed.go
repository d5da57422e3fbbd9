package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/spf13/cobra"

	"kinesql/cmd/kinesql-bench/measure"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/windowed"
)

// fed is what the child that feeds an operator reports: what the feeding cost
// without the start of the process and without reading the input.
type fed struct {
	CPUMicros  int64   `json:"cpu_us"`
	WallMicros int64   `json:"wall_us"`
	ReadMicros int64   `json:"read_cpu_us"`
	PeakRSS    int64   `json:"peak_rss_bytes"`
	BaseRSS    int64   `json:"base_rss_bytes"`
	Events     int64   `json:"events"`
	Windows    int64   `json:"windows"`
	Rows       int64   `json:"rows"`
	Sampled    sampled `json:"sampled"`
}

// check compares what a run gave with DuckDB's answers.
func (f fed) check(want sampled, e events) error {
	if f.Events != e.n {
		return &mismatchError{fmt.Sprintf("%d events were fed, want %d", f.Events, e.n)}
	}
	return want.compare(f.Sampled)
}

// newFeed is the child process of workloads without a script.
func newFeed() *cobra.Command {
	var (
		flags   inputFlags
		profile string
	)
	cmd := &cobra.Command{
		Use:    "feed WORKLOAD",
		Short:  "Feed a workload's operator once and print what it cost as JSON",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			chosen, err := find(names)
			if err != nil {
				return err
			}
			w := chosen[0]
			if w.hop == nil {
				return fmt.Errorf("%s has a script", w.name)
			}
			path, err := flags.ensure(cmd.Context(), w)
			if err != nil {
				return err
			}
			stop, err := startProfile(profile)
			if err != nil {
				return err
			}
			report, err := w.hop.feed(cmd.Context(), path, events{flags.seed, flags.count(w)})
			if err := errors.Join(err, stop()); err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&profile, "cpuprofile", "", "write a CPU profile")
	return cmd
}

// feed runs the operator over all events.
func (h hopShape) feed(ctx context.Context, path string, e events) (report fed, err error) {
	in, err := openEvents(path)
	if err != nil {
		return fed{}, err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	out := &tops{keep: sampled{}}
	for _, end := range h.samples(e) {
		out.keep[end] = nil
	}
	// The thread's clock tells what reading costs, so the thread stays the same.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f := feeder{in: in, out: out}
	base, start := measure.Used(), time.Now()
	if err := f.run(ctx, h); err != nil {
		return fed{}, err
	}
	wall, after := time.Since(start), measure.Used()
	return fed{
		CPUMicros: (after.CPU - base.CPU - f.cpu).Microseconds(), WallMicros: (wall - f.wall).Microseconds(),
		ReadMicros: f.cpu.Microseconds(),
		PeakRSS:    after.RSS, BaseRSS: base.RSS,
		Events: f.events, Windows: out.windows, Rows: out.rows, Sampled: out.keep,
	}, nil
}

// feeder feeds an operator with the events of a file.
type feeder struct {
	in     *eventsReader
	out    operators.Emitter
	events int64
	cpu    time.Duration // of reading
	wall   time.Duration // of reading
}

// run feeds all events, each batch with the watermark of its last event. The
// stream has no end: the windows that are still open do not close.
func (f *feeder) run(ctx context.Context, h hopShape) error {
	op, err := windowed.NewAggregate(h.config())
	if err != nil {
		return err
	}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: refuse{}, BatchRows: hopRows}
	err = op.Open(ctx, env)
	for more := true; more && err == nil; {
		var b batch.Batch
		if b, more, err = f.read(); more && err == nil {
			err = f.feed(ctx, op, b)
		}
	}
	return errors.Join(err, op.Close())
}

func (f *feeder) read() (batch.Batch, bool, error) {
	cpu, start := measure.ThreadCPU(), time.Now()
	b, more, err := f.in.next()
	f.cpu += measure.ThreadCPU() - cpu
	f.wall += time.Since(start)
	return b, more, err
}

func (f *feeder) feed(ctx context.Context, op operators.Operator, b batch.Batch) error {
	defer b.Release()
	f.events += int64(b.Rows())
	if err := op.Process(ctx, 0, b, f.out); err != nil {
		return err
	}
	return op.Advance(ctx, f.in.last(), f.out)
}

// refuse is the fault log of an input that has none.
type refuse struct{}

// RowError implements operators.Faults.
func (refuse) RowError(e operators.RowError) { panic("row failed: " + e.Message) }

// LateRow implements operators.Faults.
func (refuse) LateRow(r operators.LateRow) { panic("row is late: " + r.EventTime.String()) }

// hopSubject measures the feeding of a hop in a child process, and tells checked
// of each run's report.
func hopSubject(w workload, flags inputFlags, checked func(fed)) (measure.Subject, error) {
	self, err := os.Executable()
	if err != nil {
		return measure.Subject{}, err
	}
	run := func(ctx context.Context) (measure.Figure, error) {
		r, err := feedChild(ctx, w, flags)
		if err != nil {
			return measure.Figure{}, err
		}
		checked(r)
		return measure.Figure{
			CPU:  time.Duration(r.CPUMicros) * time.Microsecond,
			Wall: time.Duration(r.WallMicros) * time.Microsecond,
			RSS:  r.PeakRSS, Added: r.PeakRSS - r.BaseRSS,
		}, nil
	}
	return measure.Subject{System: systemKineSQL, Version: measure.Version(self), Run: run}, nil
}

// feedChild runs this program's feed command.
func feedChild(ctx context.Context, w workload, flags inputFlags, more ...string) (fed, error) {
	self, err := os.Executable()
	if err != nil {
		return fed{}, err
	}
	args := append([]string{"feed", w.name, "--seed", strconv.FormatUint(flags.seed, 10),
		"--records", strconv.FormatInt(flags.count(w), 10), "--dir", flags.dir}, more...)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fed{}, fmt.Errorf("feed %s: %w", w.name, err)
	}
	var r fed
	if err := json.Unmarshal(out, &r); err != nil {
		return fed{}, fmt.Errorf("feed %s printed %q: %w", w.name, out, err)
	}
	return r, nil
}
