package relational

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// limit passes on a run of rows in the order in which they come. Its input is
// append-only.
type limit struct {
	operators.Stateless
	skip, left int64
}

// NewLimit returns an operator that leaves out offset rows, passes on the next
// limit rows (all where limit is negative) and then wants no more.
func NewLimit(rows, offset int64) operators.Operator {
	return &limit{skip: offset, left: rows}
}

// Process implements operators.Operator.
func (l *limit) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if l.left == 0 {
		return operators.ErrDone
	}
	from := min(l.skip, int64(in.Rows()))
	l.skip -= from
	to := int64(in.Rows())
	if l.left > 0 {
		to = min(to, from+l.left)
		l.left -= to - from
	}
	if from < to {
		if err := l.emit(ctx, in, int(from), int(to), out); err != nil {
			return err
		}
	}
	if l.left == 0 {
		return operators.ErrDone
	}
	return nil
}

// Advance implements operators.Operator. LIMIT 0 is done before a row comes.
func (l *limit) Advance(context.Context, window.Micros, operators.Emitter) error {
	if l.left == 0 {
		return operators.ErrDone
	}
	return nil
}

func (l *limit) emit(ctx context.Context, in batch.Batch, from, to int, out operators.Emitter) error {
	if from == 0 && to == in.Rows() {
		return out.Emit(ctx, in)
	}
	part := in.Slice(from, to)
	defer part.Release()
	return out.Emit(ctx, part)
}
