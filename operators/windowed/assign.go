package windowed

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// assignOp appends the bounds of its windows to each row.
type assignOp struct {
	operators.Stateless
	in, out *batch.Schema
	spec    window.Spec
	wall    *window.Wall
	time    int
	write   writer
}

// NewAssign returns the operator of a window table function: each row once for
// each window that it belongs to, the earliest first, with window_start and
// window_end after its own columns. Late rows are passed on like others; a row in
// a gap is dropped, and one without a usable event time is a row error.
func NewAssign(in, out *batch.Schema, spec window.Spec, time int) (operators.Operator, error) {
	if err := wantTime(in, time); err != nil {
		return nil, err
	}
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if err := checkBounds(in, out); err != nil {
		return nil, err
	}
	wall, err := spec.Wall()
	if err != nil {
		return nil, err
	}
	op := &assignOp{in: in, out: out, spec: spec, wall: wall, time: time}
	if spec.Processing {
		return onClock(op, time), nil
	}
	return op, nil
}

// checkBounds checks that the output is the input and the bounds of windows.
func checkBounds(in, out *batch.Schema) error {
	if out.Len() != in.Len()+2 {
		return fmt.Errorf("the output of a window function has %d columns, not %d", in.Len()+2, out.Len())
	}
	for _, col := range []int{in.Len(), in.Len() + 1} {
		if err := wantTime(out, col); err != nil {
			return err
		}
	}
	return nil
}

// Open implements Operator.
func (o *assignOp) Open(_ context.Context, env operators.Env) error {
	o.write.env = env
	return nil
}

// assigned is rows and the windows they were assigned to.
type assigned struct {
	rows         []int32
	starts, ends []int64
}

// Process implements Operator.
func (o *assignOp) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	size := max(o.write.env.BatchRows, 1)
	times := in.Vector(o.time)
	var part assigned
	for i := range in.Rows() {
		if !o.usable(in, &times, i) {
			continue
		}
		for start, end := range o.spec.Windows(o.wall.At(window.Micros(times.I64[i]))) {
			if skipped(o.spec, o.wall, start, end) {
				continue
			}
			part.rows = append(part.rows, int32(i))
			part.starts = append(part.starts, int64(o.wall.Instant(start)))
			part.ends = append(part.ends, int64(o.wall.Instant(end)))
			if len(part.rows) == size {
				if err := o.emit(ctx, in, part, out); err != nil {
					return err
				}
				part = assigned{}
			}
		}
	}
	return o.emit(ctx, in, part, out)
}

// usable reports whether windows can be computed for a row.
func (o *assignOp) usable(in batch.Batch, times *batch.Vector, i int) bool {
	name := o.in.Field(o.time).Name
	switch {
	case !times.IsValid(i):
		o.write.bad(in, i, fmt.Sprintf("event time %s is NULL", name))
	case !window.InRange(window.Micros(times.I64[i])):
		o.write.bad(in, i, fmt.Sprintf("event time %s = %s is out of range", name, window.Micros(times.I64[i])))
	default:
		return true
	}
	return false
}

func (o *assignOp) emit(ctx context.Context, in batch.Batch, part assigned, out operators.Emitter) error {
	n := len(part.rows)
	if n == 0 {
		return nil
	}
	taken := in.Take(part.rows)
	defer taken.Release()
	cols := make([]batch.Vector, 0, o.out.Len())
	for c := range o.in.Len() {
		cols = append(cols, taken.Vector(c))
	}
	cols = append(cols,
		batch.Vector{Type: batch.Of(batch.Timestamp), Len: n, I64: part.starts},
		batch.Vector{Type: batch.Of(batch.Timestamp), Len: n, I64: part.ends})
	b := batch.New(o.out, n, cols, taken.Beside)
	defer b.Release()
	return out.Emit(ctx, b)
}
