package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// figure is what one run cost.
type figure struct {
	cpu  time.Duration // user and system, of all threads
	wall time.Duration
	rss  int64 // peak, bytes
	// added is what the work added to the peak that stood before it, where known.
	added int64
}

// measure runs a command to its end and returns what it cost, by the kernel's
// account of the process. The kernel counts what the parent holds when it starts
// a child in the child's peak, so this program must stay small: whatever needs
// memory is a child.
func measure(cmd *exec.Cmd) (figure, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return figure{}, fmt.Errorf("%s: %w\n%s", cmd, err, stderr.String())
	}
	state := cmd.ProcessState
	return figure{cpu: state.UserTime() + state.SystemTime(), wall: wall, rss: peakRSS(state)}, nil
}

// subject is a system on a workload, ready to be measured.
type subject struct {
	system, version string
	run             func(context.Context) (figure, error)
}

// measureAll runs the subjects in turn, runs times each, and returns the figures
// by subject. It tells told of each run.
func measureAll(ctx context.Context, subjects []subject, runs int, told func(subject, int, figure)) ([][]figure, error) {
	out := make([][]figure, len(subjects))
	for r := range runs {
		for i, s := range subjects {
			f, err := s.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("run %d of %s: %w", r+1, s.system, err)
			}
			told(s, r, f)
			out[i] = append(out[i], f)
		}
	}
	return out, nil
}

// spread is the median of some values, the least and the greatest.
type spread[T cmp.Ordered] struct{ median, least, greatest T }

// spreadOf returns the spread of f over the figures; of an even number of values
// the median is the lower of the two in the middle.
func spreadOf[T cmp.Ordered](figures []figure, f func(figure) T) spread[T] {
	values := make([]T, len(figures))
	for i, fig := range figures {
		values[i] = f(fig)
	}
	slices.Sort(values)
	return spread[T]{values[(len(values)-1)/2], values[0], values[len(values)-1]}
}

// result is a line of the JSON file.
type result struct {
	Workload         string  `json:"workload"`
	System           string  `json:"system"`
	Version          string  `json:"version"`
	Runs             int     `json:"runs"`
	CPUMicros        float64 `json:"cpu_us_per_record"`
	RecordsPerSecond float64 `json:"records_per_second"`
	PeakRSSBytes     int64   `json:"peak_rss_bytes"`
	Verified         bool    `json:"verified"`

	cpu  spread[float64]
	wall spread[float64] // records per second
	note string
}

// summarize makes the result of a subject of its figures.
func summarize(workload string, s subject, figures []figure, records int64, verified bool) result {
	cpu := spreadOf(figures, func(f figure) float64 { return f.cpu.Seconds() * 1e6 / float64(records) })
	rate := spreadOf(figures, func(f figure) float64 { return float64(records) / f.wall.Seconds() })
	rss := spreadOf(figures, func(f figure) int64 { return f.rss })
	return result{
		Workload: workload, System: s.system, Version: s.version, Runs: len(figures),
		CPUMicros: cpu.median, RecordsPerSecond: rate.median, PeakRSSBytes: rss.median,
		Verified: verified, cpu: cpu, wall: rate,
	}
}

// encodeResults is the JSON file: an array, never null.
func encodeResults(results []result) ([]byte, error) {
	if results == nil {
		results = []result{}
	}
	text, err := json.MarshalIndent(results, "", "  ")
	return append(text, '\n'), err
}
