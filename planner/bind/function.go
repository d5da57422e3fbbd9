package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/diag"
)

// function binds a call: the forms that stand for other syntax, the functions of
// windows, aggregates that the grammar takes for scalar functions, and the rest.
func (e env) function(n *tidb.FuncCallExpr) (expr.Node, error) {
	name := strings.TrimPrefix(upper(n.FnName.O), literalPrefix)
	if n.Schema.O != "" {
		return nil, e.unknownFunction(n.Schema.O+"."+n.FnName.O, n)
	}
	if form := e.matchForm(name, n); form != nil {
		return form()
	}
	if form := e.form(name, n); form != nil {
		return form()
	}
	if form := e.timeForm(name, n); form != nil {
		return form()
	}
	if form := e.windowForm(name, n); form != nil {
		return form()
	}
	if plain := strings.TrimPrefix(name, "__"); isAggregate(plain) {
		return e.aggregateCall(aggCall{name: plain, args: n.Args, whole: n})
	}
	return e.call(name, n, n.Args...)
}

// literalPrefix is what the grammar puts before the names of DATE '..', TIME '..'
// and TIMESTAMP '..', so that nobody can call them.
const literalPrefix = "'TIDB`.("

func isAggregate(name string) bool {
	_, ok := aggregate.Lookup(name)
	return ok
}

type form func() (expr.Node, error)

// form returns how to bind a call that stands for other syntax, or nil.
func (e env) form(name string, n *tidb.FuncCallExpr) form {
	switch name {
	case "__CAST":
		return func() (expr.Node, error) { return e.cast(n, false) }
	case "__TRY_CAST":
		return func() (expr.Node, error) { return e.cast(n, true) }
	case "__FILTER":
		return func() (expr.Node, error) { return e.filterClause(n) }
	case "__FIELD":
		return func() (expr.Node, error) { return e.fieldAccess(n) }
	case "__ELEMENT":
		return func() (expr.Node, error) { return e.call("ELEMENT", n, n.Args...) }
	case "TRIM":
		return func() (expr.Node, error) { return e.trim(n) }
	case "POSITION":
		return func() (expr.Node, error) { return e.call("LOCATE", n, n.Args...) }
	case "CONVERT":
		return func() (expr.Node, error) { return nil, e.unsupported(n, "CONVERT .. USING") }
	case "CHAR":
		return func() (expr.Node, error) { return e.char(n) }
	}
	return nil
}

// fieldAccess is __field(x, 'name'): the next part of a name of many parts.
func (e env) fieldAccess(n *tidb.FuncCallExpr) (expr.Node, error) {
	value, err := e.bind(n.Args[0])
	if err != nil {
		return nil, err
	}
	name, _ := stringValue(n.Args[1])
	return e.member(value, name, e.span(n))
}

// trim is TRIM([BOTH | LEADING | TRAILING] [chars] FROM s).
func (e env) trim(n *tidb.FuncCallExpr) (expr.Node, error) {
	name, args := "TRIM", n.Args
	if len(args) == 3 {
		if d, ok := args[2].(*tidb.TrimDirectionExpr); ok {
			switch d.Direction {
			case tidb.TrimLeading:
				name = "LTRIM"
			case tidb.TrimTrailing:
				name = "RTRIM"
			}
		}
		args = args[:2]
	}
	if len(args) == 2 {
		if v, ok := args[1].(tidb.ValueExpr); ok && v.GetValue() == nil {
			args = args[:1]
		}
	}
	return e.call(name, n, args...)
}

// char is CHAR(n, ... [USING charset]); the grammar puts the character set last.
func (e env) char(n *tidb.FuncCallExpr) (expr.Node, error) {
	args := n.Args
	if last := len(args) - 1; last >= 0 {
		if v, ok := args[last].(tidb.ValueExpr); ok {
			if v.GetValue() != nil {
				return nil, e.unsupported(n, "CHAR .. USING")
			}
			args = args[:last]
		}
	}
	return e.call("CHAR", n, args...)
}

func (q *query) unknownFunction(name string, at tidb.Node) error {
	span := q.span(at)
	if text := q.Source().Text[span.Start:]; len(name) <= len(text) && strings.EqualFold(text[:len(name)], name) {
		span.End = span.Start + len(name)
	}
	err := q.errorAt(diag.UnknownName, span, "unknown function %q", strings.ToLower(name))
	var known []string
	for _, f := range expr.Functions() {
		known = append(known, strings.ToLower(f.Name))
	}
	for _, f := range aggregate.Functions() {
		known = append(known, strings.ToLower(f.Name))
	}
	if near, ok := diag.Suggest(strings.ToLower(name), append(known, "tumble", "hop", "cumulate", "session", "stagger", "count_window")); ok {
		return err.WithHint("did you mean %q?", near)
	}
	return err.WithHint("SHOW FUNCTIONS lists what there is")
}

// stringValue is the text of a string literal.
func stringValue(n tidb.ExprNode) (string, bool) {
	v, ok := n.(tidb.ValueExpr)
	if !ok {
		return "", false
	}
	switch s := v.GetValue().(type) {
	case string:
		return s, true
	case nil:
		return "", false
	}
	return v.GetString(), true
}

var varchar = batch.Of(batch.Varchar)
