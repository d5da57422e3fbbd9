package windowed_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

// event is a row as the oracle sees it, with the watermark that stood before it.
type event struct {
	time  int64
	key   *int64
	value *int64
	mark  window.Micros
}

var eventSchema = schema("ts", timestamp, "k", bigint, "v", bigint)

// events draws rows in random disorder, under watermarks that sometimes pass
// rows yet to come.
func events(t *rapid.T) []event {
	small := func(name string) *int64 {
		return rapid.Ptr(rapid.Int64Range(-2, 3), true).Draw(t, name)
	}
	n := rapid.IntRange(0, 40).Draw(t, "rows")
	disorder := rapid.Int64Range(0, 30).Draw(t, "disorder")
	delay := window.Micros(rapid.Int64Range(0, 30).Draw(t, "delay"))
	out, at, most := make([]event, n), int64(-40), window.Min
	for i := range out {
		at += rapid.Int64Range(0, 5).Draw(t, "step")
		e := event{time: at - rapid.Int64Range(0, disorder).Draw(t, "behind"), key: small("key"), value: small("value")}
		if e.mark = window.Min; most > window.Min {
			e.mark = most - delay
		}
		most = max(most, window.Micros(e.time))
		out[i] = e
	}
	return out
}

// build makes a batch of events.
func build(alloc memory.Allocator, list []event) batch.Batch {
	b := batch.NewBuilder(alloc, eventSchema)
	defer b.Close()
	b.Reset(len(list))
	for _, e := range list {
		b.Cols[0].I64 = append(b.Cols[0].I64, e.time)
		for c, v := range []*int64{e.key, e.value} {
			if v == nil {
				b.Null(c + 1)
				continue
			}
			b.Cols[c+1].I64 = append(b.Cols[c+1].I64, *v)
		}
		b.Marks = append(b.Marks, e.mark)
		b.EndRow()
	}
	return b.Finish(nil)
}

// outcome is what came out of an operator, sorted lines.
type outcome struct {
	rows, late, errors []string
}

// Emit implements operators.Emitter.
func (o *outcome) Emit(_ context.Context, b batch.Batch) error {
	o.rows = append(o.rows, optest.Lines(b)...)
	return nil
}

// RowError implements operators.Faults.
func (o *outcome) RowError(e operators.RowError) {
	o.errors = append(o.errors, e.Code+" "+e.Message+" "+string(e.Raw))
}

// LateRow implements operators.Faults.
func (o *outcome) LateRow(l operators.LateRow) {
	o.late = append(o.late, fmt.Sprintf("%d in [%d, %d) at %d", l.EventTime, l.WindowStart, l.WindowEnd, l.Watermark))
}

// play runs an operator over the events, cut into batches of the given size. The
// watermark follows the marks after each batch.
func play(t require, op operators.Operator, list []event, size int) *outcome {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	out := &outcome{}
	env := operators.Env{Alloc: alloc, Now: time.Now, Faults: out, BatchRows: 1 + size%5}
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			t.Fatalf("run: %v", err)
		}
	}
	must(op.Open(ctx, env))
	for len(list) > 0 {
		n := min(size, len(list))
		b := build(alloc, list[:n])
		must(op.Process(ctx, 0, b, out))
		b.Release()
		must(op.Advance(ctx, list[n-1].mark, out))
		list = list[n:]
	}
	must(op.Advance(ctx, window.Max, out))
	if f, ok := op.(operators.Finisher); ok {
		must(f.Finish(ctx, out))
	}
	must(op.Close())
	alloc.AssertSize(t, 0)
	return out
}

// require is what play needs of a test.
type require interface {
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Helper()
}

func text(v *int64) string {
	if v == nil {
		return "NULL"
	}
	return fmt.Sprint(*v)
}

func at(t int64) string { return window.Micros(t).Time().Format("2006-01-02T15:04:05.999999") }

// same compares lines in any order.
func same(t require, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Fatalf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sums is what the oracle computes of some values.
func sums(list []event) (n, count int64, sum, least, most *int64, different int) {
	seen := map[int64]bool{}
	for _, e := range list {
		n++
		if e.value == nil {
			continue
		}
		count++
		v := *e.value
		seen[v] = true
		if sum == nil {
			sum, least, most = new(int64), new(int64), new(int64)
			*least, *most = v, v
		}
		*sum += v
		*least, *most = min(*least, v), max(*most, v)
	}
	return n, count, sum, least, most, len(seen)
}
