package relational

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// values is a source of one batch.
type values struct {
	make func(memory.Allocator) batch.Batch
	env  operators.Env
	read bool
}

// NewValues returns a source whose rows are those of one batch, which make makes
// when they are first asked for: SELECT without FROM.
func NewValues(make func(alloc memory.Allocator) batch.Batch) operators.Source {
	return &values{make: make}
}

// Open implements operators.Source.
func (v *values) Open(_ context.Context, env operators.Env) error {
	v.env = env
	return nil
}

// Poll implements operators.Source.
func (v *values) Poll(context.Context) (operators.Polled, error) {
	if v.read {
		return operators.Polled{MaxTime: window.Min}, io.EOF
	}
	v.read = true
	b := v.make(v.env.Alloc)
	return operators.Polled{Batch: b, MaxTime: window.Min, Records: b.Rows(), Ended: true}, nil
}

// Snapshot implements operators.Source.
func (v *values) Snapshot(context.Context) ([]operators.Position, error) {
	place := []byte{0}
	if v.read {
		place[0] = 1
	}
	return []operators.Position{{Split: "values", Place: place}}, nil
}

// Close implements operators.Source.
func (v *values) Close() error { return nil }
