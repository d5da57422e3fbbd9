package bind

import (
	"fmt"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/operators/pattern"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// Columns with these indexes stand for slots of DEFINE or MEASURES.
const matchBase = 1 << 23

// maxOffset is how many rows FIRST, LAST and PREV count.
const maxOffset = 10_000

// matching is DEFINE or MEASURES being bound: what its expressions read of the
// rows of a match.
type matching struct {
	*matcher
	measuring bool
	define    int // the variable whose condition is bound
	list      []matchSlot
}

// matchSlot is a slot and what it is computed of.
type matchSlot struct {
	slot  pattern.Slot
	value expr.Node // of pattern.Value, over the input
	call  call      // of pattern.Aggregate
	text  string
	key   string // tells slots apart, also where columns share a name
}

// navigation is an argument that speaks of the rows of one variable.
type navigation struct {
	function string
	variable int
	used     bool
}

// use says that the argument reads a column of a variable.
func (n *navigation) use(v int) bool {
	ok := !n.used || n.variable == v
	n.variable, n.used = v, true
	return ok
}

// add returns the column that stands for a slot.
func (m *matching) add(s matchSlot) expr.Node {
	s.text = m.print(s)
	s.key = fmt.Sprint(s.text, s.slot.Final)
	if s.value != nil {
		s.key += logical.Key(s.value)
	}
	for i, have := range m.list {
		if have.key == s.key {
			return placeholder(matchBase+i, s.text, s.slot.Type)
		}
	}
	m.list = append(m.list, s)
	return placeholder(matchBase+len(m.list)-1, s.text, s.slot.Type)
}

// print writes a slot as EXPLAIN shows it.
func (m *matching) print(s matchSlot) string {
	of := ""
	if v := s.slot.Variable; v >= 0 {
		of = m.names[v] + "."
	}
	switch s.slot.Kind {
	case pattern.Number:
		return "MATCH_NUMBER()"
	case pattern.Aggregate:
		return of + s.call.String()
	}
	body := "CLASSIFIER()"
	if s.slot.Kind == pattern.Value {
		body = s.value.String()
	}
	out := "LAST(" + of + body
	if s.slot.First {
		out = "FIRST(" + of + body
	}
	if s.slot.Offset > 0 {
		out += fmt.Sprintf(", %d", s.slot.Offset)
	}
	if out += ")"; s.slot.Prev > 0 {
		out = fmt.Sprintf("PREV(%s, %d)", out, s.slot.Prev)
	}
	return out
}

// matchColumn resolves [variable .] column [. member]...
func (e env) matchColumn(parts []string, at diag.Span) (expr.Node, error) {
	v := pattern.Every
	if len(parts) > 1 {
		i, err := find(e.match.names, parts[0])
		if err != nil {
			return nil, e.errorAt(diag.Ambiguous, at, "%s", strings.Replace(err.Error(), "column", "variable", 1))
		}
		if i >= 0 {
			v, parts = i, parts[1:]
		} else if c, err := e.scope.column(parts[0]); c < 0 && err == nil && !e.scope.isAlias(parts[0]) {
			return nil, e.errorAt(diag.UnknownName, at, "unknown variable or column %q", parts[0]).
				WithHint("the variables of the pattern are %s", strings.Join(e.match.names, ", "))
		}
	}
	if parts[0] == "*" {
		return nil, e.errorAt(diag.Invalid, at, "%s.* stands in COUNT only", e.match.names[v])
	}
	value, err := e.resolve(parts, at)
	if err != nil {
		return nil, err
	}
	if e.nav == nil {
		return e.match.add(matchSlot{slot: pattern.Slot{Variable: v, Final: e.final, Type: value.Type()}, value: value}), nil
	}
	if !e.nav.use(v) {
		return nil, e.errorAt(diag.Invalid, at, "%s speaks of the rows of one variable, and here of two", e.nav.function).
			WithHint("write %s(A.x) + %s(B.x)", e.nav.function, e.nav.function)
	}
	return value, nil
}

// matchForm returns how to bind a function of MATCH_RECOGNIZE, or nil.
func (e env) matchForm(name string, n *tidb.FuncCallExpr) form {
	if e.match == nil {
		return nil
	}
	var do func(string, *tidb.FuncCallExpr) (expr.Node, error)
	switch name {
	case "FIRST", "LAST", "PREV":
		do = e.navigate
	case "NEXT":
		return func() (expr.Node, error) {
			return nil, e.errorf(diag.Unsupported, n, "NEXT is not supported: the rows to come are not there yet").
				WithHint("name the next row in the pattern, and look back from it with PREV or LAST")
		}
	case "CLASSIFIER", "MATCH_NUMBER", "MATCH_ROWTIME":
		do = e.matchConstant
	case "__FINAL", "__RUNNING":
		do = e.semantics
	default:
		return nil
	}
	return func() (expr.Node, error) { return do(name, n) }
}

// matchConstant binds functions without arguments.
func (e env) matchConstant(name string, n *tidb.FuncCallExpr) (expr.Node, error) {
	m := e.match
	switch {
	case len(n.Args) > 0:
		return nil, e.errorf(diag.Type, n, "%s takes no arguments", name)
	case e.nav != nil:
		return nil, e.errorf(diag.Unsupported, n, "%s in an argument of %s is not supported", name, e.nav.function)
	case name == "MATCH_NUMBER":
		return m.add(matchSlot{slot: pattern.Slot{Kind: pattern.Number, Variable: pattern.Every, Type: batch.Of(batch.BigInt)}}), nil
	case name == "MATCH_ROWTIME" && !m.measuring:
		return nil, e.errorf(diag.Invalid, n, "MATCH_ROWTIME() stands in MEASURES only: a match has its time when it is complete").
			WithHint("the time of the row that is tried is its column")
	case name == "MATCH_ROWTIME":
		return m.add(m.lastTime()), nil
	case !m.measuring:
		return stringLiteral(m.names[m.define], e.span(n).Start), nil
	}
	return m.add(matchSlot{slot: pattern.Slot{Kind: pattern.Classifier, Variable: pattern.Every, Final: e.final, Type: varchar}}), nil
}

// lastTime is the time of the last row of the match.
func (m *matching) lastTime() matchSlot {
	return matchSlot{
		slot: pattern.Slot{Variable: pattern.Every, Final: true, Type: timestamp}, value: m.cols.exprs[m.cfg.Time],
	}
}

// semantics binds FINAL f(x) and RUNNING f(x).
func (e env) semantics(name string, n *tidb.FuncCallExpr) (expr.Node, error) {
	word := strings.TrimPrefix(name, "__")
	switch {
	case e.nav != nil:
		return nil, e.errorf(diag.Invalid, n, "%s cannot stand in an argument of %s", word, e.nav.function)
	case word == "FINAL" && !e.match.measuring:
		return nil, e.errorf(diag.Invalid, n, "FINAL stands in MEASURES only: a condition sees the rows so far")
	}
	if f, ok := n.Args[0].(*tidb.FuncCallExpr); ok {
		switch called := upper(f.FnName.O); {
		case called == "FIRST", called == "LAST", called == "CLASSIFIER", called == "__FILTER", isAggregate(strings.TrimPrefix(called, "__")):
		default:
			return nil, e.errorf(diag.Invalid, n, "%s goes with FIRST, LAST, CLASSIFIER and aggregates, not with %s", word, called)
		}
	} else if _, ok := n.Args[0].(*tidb.AggregateFuncExpr); !ok {
		return nil, e.errorf(diag.Invalid, n, "%s goes with FIRST, LAST, CLASSIFIER and aggregates only", word)
	}
	e.final = word == "FINAL"
	return e.bind(n.Args[0])
}

// navigate binds FIRST(x [, n]), LAST(x [, n]) and PREV(x [, n]), where x may be a
// FIRST or LAST within PREV.
func (e env) navigate(name string, n *tidb.FuncCallExpr) (expr.Node, error) {
	if e.nav != nil {
		return nil, e.errorf(diag.Invalid, n, "%s cannot stand in an argument of %s", name, e.nav.function).
			WithHint("PREV(LAST(A.x, 1), 2) goes back from the last row of A but one")
	}
	s, err := e.navigation(name, n)
	if err != nil {
		return nil, err
	}
	s.slot.Final = e.final
	return e.match.add(s), nil
}

func (e env) navigation(name string, n *tidb.FuncCallExpr) (matchSlot, error) {
	var s matchSlot
	if len(n.Args) < 1 || len(n.Args) > 2 {
		return s, e.errorf(diag.Type, n, "%s takes a value and a number of rows, not %d arguments", name, len(n.Args))
	}
	offset, err := e.offset(name, n.Args[1:])
	if err != nil {
		return s, err
	}
	inner, _ := n.Args[0].(*tidb.FuncCallExpr)
	called := ""
	if inner != nil {
		called = upper(inner.FnName.O)
	}
	switch {
	case name == "PREV" && (called == "FIRST" || called == "LAST"):
		s, err = e.navigation(called, inner)
	case called == "CLASSIFIER" && e.match.measuring && len(inner.Args) == 0:
		s.slot = pattern.Slot{Kind: pattern.Classifier, Variable: pattern.Every, Type: varchar}
	default:
		in := e
		in.nav = &navigation{function: name}
		if s.value, err = in.bind(n.Args[0]); err == nil && !in.nav.used {
			err = e.errorf(diag.Invalid, n.Args[0], "%s wants a column of the rows", name)
		}
		s.slot.Variable = in.nav.variable
		if err == nil {
			s.slot.Type = s.value.Type()
		}
	}
	switch name {
	case "PREV":
		s.slot.Prev = offset
	default:
		s.slot.First, s.slot.Offset = name == "FIRST", offset
	}
	return s, err
}

// offset is the number of rows: left out, none for FIRST and LAST and one for PREV.
func (e env) offset(name string, args []tidb.ExprNode) (int, error) {
	if len(args) == 0 {
		if name == "PREV" {
			return 1, nil
		}
		return 0, nil
	}
	n, err := e.bind(args[0])
	if err != nil {
		return 0, err
	}
	v, _ := expr.ConstValue(expr.Fold(n))
	rows, ok := v.(int64)
	if !ok || rows < 0 || rows > maxOffset {
		return 0, e.errorf(diag.Invalid, args[0], "%s wants a constant number of rows up to %d, got %s", name, maxOffset, n)
	}
	return int(rows), nil
}

// matchAggregate binds an aggregate over the rows of a variable, or of all.
func (e env) matchAggregate(c aggCall) (expr.Node, error) {
	if e.nav != nil {
		return nil, e.errorf(diag.Invalid, c.whole, "aggregate %s cannot stand in an argument of %s", c.name, e.nav.function)
	}
	in := e
	in.nav = &navigation{function: c.name, variable: pattern.Every}
	if v, ok := e.star(c); ok {
		if v < 0 {
			return nil, e.errorf(diag.UnknownName, c.whole, "the pattern has no such variable").
				WithHint("it has %s", strings.Join(e.match.names, ", "))
		}
		in.nav.use(v)
		c.args = nil
	}
	bound, err := in.bindCall(c)
	if err != nil {
		return nil, err
	}
	s := matchSlot{call: bound, slot: pattern.Slot{
		Kind: pattern.Aggregate, Variable: in.nav.variable, Final: e.final, Type: bound.typ,
	}}
	return e.match.add(s), nil
}

// star recognises COUNT(A.*) and returns the variable.
func (e env) star(c aggCall) (int, bool) {
	if c.name != "COUNT" || len(c.args) != 1 || c.distinct {
		return 0, false
	}
	col, ok := c.args[0].(*tidb.ColumnNameExpr)
	if !ok || col.Name.Name.O != "*" {
		return 0, false
	}
	v, err := find(e.match.names, col.Name.Table.O)
	if err != nil {
		return -1, true
	}
	return v, true
}
