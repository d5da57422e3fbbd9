package windowed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// counted is COUNT(*) and SUM(v) of keys that are numbers.
func counted(spec window.Spec) windowed.Config {
	return windowed.Config{
		In: eventSchema, Keys: []int{1}, Window: spec, Time: 0,
		Calls: []aggregate.Call{call("COUNT"), call("SUM", 2)},
		Out:   schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint, "sum", bigint),
	}
}

// BenchmarkKeyed counts and sums by key at 100,000 rows a second with 1 s of
// disorder: sessions with a gap of 10 s, with and without a greatest length,
// staggered windows of 10 s, and windows of 10 rows.
func BenchmarkKeyed(b *testing.B) {
	for _, keys := range []int64{1_000, 100_000, 1_000_000} {
		for _, spec := range []window.Spec{
			sessionOf(10 * window.Second), {Kind: window.Session, Gap: 10 * window.Second, Size: window.Minute},
			{Kind: window.Stagger, Size: 10 * window.Second}, countOf(10, 10),
		} {
			b.Run(fmt.Sprintf("%d/%s/%d", keys, spec.Kind, spec.Size/window.Second), func(b *testing.B) {
				op := start(b, counted(spec))
				s := &stream{rows: 8192, step: 10_000, disorder: 1_000_000, keys: keys, r: rand.New(rand.NewPCG(1, 2))}
				feed(b, op, s, 1_500_000)
				b.ResetTimer()
				spent := feed(b, op, s, b.N)
				b.ReportMetric(float64(spent.Nanoseconds())/float64(max(b.N, s.rows)), "ns/row")
			})
		}
	}
}

// heap is the memory in use after a collection, and how long that took.
func heap() (int64, time.Duration) {
	runtime.GC()
	from := time.Now()
	runtime.GC()
	took := time.Since(from)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), took
}

// BenchmarkOpenSessions opens a session for each of a million keys and tells what
// one takes.
func BenchmarkOpenSessions(b *testing.B) {
	for range b.N {
		each, took := openSessions(b, 1_000_000)
		b.ReportMetric(each, "bytes/session")
		b.ReportMetric(float64(took.Microseconds()), "µs/collection")
	}
}

// openSessions returns the bytes that each of so many open sessions takes, and how
// long the garbage collector is at work.
func openSessions(t testing.TB, n int) (each float64, took time.Duration) {
	op, err := windowed.NewAggregate(counted(sessionOf(window.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	if err := op.Open(context.Background(), testEnv()); err != nil {
		t.Fatal(err)
	}
	const rows = 8192
	before, _ := heap()
	for from := 0; from < n; from += rows {
		times, keys := make([]int64, rows), make([]int64, rows)
		for i := range times {
			times[i], keys[i] = int64(from+i), int64(from+i)*7919
		}
		cols := []batch.Vector{
			{Type: timestamp, Len: rows, I64: times}, {Type: bigint, Len: rows, I64: keys}, {Type: bigint, Len: rows, I64: keys},
		}
		in := batch.New(eventSchema, rows, cols, batch.Beside{})
		if err := op.Process(context.Background(), 0, in, &discard{}); err != nil {
			t.Fatal(err)
		}
		in.Release()
	}
	after, took := heap()
	runtime.KeepAlive(op)
	return float64(after-before) / float64((n+rows-1)/rows*rows), took
}

// TestOpenSessionsAreSmall holds a million open sessions to 150 bytes each.
func TestOpenSessionsAreSmall(t *testing.T) {
	if each, took := openSessions(t, 1_000_000); each > 150 {
		t.Errorf("an open session takes %.0f bytes, a collection %s", each, took)
	}
}
