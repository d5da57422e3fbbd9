package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/spf13/cobra"

	"kinesql/operators"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// fed is what the child that feeds an operator reports: what the feeding cost,
// the start of the process left out.
type fed struct {
	CPUMicros  int64  `json:"cpu_us"`
	WallMicros int64  `json:"wall_us"`
	PeakRSS    int64  `json:"peak_rss_bytes"`
	BaseRSS    int64  `json:"base_rss_bytes"`
	Windows    int64  `json:"windows"`
	Rows       int64  `json:"rows"`
	Mismatch   string `json:"mismatch,omitempty"`
}

// newFeed is the child process of workloads without a file.
func newFeed() *cobra.Command {
	var (
		flags   inputFlags
		check   bool
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
				return fmt.Errorf("%s reads a file", w.name)
			}
			stop, err := startProfile(profile)
			if err != nil {
				return err
			}
			report, err := w.hop.feed(cmd.Context(), events{flags.seed, flags.count(w)}, check)
			if err := errors.Join(err, stop()); err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&check, "check", false, "compare sampled windows with a plain count")
	cmd.Flags().StringVar(&profile, "cpuprofile", "", "write a CPU profile")
	return cmd
}

// feed runs the operator over all events.
func (h hopShape) feed(ctx context.Context, e events, check bool) (fed, error) {
	out := &tops{keep: map[window.Micros][]group{}}
	if check {
		for _, end := range h.samples(e) {
			out.keep[end] = nil
		}
	}
	base, start := used(), time.Now()
	if err := h.run(ctx, e, out); err != nil {
		return fed{}, err
	}
	after := used()
	r := fed{
		CPUMicros: (after.cpu - base.cpu).Microseconds(), WallMicros: time.Since(start).Microseconds(),
		PeakRSS: after.rss, BaseRSS: base.rss, Windows: out.windows, Rows: out.rows,
	}
	if check {
		if err := h.check(e, out.keep); err != nil {
			r.Mismatch = err.Error()
		}
	}
	return r, nil
}

func (h hopShape) run(ctx context.Context, e events, out operators.Emitter) error {
	op, err := windowed.NewAggregate(h.config())
	if err != nil {
		return err
	}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: refuse{}, BatchRows: hopRows}
	if err := op.Open(ctx, env); err != nil {
		return errors.Join(err, op.Close())
	}
	for i := int64(0); i < e.n; i += hopRows {
		b := e.batch(i)
		err := op.Process(ctx, 0, b, out)
		b.Release()
		if err == nil {
			err = op.Advance(ctx, e.at(min(i+hopRows, e.n)-1), out)
		}
		if err != nil {
			return errors.Join(err, op.Close())
		}
	}
	// The stream has no end: the windows that are still open do not close.
	return op.Close()
}

// refuse is the fault log of an input that has none.
type refuse struct{}

// RowError implements operators.Faults.
func (refuse) RowError(e operators.RowError) { panic("row failed: " + e.Message) }

// LateRow implements operators.Faults.
func (refuse) LateRow(r operators.LateRow) { panic("row is late: " + r.EventTime.String()) }

// hopSubject measures the feeding of a hop in a child process.
func hopSubject(w workload, flags inputFlags) (subject, error) {
	self, err := os.Executable()
	if err != nil {
		return subject{}, err
	}
	run := func(ctx context.Context) (figure, error) {
		r, err := feedChild(ctx, w, flags)
		if err != nil {
			return figure{}, err
		}
		return figure{
			cpu:  time.Duration(r.CPUMicros) * time.Microsecond,
			wall: time.Duration(r.WallMicros) * time.Microsecond,
			rss:  r.PeakRSS, added: r.PeakRSS - r.BaseRSS,
		}, nil
	}
	return subject{system: systemKineSQL, version: versionOf(self), run: run}, nil
}

// feedChild runs this program's feed command.
func feedChild(ctx context.Context, w workload, flags inputFlags, more ...string) (fed, error) {
	self, err := os.Executable()
	if err != nil {
		return fed{}, err
	}
	args := append([]string{"feed", w.name, "--seed", strconv.FormatUint(flags.seed, 10),
		"--records", strconv.FormatInt(flags.count(w), 10)}, more...)
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
