package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// Columns with these indexes stand for what is computed further up: aggregates,
// the bounds of the group's window, OVER aggregates; and, in WHERE, columns of the
// query around a subquery and subqueries of one value. They are replaced when the
// plan is built.
const (
	aggBase     = 1 << 20
	windowStart = 1 << 21
	windowEnd   = windowStart + 1
	overBase    = 1 << 22
	outerBase   = 1 << 26
	scalarBase  = 1 << 27
)

// selection is a SELECT being bound.
type selection struct {
	*query
	scope *scope
	items []item // the SELECT list
	group group
	calls []call
	overs []over
	// qualify is the condition of QUALIFY, or nil.
	qualify expr.Node
	named   []tidb.WindowSpec
	spans   map[int]diag.Span // of columns, by where they start
	// outer is where the SELECT stands as a subquery of WHERE; nil: nowhere.
	outer   *env
	scalars []logical.Node // subqueries of one value in WHERE
}

// env is where in a SELECT an expression stands.
type env struct {
	*selection
	clause  string // for messages: "WHERE"
	agg     bool   // aggregates and the group's window may stand here
	over    bool   // OVER may stand here
	aliases bool   // names are looked up among the SELECT list first

	match *matching   // in DEFINE or MEASURES
	nav   *navigation // there, in an argument of FIRST, LAST, PREV or an aggregate
	final bool        // there, in an argument of FINAL
}

// bind gives an expression its type and meaning.
func (e env) bind(n tidb.ExprNode) (expr.Node, error) {
	switch n := n.(type) {
	case tidb.ValueExpr:
		return e.literal(n)
	case *tidb.ColumnNameExpr:
		return e.columnName(n)
	case *tidb.ParenthesesExpr:
		return e.bind(n.Expr)
	case *tidb.UnaryOperationExpr, *tidb.BinaryOperationExpr, *tidb.BetweenExpr, *tidb.CaseExpr,
		*tidb.PatternInExpr, *tidb.IsNullExpr, *tidb.IsTruthExpr,
		*tidb.PatternLikeOrIlikeExpr, *tidb.PatternRegexpExpr:
		return e.operator(n)
	case *tidb.FuncCallExpr:
		return e.function(n)
	case *tidb.FuncCastExpr:
		return e.tidbCast(n)
	case *tidb.AggregateFuncExpr:
		return e.aggregate(n)
	case *tidb.WindowFuncExpr:
		return e.overCall(n, nil)
	case *tidb.SubqueryExpr:
		return e.scalar(n)
	case *tidb.TimeUnitExpr:
		return stringLiteral(n.Unit.String(), e.span(n).Start), nil
	}
	return nil, e.refuseExpr(n)
}

// refuseExpr names what cannot be run.
func (e env) refuseExpr(n tidb.ExprNode) error {
	what := "this expression"
	switch n.(type) {
	case *tidb.ExistsSubqueryExpr:
		return e.misplacedSubquery(n, "EXISTS (SELECT ..)")
	case *tidb.RowExpr:
		what = "a row value in parentheses"
	case *tidb.VariableExpr:
		what = "a variable"
	case *tidb.DefaultExpr:
		what = "DEFAULT"
	case *tidb.ValuesExpr:
		what = "VALUES()"
	case *tidb.MatchAgainst:
		what = "MATCH AGAINST"
	case *tidb.SetCollationExpr:
		what = "COLLATE"
	case *tidb.PositionExpr:
		what = "a column position here"
	case *tidb.GetFormatSelectorExpr:
		what = "GET_FORMAT"
	}
	return e.unsupported(n, what)
}

// all binds a list.
func (e env) all(list []tidb.ExprNode) ([]expr.Node, error) {
	out := make([]expr.Node, len(list))
	for i, n := range list {
		var err error
		if out[i], err = e.bind(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// call binds the arguments and applies a function to them.
func (e env) call(name string, whole tidb.Node, args ...tidb.ExprNode) (expr.Node, error) {
	bound, err := e.all(args)
	if err != nil {
		return nil, err
	}
	return e.apply(name, whole, bound, args...)
}

// apply applies a function to bound arguments; nodes are what they came from.
func (e env) apply(name string, whole tidb.Node, bound []expr.Node, nodes ...tidb.ExprNode) (expr.Node, error) {
	out, err := expr.New(name, bound, e.span(whole).Start)
	if err != nil {
		return nil, e.typed(err, whole, nodes...)
	}
	return out, nil
}

// columnName resolves a name of up to three parts.
func (e env) columnName(n *tidb.ColumnNameExpr) (expr.Node, error) {
	var parts []string
	for _, p := range []tidb.CIStr{n.Name.Schema, n.Name.Table, n.Name.Name} {
		if p.O != "" {
			parts = append(parts, p.O)
		}
	}
	at := e.span(n)
	if e.match != nil {
		return e.matchColumn(parts, at)
	}
	if e.aliases && len(parts) == 1 {
		if found, err := e.aliased(parts[0], at); found != nil || err != nil {
			return found, err
		}
	}
	return e.resolve(parts, at)
}

// resolve looks parts up as [alias .] column [. member]...
func (e env) resolve(parts []string, at diag.Span) (expr.Node, error) {
	if t, ok := e.scope.table(parts[0]); ok && len(parts) > 1 {
		found, err := e.columnOf(t, parts[1], parts[2:], at)
		if found != nil || err != nil {
			return found, err
		}
		if i, err := e.scope.column(parts[0]); i < 0 || err != nil {
			return nil, e.unknownColumn(e.scope.only(t), parts[1], at)
		}
	}
	found, err := e.resolveColumn(parts[0], parts[1:], at)
	if found == nil && err == nil {
		if found, err := e.outerColumn(parts, at); found != nil || err != nil {
			return found, err
		}
		if err := e.beyondReach(parts, at); err != nil {
			return nil, err
		}
		if len(parts) > 1 && !e.scope.isAlias(parts[0]) {
			return nil, e.unknownQualifier(parts, at)
		}
		err = e.unknownName(parts[0], at)
	}
	return found, err
}

// unknownName is the error for a column that is not there; an alias of the SELECT
// list is one that cannot be used yet.
func (e env) unknownName(name string, at diag.Span) error {
	for _, it := range e.items {
		if it.alias && strings.EqualFold(it.name, name) && !e.aliases {
			return e.errorAt(diag.UnknownName, at, "unknown column %q", name).
				WithHint("%s is an alias of the SELECT list, which %s cannot use: repeat the expression", name, e.clause)
		}
	}
	return e.unknownColumn(e.scope, name, at)
}

func (e env) unknownQualifier(parts []string, at diag.Span) error {
	if i, err := e.scope.column(parts[1]); err == nil && i >= 0 {
		if t := e.scope.owner(i); t.alias != "" {
			return e.errorAt(diag.UnknownName, at, "unknown table or column %q", parts[0]).
				WithHint("did you mean %q?", t.alias+"."+parts[1])
		}
	}
	if e.scope.tables != nil {
		return e.errorAt(diag.UnknownName, at, "unknown table or column %q", parts[0]).
			WithHint("the tables of FROM are %s", strings.Join(e.scope.aliases(), ", "))
	}
	return e.unknownColumn(e.scope, parts[0], at)
}

// resolveColumn returns nil if there is no such column.
func (e env) resolveColumn(name string, members []string, at diag.Span) (expr.Node, error) {
	if n := e.windowColumn(name); n != nil {
		return e.members(n, members, at)
	}
	if n := e.scope.mergedColumn(name); n != nil {
		return e.members(n, members, at)
	}
	i, err := e.scope.column(name)
	if err == nil && i < 0 && strings.EqualFold(name, rowtime) {
		i, err = e.scope.rowtime()
	}
	if err != nil {
		return nil, e.errorAt(diag.Ambiguous, at, "%s", err)
	}
	return e.column(i, members, at)
}

// column is column i of the scope, nil where i is none.
func (e env) column(i int, members []string, at diag.Span) (expr.Node, error) {
	if i < 0 {
		return nil, nil
	}
	c := logical.Column(e.scope.node, i)
	c.At = at.Start
	e.spans[c.At] = at
	return e.members(c, members, at)
}

// columnOf is a column of one table of FROM, nil where it has none of that name.
func (e env) columnOf(t table, name string, members []string, at diag.Span) (expr.Node, error) {
	if e.scope.tables == nil {
		if i, err := e.scope.column(name); err == nil && i >= 0 && e.windowColumn(name) != nil {
			return e.column(i, members, at) // of the stream, not of the window
		}
		return e.resolveColumn(name, members, at)
	}
	i, err := e.scope.columnIn(t, name)
	if err != nil {
		return nil, e.errorAt(diag.Ambiguous, at, "%s", err)
	}
	return e.column(i, members, at)
}

// windowColumn is window_start, window_end or window_time of the window that the
// query groups by, or nil.
func (e env) windowColumn(name string) expr.Node {
	if !e.agg || e.group.window == nil || e.group.window.attached() {
		return nil
	}
	switch strings.ToLower(name) {
	case logical.WindowStart:
		return startColumn()
	case logical.WindowEnd:
		return endColumn()
	case logical.WindowTime:
		return lastTick(endColumn())
	}
	return nil
}

func startColumn() *expr.Column {
	return &expr.Column{Index: windowStart, Name: "#window_start", Typ: batch.Of(batch.Timestamp), At: -1}
}

func endColumn() *expr.Column {
	return &expr.Column{Index: windowEnd, Name: "#window_end", Typ: batch.Of(batch.Timestamp), At: -1}
}

// lastTick is the microsecond before the end of a window.
func lastTick(end expr.Node) expr.Node {
	n, err := expr.New("-", []expr.Node{end, expr.NewLiteral(int64(1), batch.Of(batch.IntervalDay), -1)}, -1)
	if err != nil {
		panic("bind: TIMESTAMP - INTERVAL: " + err.Error())
	}
	return n
}

// condition binds an expression that must be TRUE for a row to pass.
func (e env) condition(n tidb.ExprNode) (expr.Node, error) {
	bound, err := e.bind(n)
	if err != nil {
		return nil, err
	}
	return e.truth(bound, n)
}

// truth turns numbers into conditions: 0 is FALSE.
func (e env) truth(bound expr.Node, n tidb.ExprNode) (expr.Node, error) {
	switch t := bound.Type(); {
	case t.ID == batch.Boolean:
		return bound, nil
	case t.ID == batch.Null:
		return expr.NewCast(bound, batch.Of(batch.Boolean), false, bound.Pos())
	case t.IsNumeric():
		return e.apply("<>", n, []expr.Node{bound, expr.NewLiteral(int64(0), batch.Of(batch.BigInt), bound.Pos())})
	default:
		return nil, e.errorf(diag.Type, n, "%s wants a condition, got %s", e.clause, t)
	}
}
