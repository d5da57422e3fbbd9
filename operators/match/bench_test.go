package match_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/match"
	"kinesql/operators/pattern"
	"kinesql/window"
)

type nowhere struct{}

func (nowhere) Emit(context.Context, batch.Batch) error { return nil }
func (nowhere) RowError(operators.RowError)             {}
func (nowhere) LateRow(operators.LateRow)               {}

// cards is a schema of card, time, amount, and whether the amount is small, large.
var cards = batch.NewSchema(
	batch.Field{Name: "card", Type: batch.Of(batch.Varchar)}, batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "amount", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "a", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "b", Type: batch.Of(batch.Boolean)},
)

// payments makes a batch of payments with 100,000 cards, a tenth of them small and
// a tenth large.
func payments(rnd *rand.Rand, at *int64, n int) batch.Batch {
	cols := []batch.Vector{
		{Type: batch.Of(batch.Varchar)}, {Type: batch.Of(batch.Timestamp), Len: n}, {Type: batch.Of(batch.BigInt), Len: n},
		{Type: batch.Of(batch.Boolean), Len: n}, {Type: batch.Of(batch.Boolean), Len: n},
	}
	for range n {
		*at += 100
		amount := rnd.Int64N(1000)
		cols[0].AppendBytes([]byte("card-" + strconv.Itoa(rnd.IntN(100_000))))
		cols[1].I64 = append(cols[1].I64, *at-rnd.Int64N(1000))
		cols[2].I64 = append(cols[2].I64, amount)
		cols[3].Bool, cols[4].Bool = append(cols[3].Bool, amount < 100), append(cols[4].Bool, amount > 900)
	}
	return batch.New(cards, n, cols, batch.Beside{})
}

func benchmark(b *testing.B, cfg pattern.Config) {
	cfg.In, cfg.Partition, cfg.Time = cards, []int{0}, 1
	cfg.Measures = []pattern.Slot{
		{Variable: 0, Column: 2, Type: bigint}, {Variable: 1, Column: 2, Type: bigint},
	}
	cfg.Out = schemaOf(cfg)
	op, err := match.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: nowhere{}, BatchRows: 8192}
	if err := op.Open(b.Context(), env); err != nil {
		b.Fatal(err)
	}
	rnd, at := rand.New(rand.NewPCG(1, 2)), int64(0)
	var batches []batch.Batch
	for range 200 {
		batches = append(batches, payments(rnd, &at, 8192))
	}
	b.ResetTimer()
	rows := 0
	for n := range b.N {
		if n == len(batches) {
			break
		}
		if err := op.Process(b.Context(), 0, batches[n], nowhere{}); err != nil {
			b.Fatal(err)
		}
		if err := op.Advance(b.Context(), window.Micros(at)*window.Micros(n+1)/200-2000, nowhere{}); err != nil {
			b.Fatal(err)
		}
		rows += 8192
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
}

func filtered(names ...string) []pattern.Variable {
	var out []pattern.Variable
	for i, n := range names {
		out = append(out, pattern.Variable{Name: n, Filter: 3 + i})
	}
	return out
}

// BenchmarkFraud is a small payment and then a large one within a minute.
func BenchmarkFraud(b *testing.B) {
	benchmark(b, pattern.Config{Pattern: all(one(0), one(1)), Variables: filtered("A", "B"), Within: window.Minute})
}

// BenchmarkFraudBetween lets payments of any amount come between.
func BenchmarkFraudBetween(b *testing.B) {
	variables := append(filtered("A", "B"), pattern.Variable{Name: "X", Filter: -1})
	benchmark(b, pattern.Config{
		Pattern: all(one(0), many(one(2), 0, -1, true), one(1)), Variables: variables, Within: 10 * window.Second,
	})
}

// BenchmarkShape is amounts that fall and rise again, which looks at the row before
// each.
func BenchmarkShape(b *testing.B) {
	prev := pattern.Slot{Variable: pattern.Every, Prev: 1, Column: 2, Type: bigint}
	this := pattern.Slot{Variable: pattern.Every, Column: 2, Type: bigint}
	less, more := compared("<", 1, 0), compared(">", 1, 0)
	benchmark(b, pattern.Config{
		Pattern: all(one(0), many(one(1), 1, -1, false), many(one(2), 1, -1, false)),
		Conds:   []pattern.Slot{prev, this}, Within: window.Minute,
		Variables: []pattern.Variable{{Name: "S", Filter: -1}, {Name: "D", Filter: -1, Cond: less}, {Name: "U", Filter: -1, Cond: more}},
	})
}
