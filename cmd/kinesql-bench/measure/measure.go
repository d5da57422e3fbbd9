// Package measure is how the benchmarks weigh a program: CPU time, wall time and
// memory of a child process, medians of several runs, systems in turn.
package measure

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// Figure is what one run cost.
type Figure struct {
	CPU  time.Duration // user and system, of all threads
	Wall time.Duration
	RSS  int64 // peak, bytes
	// Added is what the work added to the peak that stood before it, where known.
	Added int64
}

// Command runs a command to its end and returns what it cost, by the kernel's
// account of the process. The kernel counts what the parent holds when it starts
// a child in the child's peak, so this program must stay small: whatever needs
// memory is a child.
func Command(cmd *exec.Cmd) (Figure, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return Figure{}, fmt.Errorf("%s: %w\n%s", cmd, err, stderr.String())
	}
	state := cmd.ProcessState
	return Figure{CPU: state.UserTime() + state.SystemTime(), Wall: wall, RSS: peakRSS(state)}, nil
}

// Subject is a system on a workload, ready to be measured.
type Subject struct {
	System, Version string
	Run             func(context.Context) (Figure, error)
}

// All runs the subjects in turn, runs times each, and returns the figures
// by Subject. It tells told of each run.
func All(ctx context.Context, subjects []Subject, runs int, told func(Subject, int, Figure)) ([][]Figure, error) {
	out := make([][]Figure, len(subjects))
	for r := range runs {
		for i, s := range subjects {
			f, err := s.Run(ctx)
			if err != nil {
				return nil, fmt.Errorf("run %d of %s: %w", r+1, s.System, err)
			}
			told(s, r, f)
			out[i] = append(out[i], f)
		}
	}
	return out, nil
}

// Spread is the median of some values, the least and the greatest.
type Spread[T cmp.Ordered] struct{ Median, Least, Greatest T }

// SpreadOf returns the Spread of f over the figures; of an even number of values
// the median is the lower of the two in the middle.
func SpreadOf[T cmp.Ordered](figures []Figure, f func(Figure) T) Spread[T] {
	values := make([]T, len(figures))
	for i, fig := range figures {
		values[i] = f(fig)
	}
	slices.Sort(values)
	return Spread[T]{values[(len(values)-1)/2], values[0], values[len(values)-1]}
}
