package exec

import (
	"context"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

// repeat is a source of one batch, again and again.
type repeat struct {
	b    batch.Batch
	left int
}

func (r *repeat) Open(context.Context, operators.Env) error              { return nil }
func (r *repeat) Close() error                                           { return nil }
func (r *repeat) Snapshot(context.Context) ([]operators.Position, error) { return nil, nil }
func (r *repeat) Poll(context.Context) (operators.Polled, error) {
	if r.left == 0 {
		return operators.Polled{MaxTime: window.Min}, io.EOF
	}
	r.left--
	r.b.Retain()
	return operators.Polled{Batch: r.b, MaxTime: window.Min, Records: 1}, nil
}

type passing struct{ operators.Stateless }

func (passing) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	return out.Emit(ctx, in)
}

type swallow struct{}

func (swallow) Open(context.Context, operators.Env) error       { return nil }
func (swallow) Write(context.Context, batch.Batch) error        { return nil }
func (swallow) Prepare(context.Context, uint64) ([]byte, error) { return nil, nil }
func (swallow) Commit(context.Context, uint64, []byte) error    { return nil }
func (swallow) Close() error                                    { return nil }

// BenchmarkChain is the cost of a batch of one row through a source, three
// operators and a sink.
func BenchmarkChain(b *testing.B) {
	p := newPlan()
	rows := optest.Rows(memory.DefaultAllocator, kv, "a|NULL")
	n := p.add(&operators.Node{Name: "source", NewSource: func(int) (operators.Source, error) { return &repeat{rows, b.N}, nil }})
	for range 3 {
		n = p.op("pass", 1, func(int) operators.Operator { return passing{} }, from(n))
	}
	p.add(&operators.Node{Name: "sink", Inputs: []operators.Edge{from(n)}, NewSink: func(int) (operators.Sink, error) { return swallow{}, nil }})
	if err := Run(b.Context(), &p.Graph, Config{}); err != nil {
		b.Fatal(err)
	}
}
