package bind

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
	"kinesql/window"
)

// overFrame binds ROWS or RANGE. A frame ends at the current row or before it.
func (e env) overFrame(f *frame, c *tidb.FrameClause, at tidb.Node) error {
	if c == nil {
		return nil
	}
	switch c.Type {
	case tidb.Rows:
		f.rows = true
	case tidb.Ranges:
	default:
		return e.errorf(diag.Unsupported, at, "a frame of GROUPS is not supported").
			WithHint("RANGE takes rows of one time together; ROWS counts rows")
	}
	var err error
	if f.preceding, err = e.frameBound(f, c.Extent.Start, at); err != nil {
		return err
	}
	if f.ending, err = e.frameBound(f, c.Extent.End, at); err != nil {
		return err
	}
	if f.ending == logical.Unbounded || f.preceding != logical.Unbounded && f.preceding < f.ending {
		return e.errorf(diag.Invalid, at, "the frame ends before it starts").
			WithHint("the bound further back comes first: BETWEEN 5 PRECEDING AND 1 PRECEDING")
	}
	return nil
}

// frameBound is how far before the current row a bound lies.
func (e env) frameBound(f *frame, b tidb.FrameBound, at tidb.Node) (int64, error) {
	switch {
	case b.Type == tidb.CurrentRow:
		return 0, nil
	case b.Type != tidb.Preceding:
		return 0, e.errorf(diag.Unsupported, at, "a frame that goes beyond the current row is not supported").
			WithHint("the future is not there yet: LEAD waits for a row to come")
	case b.UnBounded:
		return logical.Unbounded, nil
	case f.rows:
		return e.frameRows(b, at)
	}
	return e.frameRange(b, at)
}

func (e env) frameRows(b tidb.FrameBound, at tidb.Node) (int64, error) {
	n, err := e.bind(b.Expr)
	if err != nil {
		return 0, err
	}
	at = placed(b.Expr, at)
	v, _ := expr.ConstValue(expr.Fold(n))
	rows, ok := v.(int64)
	if !ok || rows < 0 {
		return 0, e.errorf(diag.Invalid, at, "ROWS wants a constant number of rows, got %s", n)
	}
	if rows > maxFrame {
		return 0, e.errorf(diag.Invalid, at, "ROWS reaches back by %d rows at most", maxFrame).
			WithHint("write UNBOUNDED PRECEDING for all rows so far")
	}
	return rows, nil
}

// maxFrame is how many rows a frame may reach back.
const maxFrame = 1_000_000_000

func (e env) frameRange(b tidb.FrameBound, at tidb.Node) (int64, error) {
	n, err := e.bind(b.Expr)
	if err != nil {
		return 0, err
	}
	at = placed(b.Expr, at)
	if b.Unit != tidb.TimeUnitInvalid {
		unit := stringLiteral(b.Unit.String(), n.Pos())
		if n, err = e.apply("INTERVAL", at, []expr.Node{n, unit}, b.Expr); err != nil {
			return 0, err
		}
	}
	m, err := e.micros(intervalArg{node: n, at: e.span(at)}, "RANGE")
	switch {
	case err != nil:
		return 0, err
	case m < 0:
		return 0, e.errorf(diag.Invalid, at, "RANGE wants an interval of at least zero")
	case m > window.Latest:
		return 0, e.errorf(diag.Invalid, at, "the interval of RANGE is longer than time is").
			WithHint("write UNBOUNDED PRECEDING for all rows so far")
	}
	return int64(m), nil
}

// placed is what to point at for a bound: the parser does not say where a number stands.
func placed(bound tidb.ExprNode, whole tidb.Node) tidb.Node {
	if bound.OriginTextPosition() == 0 {
		return whole
	}
	return bound
}
