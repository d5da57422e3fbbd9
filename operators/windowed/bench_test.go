package windowed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// stream makes batches of (ts, k, v) in which event time goes on by step from
// row to row, with some disorder.
type stream struct {
	rows     int
	step     int64 // nanoseconds
	disorder int64 // microseconds
	keys     int64
	at       int64
	r        *rand.Rand
}

func (s *stream) next() (batch.Batch, window.Micros) {
	ts, ks, vs := make([]int64, s.rows), make([]int64, s.rows), make([]int64, s.rows)
	marks := make([]window.Micros, s.rows)
	for i := range ts {
		s.at += s.step
		ts[i] = s.at / 1000
		if s.disorder > 0 {
			ts[i] -= s.r.Int64N(s.disorder)
		}
		ks[i], vs[i] = s.r.Int64N(s.keys), s.r.Int64N(1000)
		marks[i] = window.Micros(s.at/1000 - s.disorder)
	}
	cols := []batch.Vector{
		{Type: timestamp, Len: s.rows, I64: ts}, {Type: bigint, Len: s.rows, I64: ks}, {Type: bigint, Len: s.rows, I64: vs},
	}
	return batch.New(eventSchema, s.rows, cols, batch.Beside{Marks: marks}), marks[s.rows-1]
}

type discard struct{ rows int }

// Emit implements operators.Emitter.
func (d *discard) Emit(_ context.Context, b batch.Batch) error {
	d.rows += b.Rows()
	return nil
}

func start(b *testing.B, cfg windowed.Config) operators.Operator {
	op, err := windowed.NewAggregate(cfg)
	if err != nil {
		b.Fatal(err)
	}
	if err := op.Open(context.Background(), testEnv()); err != nil {
		b.Fatal(err)
	}
	return op
}

func testEnv() operators.Env {
	return operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: &outcome{}, BatchRows: 8192}
}

// feed gives the operator n rows and returns how long that took without the
// making of the rows.
func feed(b *testing.B, op operators.Operator, s *stream, n int) time.Duration {
	var spent time.Duration
	for range max(1, n/s.rows) {
		in, wm := s.next()
		from := cpu()
		if err := op.Process(context.Background(), 0, in, &discard{}); err != nil {
			b.Fatal(err)
		}
		if err := op.Advance(context.Background(), wm, &discard{}); err != nil {
			b.Fatal(err)
		}
		spent += cpu() - from
		in.Release()
	}
	return spent
}

// cpu is the processor time that the process has taken so far, which other
// processes do not disturb as they do the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTumble counts and sums by key in 10 s tumbles, 1 s of disorder.
func BenchmarkTumble(b *testing.B) {
	for _, keys := range []int64{6_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			op := start(b, windowed.Config{
				In: eventSchema, Keys: []int{1}, Window: window.TumbleOf(10*window.Second, 0), Time: 0,
				Calls: []aggregate.Call{call("COUNT"), call("SUM", 2)},
				Out:   schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint, "sum", bigint),
			})
			s := &stream{rows: 8192, step: 10_000, disorder: 1_000_000, keys: keys, r: rand.New(rand.NewPCG(1, 2))}
			feed(b, op, s, 1_000_000)
			b.ResetTimer()
			spent := feed(b, op, s, b.N)
			b.ReportMetric(float64(spent.Nanoseconds())/float64(max(b.N, s.rows)), "ns/row")
		})
	}
}

// BenchmarkHop counts by a million keys with the first ten of each slide, at
// several rates.
func BenchmarkHop(b *testing.B) {
	for _, rate := range []int64{1_000, 10_000, 100_000} {
		for _, spec := range []window.Spec{
			window.HopOf(10*window.Second, 2*window.Second, 0), window.HopOf(window.Hour, window.Second, 0),
		} {
			b.Run(fmt.Sprintf("%d/%s", rate, spec.Size.Length()), func(b *testing.B) {
				op := start(b, windowed.Config{
					In: eventSchema, Keys: []int{1}, Window: spec, Time: 0, Calls: []aggregate.Call{call("COUNT")},
					Out: schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint),
					Top: &windowed.Top{N: 10, Order: []aggregate.SortKey{{Column: 3, Desc: true}}},
				})
				s := &stream{rows: 8192, step: 1_000_000_000 / rate, keys: 1_000_000, r: rand.New(rand.NewPCG(1, 2))}
				feed(b, op, s, int(rate)*int(min(spec.Size, 400*window.Second)/window.Second))
				b.ResetTimer()
				spent := feed(b, op, s, b.N)
				b.ReportMetric(float64(spent.Nanoseconds())/float64(max(b.N, s.rows)), "ns/row")
			})
		}
	}
}
