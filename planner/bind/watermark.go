package bind

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"kinesql/operators/batch"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// Watermark binds WATERMARK FOR col AS col or col - INTERVAL .., and returns the
// column and the delay.
func Watermark(src *diag.Source, w *ast.Watermark, schema *batch.Schema) (int, window.Micros, error) {
	q := &query{Query: &ast.Query{Base: ast.Base{Src: src, At: w.At}, Map: w.Expr.Map}}
	s := &scope{node: logical.NewScan(catalog.Memory("", schema, nil), false)}
	col, err := s.column(w.Column.Name)
	switch {
	case err != nil:
		return 0, 0, q.errorAt(diag.Ambiguous, w.Column.At, "%s", err)
	case col < 0:
		return 0, 0, q.unknownColumn(s, w.Column.Name, w.Column.At)
	}
	if t := schema.Field(col).Type; t.ID != batch.Timestamp {
		return 0, 0, q.errorAt(diag.Type, w.Column.At, "the time attribute must be a TIMESTAMP, and %q is %s", w.Column.Name, t)
	}
	e := env{selection: &selection{query: q, scope: s, spans: map[int]diag.Span{}}, clause: "WATERMARK"}
	delay, err := e.delay(w.Expr.Node, col)
	return col, delay, err
}

func (e env) delay(n tidb.ExprNode, col int) (window.Micros, error) {
	if p, ok := n.(*tidb.ParenthesesExpr); ok {
		return e.delay(p.Expr, col)
	}
	var amount tidb.ExprNode
	base := n
	if b, ok := n.(*tidb.BinaryOperationExpr); ok && b.Op == opcode.Minus {
		base, amount = b.L, b.R
	}
	name, ok := base.(*tidb.ColumnNameExpr)
	if !ok {
		return 0, e.badWatermark(n, col)
	}
	if i, err := e.scope.column(name.Name.Name.O); err != nil || i != col {
		return 0, e.badWatermark(n, col)
	}
	if amount == nil {
		return 0, nil
	}
	interval, err := e.bind(amount)
	if err != nil {
		return 0, err
	}
	at := e.span(amount)
	delay, err := e.micros(intervalArg{node: interval, at: at}, "WATERMARK")
	if err == nil && delay < 0 {
		return 0, e.errorAt(diag.Invalid, at, "the delay of a watermark cannot be negative")
	}
	return delay, err
}

func (e env) badWatermark(n tidb.Node, col int) error {
	name := e.scope.node.Schema().Field(col).Name
	return e.errorf(diag.Unsupported, n, "this watermark is not supported: it must be the column, or the column less a constant interval").
		WithHint("write WATERMARK FOR %s AS %s - INTERVAL '5' SECOND", name, name)
}
