package relational

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// project computes each column of its output from a row of its input.
type project struct {
	operators.Stateless
	env   operators.Env
	out   *batch.Schema
	exprs []*expr.Program
	keep  []int32
}

// NewProject returns an operator that makes rows of out, whose columns are the
// values of exprs over a row of in. Plain columns pass through without copying.
func NewProject(in, out *batch.Schema, exprs []expr.Node) (operators.Operator, error) {
	if len(exprs) != out.Len() {
		return nil, fmt.Errorf("%d expressions for %d columns", len(exprs), out.Len())
	}
	p := &project{out: out}
	for i, e := range exprs {
		if err := fits(in, e); err != nil {
			return nil, err
		}
		if want := out.Field(i).Type; !holds(want, e.Type()) {
			return nil, fmt.Errorf("column %s is %s, its expression %s is %s", out.Field(i).Name, want, e, e.Type())
		}
		program, err := expr.Compile(e)
		if err != nil {
			return nil, err
		}
		p.exprs = append(p.exprs, program)
	}
	return p, nil
}

// holds reports whether a column of type want can take values of type got as they are.
func holds(want, got batch.Type) bool {
	if want.ID == batch.Decimal && got.ID == batch.Decimal {
		return want.Scale == got.Scale
	}
	return want.Lane() == got.Lane()
}

// fits reports a column that the input does not have.
func fits(in *batch.Schema, e expr.Node) error {
	for _, c := range expr.Columns(e) {
		if c < 0 || c >= in.Len() {
			return fmt.Errorf("%s wants column %d of %d", e, c, in.Len())
		}
	}
	return nil
}

// Open implements operators.Operator.
func (p *project) Open(_ context.Context, env operators.Env) error {
	p.env = env
	for _, e := range p.exprs {
		e.SetNow(env.Now)
	}
	return nil
}

// Process implements operators.Operator.
func (p *project) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if in.Rows() == 0 {
		return nil
	}
	cols := make([]batch.Vector, len(p.exprs))
	var failed map[int]bool
	for i, e := range p.exprs {
		v, faults := e.EvalOwned(in)
		cols[i] = v
		if len(faults) > 0 {
			if failed == nil {
				failed = map[int]bool{}
			}
			report(p.env, "project", in, faults, failed)
		}
	}
	made := batch.New(p.out, in.Rows(), cols, in.Beside)
	defer made.Release()
	if failed == nil {
		return out.Emit(ctx, made)
	}
	return p.others(ctx, made, failed, out)
}

// others emits the rows that did not fail.
func (p *project) others(ctx context.Context, made batch.Batch, failed map[int]bool, out operators.Emitter) error {
	p.keep = p.keep[:0]
	for i := range made.Rows() {
		if !failed[i] {
			p.keep = append(p.keep, int32(i))
		}
	}
	if len(p.keep) == 0 {
		return nil
	}
	kept := pick(made, p.keep)
	defer kept.Release()
	return out.Emit(ctx, kept)
}
