package bind

import (
	"fmt"
	"slices"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/diag"
)

// aggCall is a call of an aggregate as written.
type aggCall struct {
	name     string // upper case
	args     []tidb.ExprNode
	distinct bool
	order    *tidb.OrderByClause
	filter   tidb.ExprNode
	whole    tidb.ExprNode
}

// call is a bound aggregate.
type call struct {
	name     string
	args     []expr.Node
	params   []any
	distinct bool
	filter   expr.Node
	order    []sortItem
	typ      batch.Type
}

// sortItem is an expression to sort by.
type sortItem struct {
	node expr.Node
	desc bool
}

// String prints the aggregate; equal strings mean equal aggregates.
func (c call) String() string {
	var args []string
	for _, a := range c.args {
		args = append(args, a.String())
	}
	for _, p := range c.params {
		args = append(args, fmt.Sprintf("%#v", p))
	}
	body := strings.Join(args, ", ")
	if len(args) == 0 {
		body = "*"
	}
	if c.distinct {
		body = "DISTINCT " + body
	}
	for i, o := range c.order {
		body += [2]string{" ORDER BY ", ", "}[min(i, 1)] + o.node.String()
		if o.desc {
			body += " DESC"
		}
	}
	out := c.name + "(" + body + ")"
	if c.filter != nil {
		out += " FILTER (WHERE " + c.filter.String() + ")"
	}
	return out
}

// aggregate binds a call that the grammar knows to be an aggregate.
func (e env) aggregate(n *tidb.AggregateFuncExpr) (expr.Node, error) {
	return e.aggregateCall(asAggCall(n))
}

func asAggCall(n *tidb.AggregateFuncExpr) aggCall {
	c := aggCall{name: upper(n.F), args: n.Args, distinct: n.Distinct, order: n.Order, whole: n}
	if c.name == "COUNT" && len(c.args) == 1 && !c.distinct && isNumber(c.args[0]) {
		c.args = nil // COUNT(*) comes as COUNT(1)
	}
	return c
}

func isNumber(n tidb.ExprNode) bool {
	v, ok := n.(*driver.ValueExpr)
	return ok && v.Kind() == driver.KindInt64
}

// filterClause is agg(..) FILTER (WHERE c), written as __filter(agg, c).
func (e env) filterClause(n *tidb.FuncCallExpr) (expr.Node, error) {
	var c aggCall
	switch a := n.Args[0].(type) {
	case *tidb.AggregateFuncExpr:
		c = asAggCall(a)
	case *tidb.FuncCallExpr:
		c = aggCall{name: strings.TrimPrefix(upper(a.FnName.O), "__"), args: a.Args}
	case *tidb.WindowFuncExpr:
		return e.overCall(a, n.Args[1])
	}
	if !isAggregate(c.name) {
		return nil, e.errorf(diag.Invalid, n, "FILTER goes with aggregates only")
	}
	c.filter, c.whole = n.Args[1], n
	return e.aggregateCall(c)
}

// aggregateCall binds an aggregate and returns the column that stands for it.
func (e env) aggregateCall(c aggCall) (expr.Node, error) {
	if e.match != nil {
		return e.matchAggregate(c)
	}
	if !e.agg {
		return nil, e.misplaced(c)
	}
	bound, err := e.bindCall(c)
	if err != nil {
		return nil, err
	}
	text := bound.String()
	for i, have := range e.calls {
		if have.String() == text {
			return placeholder(aggBase+i, text, bound.typ), nil
		}
	}
	e.selection.calls = append(e.selection.calls, bound)
	return placeholder(aggBase+len(e.calls)-1, text, bound.typ), nil
}

func placeholder(index int, name string, t batch.Type) *expr.Column {
	return &expr.Column{Index: index, Name: name, Typ: t, At: -1}
}

func (e env) misplaced(c aggCall) error {
	err := e.errorf(diag.Invalid, c.whole, "aggregate %s cannot stand in %s", c.name, e.clause)
	switch e.clause {
	case "WHERE":
		return err.WithHint("filter groups with HAVING, or rows inside the aggregate with FILTER (WHERE ..)")
	case "another aggregate":
		return err.WithHint("compute the inner aggregate in a subquery in FROM")
	}
	return err
}

// inner is where the arguments of an aggregate stand.
func (e env) inner() env {
	return env{selection: e.selection, clause: "another aggregate", match: e.match, nav: e.nav}
}

// bindCall binds arguments, constant parameters, FILTER and ORDER BY.
func (e env) bindCall(c aggCall) (call, error) {
	f, ok := aggregate.Lookup(c.name)
	if !ok {
		return call{}, e.unknownFunction(c.name, c.whole)
	}
	in := e.inner()
	out := call{name: f.Name, distinct: c.distinct}
	nodes := c.args
	if n := len(nodes) - f.Params; f.Params > 0 && n > 0 {
		params, err := in.params(f.Name, nodes[n:])
		if err != nil {
			return call{}, err
		}
		out.params, nodes = params, nodes[:n]
	}
	var err error
	if out.args, err = in.all(nodes); err != nil {
		return call{}, err
	}
	given := slices.Clone(out.args)
	if err := in.resolveCall(&out, nodes, c.whole); err != nil {
		return call{}, err
	}
	if c.filter != nil {
		in.clause = "FILTER"
		if out.filter, err = in.condition(c.filter); err != nil {
			return call{}, err
		}
	}
	if out.order, err = in.callOrder(f, c, given); err != nil {
		return call{}, err
	}
	return out, e.checkCall(out, c.whole)
}

// checkCall makes the aggregate over columns of its own, so that what it refuses
// is told with its place in the text.
func (e env) checkCall(c call, whole tidb.Node) error {
	c.filter = nil
	b := newColumns(nil)
	made, err := b.call(c, func(n expr.Node) (expr.Node, error) { return n, nil })
	if err != nil {
		return err
	}
	fields := make([]batch.Field, len(b.exprs))
	for i, x := range b.exprs {
		fields[i] = batch.Field{Name: b.names[i], Type: x.Type()}
	}
	newSet, time := aggregate.NewSet, -1
	if t := e.scope.node.Traits(); t.Retracts {
		newSet, time = aggregate.NewChangingSet, min(t.Time(), 0)
	}
	if _, err := newSet(batch.NewSchema(fields...), []aggregate.Call{made}, time); err != nil {
		return e.errorf(diag.Type, whole, "%s", err)
	}
	return nil
}

// callOrder binds ORDER BY within a call with the given arguments.
func (e env) callOrder(f *aggregate.Function, c aggCall, given []expr.Node) ([]sortItem, error) {
	if c.order == nil {
		return nil, nil
	}
	if !f.Ordered {
		return nil, e.errorf(diag.Invalid, c.whole, "%s does not take ORDER BY", f.Name)
	}
	out := make([]sortItem, len(c.order.Items))
	for i, item := range c.order.Items {
		n, err := e.bind(item.Expr)
		if err != nil {
			return nil, err
		}
		same := func(a expr.Node) bool { return a.String() == n.String() }
		if c.distinct && !slices.ContainsFunc(given, same) {
			return nil, e.errorf(diag.Invalid, item.Expr, "%s(DISTINCT) can only be ordered by its own arguments", f.Name)
		}
		out[i] = sortItem{node: n, desc: item.Desc}
	}
	return out, nil
}

// resolveCall sets the result type and casts the arguments.
func (e env) resolveCall(c *call, nodes []tidb.ExprNode, whole tidb.Node) error {
	types := make([]batch.Type, len(c.args))
	for i, a := range c.args {
		types[i] = a.Type()
	}
	result, want, err := aggregate.Resolve(c.name, types, c.distinct)
	if err != nil {
		return e.errorf(diag.Type, whole, "%s", err)
	}
	c.typ = result
	for i := range c.args {
		if c.args[i], err = castTo(c.args[i], want[i]); err != nil {
			return e.typed(err, nodes[i], nodes[i])
		}
	}
	return nil
}

// params are the constants at the end of the arguments.
func (e env) params(name string, nodes []tidb.ExprNode) ([]any, error) {
	out := make([]any, len(nodes))
	for i, n := range nodes {
		bound, err := e.bind(n)
		if err != nil {
			return nil, err
		}
		if bound.Type().ID == batch.Decimal {
			if bound, err = expr.NewCast(bound, batch.Of(batch.Double), false, bound.Pos()); err != nil {
				return nil, e.typed(err, n, n)
			}
		}
		v, ok := expr.ConstValue(expr.Fold(bound))
		if !ok || v == nil {
			return nil, e.errorf(diag.Invalid, n, "%s wants a constant here", name)
		}
		out[i] = v
	}
	return out, nil
}
