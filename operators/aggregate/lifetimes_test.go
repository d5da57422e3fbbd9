package aggregate_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

var timedIn = schema("k", bigint, "ts", timestamp)

// forgetful counts rows by key, and forgets what no row touches for ten seconds.
func forgetful(t *testing.T, e operators.Emission, time int) operators.Operator {
	t.Helper()
	op, err := aggregate.NewHash(aggregate.HashConfig{
		In: timedIn, Out: schema("k", bigint, "n", bigint), Keys: []int{0}, Time: time, Changes: true,
		Calls: []aggregate.Call{{Name: "COUNT", Filter: -1}}, Emission: e,
	})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

const forgotten = `
	1|00:00:01
	2|00:00:02
	1|00:00:09
	2|00:00:13
	1|00:00:18
	1|00:00:30`

// TestTimeToLive forgets by event time, whatever the batches: the mark before a row
// is the time of the row before it.
func TestTimeToLive(t *testing.T) {
	for _, size := range []int{1, 2, 6} {
		op := forgetful(t, operators.Emission{Mode: operators.EmitChanges, TTL: 10 * time.Second}, 1)
		out := &kept{}
		env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: out, BatchRows: 100}
		if err := op.Open(t.Context(), env); err != nil {
			t.Fatal(err)
		}
		all := optest.Rows(env.Alloc, timedIn, forgotten)
		times := all.Vector(1)
		all.Marks = make([]window.Micros, all.Rows())
		for i := range all.Marks {
			all.Marks[i] = window.Micros(times.I64[max(i-1, 0)])
		}
		for from := 0; from < all.Rows(); from += size {
			b := all.Slice(from, from+size)
			for _, err := range []error{
				op.Process(t.Context(), 0, b, out), op.Advance(t.Context(), window.Micros(times.I64[from+size-1]), out),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			b.Release()
		}
		all.Release()
		// At 00:00:13 key 2 is eleven seconds old by the row, seven by the watermark
		// before it; at 00:00:30 key 1 is nine seconds old by the watermark.
		var left []string
		for _, row := range out.rows {
			if row[:2] == "-U" {
				i := slices.Index(left, row[3:])
				left = slices.Delete(left, i, i+1)
				continue
			}
			left = append(left, row[3:])
		}
		if slices.Sort(left); !slices.Equal(left, []string{"1|4", "2|2"}) {
			t.Errorf("batches of %d: %q", size, left)
		}
		late := optest.Rows(env.Alloc, timedIn, "1|00:00:31\n2|00:00:31")
		late.Marks = []window.Micros{45 * window.Second, 45 * window.Second}
		out.rows = nil
		if err := op.Process(t.Context(), 0, late, out); err != nil {
			t.Fatal(err)
		}
		late.Release()
		if !equal(out.rows, []string{"+I 1|1", "+I 2|1"}) {
			t.Errorf("batches of %d: after the time to live %q", size, out.rows)
		}
	}
}

// TestForgottenMemory gives back the memory of what was forgotten, on the clock of
// the machine.
func TestForgottenMemory(t *testing.T) {
	now := time.Unix(1000, 0)
	op := forgetful(t, operators.Emission{Mode: operators.EmitChanges, TTL: 10 * time.Second}, -1)
	out := &nobody{}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: func() time.Time { return now }, Faults: &kept{}, BatchRows: 1000}
	if err := op.Open(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	before := heap()
	const rows = 500_000
	for from := int64(0); from < rows; from += 1000 {
		keys := batch.Vector{Type: bigint, Len: 1000, I64: make([]int64, 1000)}
		for i := range keys.I64 {
			keys.I64[i] = from + int64(i)
		}
		b := batch.New(timedIn, 1000, []batch.Vector{keys, {Type: timestamp, Len: 1000, I64: make([]int64, 1000)}}, batch.Beside{})
		if err := op.Process(t.Context(), 0, b, out); err != nil {
			t.Fatal(err)
		}
		b.Release()
		if k := op.(operators.Ticker); !k.NextTick().IsZero() && !k.NextTick().After(now) {
			if err := k.Tick(t.Context(), out); err != nil {
				t.Fatal(err)
			}
		}
	}
	full := heap() - before
	for range 20 {
		now = now.Add(time.Second)
		if k := op.(operators.Ticker); !k.NextTick().IsZero() && !k.NextTick().After(now) {
			if err := k.Tick(t.Context(), out); err != nil {
				t.Fatal(err)
			}
		}
	}
	if left := heap() - before; full < 10<<20 || left > full/20 {
		t.Errorf("%d bytes of %d are left", left, full)
	}
	runtime.KeepAlive(op)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestEmitEvery shows changes at ticks of the clock, and what is left at the end.
func TestEmitEvery(t *testing.T) {
	now := time.Unix(1000, 0)
	op := forgetful(t, operators.Emission{Mode: operators.EmitEvery, Every: 10 * time.Second}, -1)
	out := &kept{}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: func() time.Time { return now }, Faults: out, BatchRows: 100}
	if err := op.Open(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	k := op.(operators.Ticker)
	give := func(rows string) {
		b := optest.Rows(env.Alloc, timedIn, rows)
		defer b.Release()
		if err := op.Process(t.Context(), 0, b, out); err != nil {
			t.Fatal(err)
		}
		if !k.NextTick().IsZero() && !k.NextTick().After(now) {
			if err := k.Tick(t.Context(), out); err != nil {
				t.Fatal(err)
			}
		}
	}
	give("1|00:00\n1|00:00\n2|00:00")
	now = now.Add(10 * time.Second)
	give("1|00:00")
	give("2|00:00\n2|00:00")
	if err := op.(operators.Finisher).Finish(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if want := []string{"+I 1|3", "+I 2|1", "-U 2|1", "+U 2|3"}; !equal(out.rows, want) {
		t.Errorf("got %q, want %q", out.rows, want)
	}
	if !k.NextTick().IsZero() {
		t.Error(fmt.Sprint("a tick is wanted at ", k.NextTick(), " for nothing"))
	}
}

// nobody takes batches and forgets them.
type nobody struct{}

// Emit implements operators.Emitter.
func (*nobody) Emit(context.Context, batch.Batch) error { return nil }
