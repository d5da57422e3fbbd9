package relational

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// filter keeps the rows whose condition is true: not false, not NULL.
type filter struct {
	operators.Stateless
	env  operators.Env
	cond *expr.Program
	keep []int32
}

// NewFilter returns an operator that keeps the rows of in for which cond, a
// BOOLEAN, is true.
func NewFilter(in *batch.Schema, cond expr.Node) (operators.Operator, error) {
	if err := fits(in, cond); err != nil {
		return nil, err
	}
	if cond.Type().Lane() != batch.LaneBool {
		return nil, fmt.Errorf("a filter wants a BOOLEAN, got %s", cond.Type())
	}
	p, err := expr.Compile(cond)
	if err != nil {
		return nil, err
	}
	return &filter{cond: p}, nil
}

// Open implements operators.Operator.
func (f *filter) Open(_ context.Context, env operators.Env) error {
	f.env = env
	f.cond.SetNow(env.Now)
	return nil
}

// Process implements operators.Operator.
func (f *filter) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if in.Rows() == 0 {
		return nil
	}
	v, faults := f.cond.Eval(in)
	if len(faults) > 0 {
		report(f.env, "filter", in, faults, nil)
	}
	f.keep = selected(f.keep[:0], &v)
	switch n := len(f.keep); n {
	case 0:
		return nil
	case in.Rows():
		return out.Emit(ctx, in)
	default:
		kept := pick(in, f.keep)
		defer kept.Release()
		return out.Emit(ctx, kept)
	}
}

// selected appends the rows where v is true.
func selected(rows []int32, v *batch.Vector) []int32 {
	if v.Const {
		if !v.IsValid(0) || !v.Bool[0] {
			return rows
		}
		for i := range v.Len {
			rows = append(rows, int32(i))
		}
		return rows
	}
	if cap(rows) < v.Len {
		rows = make([]int32, 0, v.Len)
	}
	rows = rows[:v.Len]
	n := 0
	if v.Valid == nil {
		for i, ok := range v.Bool {
			rows[n] = int32(i)
			n += one(ok)
		}
		return rows[:n]
	}
	for i, ok := range v.Bool {
		rows[n] = int32(i)
		n += one(ok && v.Valid[i])
	}
	return rows[:n]
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pick returns the given rows, which ascend, as a new batch. A run of neighbours
// is not copied.
func pick(b batch.Batch, rows []int32) batch.Batch {
	first, last := rows[0], rows[len(rows)-1]
	if int(last-first)+1 == len(rows) {
		return b.Slice(int(first), int(last)+1)
	}
	return b.Take(rows)
}
