package windowed_test

import (
	"context"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/window"
)

// playKeyed is play with a clock that goes on by a microsecond with each batch, and
// with the ticks that the operator asks for.
func playKeyed(t require, op operators.Operator, list []event, size int) *outcome {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	out, now := &outcome{}, time.UnixMicro(0)
	budget := operators.NewBudget(0)
	env := operators.Env{
		Alloc: alloc, Now: func() time.Time { return now }, Faults: out, BatchRows: 1 + size%5, State: budget.Account("test"),
	}
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
		now = now.Add(time.Microsecond)
		if next := op.(operators.Ticker).NextTick(); !next.IsZero() && !now.Before(next) {
			must(op.(operators.Ticker).Tick(ctx, out))
		}
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

// folded is the rows that are left of changes.
func folded(t require, lines []string) []string {
	rows := map[string]int{}
	for _, l := range lines {
		kind, row, ok := strings.Cut(l, " ")
		if !ok {
			kind, row = "+I", l
		}
		if kind[0] == '+' {
			rows[row]++
			continue
		}
		if rows[row]--; rows[row] < 0 {
			t.Fatalf("%s of a row that is not there: %s in %q", kind, row, lines)
		}
	}
	var out []string
	for row, n := range rows {
		for range n {
			out = append(out, row)
		}
	}
	return out
}
