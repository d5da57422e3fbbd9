package relational

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// union is UNION ALL: the rows of all its ports, as they come.
type union struct{ operators.Stateless }

// NewUnion returns an operator with any number of ports, whose rows all have the
// types of its output.
func NewUnion() operators.Operator { return union{} }

// Process implements operators.Operator.
func (union) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if in.Rows() == 0 {
		return nil
	}
	return out.Emit(ctx, in)
}
