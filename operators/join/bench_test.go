package join_test

import (
	"context"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/join"
	"kinesql/window"
)

// discard counts rows.
type discard struct{ rows int }

func (d *discard) Emit(_ context.Context, b batch.Batch) error {
	d.rows += b.Rows()
	return nil
}

const benchRows = 4096

// benchBatch is rows whose keys are key(i), and whose times are a step apart.
func benchBatch(schema *batch.Schema, from int, step int64, key func(i int) int64) batch.Batch {
	keys, times := make([]int64, benchRows), make([]int64, benchRows)
	text := batch.Vector{Type: schema.Field(1).Type}
	for i := range keys {
		keys[i], times[i] = key(from+i), int64(from+i)*step
		text.AppendBytes([]byte("channel-7 https://www.nexmark.com/item.htm"))
	}
	return batch.New(schema, benchRows, []batch.Vector{
		{Type: schema.Field(0).Type, Len: benchRows, I64: keys}, text,
		{Type: schema.Field(2).Type, Len: benchRows, I64: times},
	}, batch.Beside{})
}

// benchInput is auctions on the left, a batch for sixteen of bids on the right, each bid
// for one of the last auctions. An auction comes each sixteenth of a millisecond.
func benchInput() (lefts, rights []batch.Batch) {
	for from := 0; from < 1<<18; from += benchRows {
		if from%(16*benchRows) == 0 {
			lefts = append(lefts, benchBatch(leftSchema, from/16, 1000, func(i int) int64 { return int64(i) }))
		}
		rights = append(rights, benchBatch(rightSchema, from, 1000/16, func(i int) int64 {
			return int64(max(0, i/16-i*7919%512))
		}))
	}
	return lefts, rights
}

// benchJoin gives all input to a new operator, again and again. It reports the time a
// row that goes in, and the bytes a row that is held at last.
func benchJoin(b *testing.B, make func() (operators.Operator, error), advance bool) {
	lefts, rights := benchInput()
	out := &discard{}
	rows, held := 0, int64(0)
	b.ResetTimer()
	for range b.N {
		op, err := make()
		if err != nil {
			b.Fatal(err)
		}
		budget := operators.NewBudget(0)
		env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, BatchRows: 8192, State: budget.Account("join")}
		if err := op.Open(b.Context(), env); err != nil {
			b.Fatal(err)
		}
		for i, right := range rights {
			if i%16 == 0 {
				benchFeed(b, op, 0, lefts[i/16], out)
				rows += benchRows
			}
			benchFeed(b, op, 1, right, out)
			rows += benchRows
			if advance {
				if err := op.Advance(b.Context(), window.Micros(i*benchRows)*1000/16, out); err != nil {
					b.Fatal(err)
				}
			}
		}
		held = budget.Used()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
	b.ReportMetric(float64(held)/float64(rows/b.N), "heldB/row")
	b.ReportMetric(float64(out.rows)/float64(rows), "out/row")
}

func benchFeed(b *testing.B, op operators.Operator, port int, in batch.Batch, out operators.Emitter) {
	if err := op.Process(b.Context(), port, in, out); err != nil {
		b.Fatal(err)
	}
}

func benchConfig() join.Config {
	return join.Config{
		Left:  join.Input{Schema: leftSchema, Keys: []int{0}, Time: 2},
		Right: join.Input{Schema: rightSchema, Keys: []int{0}, Time: 2},
		Out:   bothSchema, Kind: join.Inner,
	}
}

func BenchmarkHash(b *testing.B) {
	benchJoin(b, func() (operators.Operator, error) { return join.NewHash(benchConfig(), 0) }, false)
}

func BenchmarkHashLeft(b *testing.B) {
	cfg := benchConfig()
	cfg.Kind = join.Left
	benchJoin(b, func() (operators.Operator, error) { return join.NewHash(cfg, 0) }, false)
}

func BenchmarkInterval(b *testing.B) {
	benchJoin(b, func() (operators.Operator, error) {
		return join.NewInterval(benchConfig(), -10*window.Second, 10*window.Second)
	}, true)
}
