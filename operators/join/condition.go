package join

import (
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// condition is the residual of a join, over the columns that it reads.
type condition struct {
	program *expr.Program
	cols    []int // of both sides, left first
	schema  *batch.Schema
}

func newCondition(c *Config) (*condition, error) {
	if c.Residual == nil {
		return nil, nil
	}
	out := &condition{cols: expr.Columns(c.Residual)}
	moved := map[int]int{}
	fields := make([]batch.Field, len(out.cols))
	left := c.Left.Schema.Len()
	for i, col := range out.cols {
		moved[col] = i
		if col < left {
			fields[i] = c.Left.Schema.Field(col)
		} else {
			fields[i] = c.Right.Schema.Field(col - left)
		}
	}
	out.schema = batch.NewSchema(fields...)
	var err error
	out.program, err = expr.Compile(expr.Remap(c.Residual, moved))
	return out, err
}

// test leaves only the pairs that fulfil the condition. Pairs of rows that are
// taken back failed already when those were added.
func (o *base) test(t *turn) {
	c, p := o.residual, &o.pairs
	if c == nil || len(p.rows) == 0 {
		return
	}
	b := o.candidates(t)
	defer b.Release()
	v, faults := c.program.Eval(b)
	for _, f := range faults {
		if t.in.Kind(int(p.rows[f.Row])).Adds() {
			o.env.Faults.RowError(operators.RowError{
				Where: operators.WhereOf(b, f.Row), Operator: "join", Code: f.Code, Message: f.Message,
			})
		}
	}
	p.keep(&v)
}

// candidates is what the condition reads of the pairs.
func (o *base) candidates(t *turn) batch.Batch {
	c, p := o.residual, &o.pairs
	left := o.cfg.Left.Schema.Len()
	cols := make([]batch.Vector, len(c.cols))
	for i, col := range c.cols {
		port := 0
		if col >= left {
			port, col = 1, col-left
		}
		if port == t.port {
			cols[i] = t.cols[col].Take(p.rows)
		} else {
			o.sides[port].rows.Column(col, p.ids, &cols[i])
		}
	}
	out := batch.New(c.schema, len(p.rows), cols, batch.Beside{})
	for i := range cols {
		if cols[i].Nested != nil {
			cols[i].Nested.Release()
		}
	}
	return out
}
