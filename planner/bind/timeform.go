package bind

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/diag"
)

// timeForm returns how to bind a call about dates and intervals that stands for
// other syntax, or nil.
func (e env) timeForm(name string, n *tidb.FuncCallExpr) form {
	switch name {
	case "__INTERVAL":
		return func() (expr.Node, error) { return e.interval(n, n.Args[0], n.Args[1]) }
	case "__STEP":
		return func() (expr.Node, error) { return e.call("STEP", n, n.Args...) }
	case "__FLOOR":
		return func() (expr.Node, error) { return e.call("FLOOR_TO", n, n.Args...) }
	case "__CEIL":
		return func() (expr.Node, error) { return e.call("CEIL_TO", n, n.Args...) }
	case "DATELITERAL":
		return func() (expr.Node, error) { return e.typedLiteral(n, batch.Date) }
	case "TIMELITERAL":
		return func() (expr.Node, error) { return e.typedLiteral(n, batch.Time) }
	case "TIMESTAMPLITERAL":
		return func() (expr.Node, error) { return e.typedLiteral(n, batch.Timestamp) }
	case "DATE_ADD", "ADDDATE":
		return func() (expr.Node, error) { return e.shift("+", n) }
	case "DATE_SUB", "SUBDATE":
		return func() (expr.Node, error) { return e.shift("-", n) }
	}
	return nil
}

// shift is DATE_ADD and its like: date, amount, unit, or date and an interval.
func (e env) shift(op string, n *tidb.FuncCallExpr) (expr.Node, error) {
	if len(n.Args) < 2 || len(n.Args) > 3 {
		return nil, e.errorf(diag.Type, n, "%s takes a date and an interval", upper(n.FnName.O))
	}
	date, err := e.bind(n.Args[0])
	if err != nil {
		return nil, err
	}
	if date.Type().IsString() || date.Type().ID == batch.Null {
		if date, err = expr.NewCast(date, batch.Of(batch.Timestamp), false, date.Pos()); err != nil {
			return nil, e.typed(err, n, n.Args[0])
		}
	}
	amount, err := e.amount(n)
	if err != nil {
		return nil, err
	}
	return e.apply(op, n, []expr.Node{date, amount}, n.Args[:2]...)
}

func (e env) amount(n *tidb.FuncCallExpr) (expr.Node, error) {
	if len(n.Args) == 3 {
		return e.interval(n, n.Args[1], n.Args[2])
	}
	amount, err := e.bind(n.Args[1])
	if err != nil || amount.Type().IsInterval() {
		return amount, err
	}
	return e.apply("INTERVAL", n, []expr.Node{amount, stringLiteral("DAY", amount.Pos())}, n.Args[1])
}

// interval is INTERVAL value unit. Constant intervals are folded at once, so
// that windows and frames can read them.
func (e env) interval(n *tidb.FuncCallExpr, value, unit tidb.ExprNode) (expr.Node, error) {
	bound, err := e.bind(value)
	if err != nil {
		return nil, err
	}
	if bound.Type().IsInterval() {
		return bound, nil
	}
	name, err := e.bind(unit)
	if err != nil {
		return nil, err
	}
	out, err := e.apply("INTERVAL", n, []expr.Node{bound, name}, value, unit)
	if err != nil {
		return nil, err
	}
	folded := expr.Fold(out)
	if _, isConst := expr.ConstValue(expr.Fold(bound)); isConst {
		if v, ok := expr.ConstValue(folded); !ok || v == nil {
			return nil, e.errorf(diag.Type, n, "%s is not an interval in %s", bound, name)
		}
	}
	return folded, nil
}
