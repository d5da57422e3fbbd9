package windowed

import (
	"context"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

type nowhere struct{}

func (nowhere) Emit(context.Context, batch.Batch) error { return nil }

// TestOverAccounts: rows that wait or are in a frame count, and those that went do not.
func TestOverAccounts(t *testing.T) {
	in := batch.NewSchema(batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)}, batch.Field{Name: "v", Type: batch.Of(batch.BigInt)})
	out := batch.NewSchema(append(in.Fields(), batch.Field{Name: "m", Type: batch.Of(batch.BigInt)})...)
	cfg := OverConfig{In: in, Out: out, Preceding: 5, Ending: 2, Calls: []aggregate.Call{{Name: "MIN", Args: []int{1}, Filter: -1}}}
	made, err := NewOver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	op, ctx := made.(*overOp), context.Background()
	if err := op.Open(ctx, operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, BatchRows: 10}); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		b := batch.NewBuilder(memory.DefaultAllocator, in)
		b.Reset(1)
		b.Cols[0].I64, b.Cols[1].I64 = append(b.Cols[0].I64, int64(i)), append(b.Cols[1].I64, int64(i))
		b.EndRow()
		rows := b.Finish(nil)
		if err := op.Process(ctx, 0, rows, nowhere{}); err != nil {
			t.Fatal(err)
		}
		rows.Release()
		b.Close()
		if op.bytes <= 0 {
			t.Fatalf("a row waits, and %d bytes are held", op.bytes)
		}
		if err := op.Advance(ctx, window.Micros(i), nowhere{}); err != nil {
			t.Fatal(err)
		}
	}
	if one := op.bytes / 7; op.bytes > 8*(one+1) || one < heldBytes/2 {
		t.Errorf("%d bytes for seven rows", op.bytes)
	}
	if err := op.Advance(ctx, window.Max, nowhere{}); err != nil {
		t.Fatal(err)
	}
	if op.bytes != 0 {
		t.Errorf("%d bytes are left", op.bytes)
	}
	if err := op.Close(); err != nil {
		t.Fatal(err)
	}
}
