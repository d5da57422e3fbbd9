package windowed_test

import (
	"context"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// TestClock holds that rows belong to the windows in which they come, that windows
// close when the clock passes their end, and the rest at the end of the input.
func TestClock(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	s := window.TumbleOf(10*window.Second, 0)
	s.Processing = true
	op, err := windowed.NewAggregate(windowed.Config{
		In: eventSchema, Keys: []int{1}, Window: s, Time: 0, Calls: []aggregate.Call{call("COUNT"), call("MAX", 0)},
		Out: schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint, "last", timestamp),
	})
	if err != nil {
		t.Fatal(err)
	}
	now, out, ctx := time.UnixMicro(0).UTC(), &outcome{}, context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(op.Open(ctx, operators.Env{Alloc: alloc, Now: func() time.Time { return now }, Faults: out, BatchRows: 10}))
	ticker := op.(operators.Ticker)
	feed := func(second int, rows int) {
		t.Helper()
		now = time.Unix(int64(second), 0).UTC()
		b := build(alloc, make([]event, rows))
		must(op.Process(ctx, 0, b, out))
		b.Release()
		must(op.Advance(ctx, window.At(now)+window.Hour, out)) // event time has no say
	}
	expect := func(want ...string) {
		t.Helper()
		same(t, "rows", out.rows, want)
		out.rows = nil
	}
	if next := ticker.NextTick(); !next.IsZero() {
		t.Fatalf("a tick at %s without rows", next)
	}
	feed(3, 2)
	feed(9, 1)
	expect()
	if next := ticker.NextTick(); !next.Equal(time.Unix(10, 0)) {
		t.Fatalf("the next tick is at %s", next)
	}
	now = time.Unix(10, 0).UTC()
	must(ticker.Tick(ctx, out))
	expect("NULL|1970-01-01T00:00:00|1970-01-01T00:00:10|3|1970-01-01T00:00:09")
	feed(12, 1)
	feed(25, 4) // the clock passes an end without a tick
	expect("NULL|1970-01-01T00:00:10|1970-01-01T00:00:20|1|1970-01-01T00:00:12")
	feed(21, 1) // the clock is set back
	must(op.Advance(ctx, window.Max, out))
	expect("NULL|1970-01-01T00:00:20|1970-01-01T00:00:30|5|1970-01-01T00:00:25")
	must(op.Close())
	alloc.AssertSize(t, 0)
	if len(out.late) > 0 || len(out.errors) > 0 {
		t.Fatalf("faults: %q %q", out.late, out.errors)
	}
}
