package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// subqueryTest is [NOT] EXISTS (query), or x [NOT] IN (query).
type subqueryTest struct {
	value tidb.ExprNode // nil: EXISTS
	query tidb.ExprNode
	not   bool
}

// asTest reads a condition as a test of a subquery.
func asTest(n tidb.ExprNode) (subqueryTest, bool) {
	switch n := n.(type) {
	case *tidb.ParenthesesExpr:
		return asTest(n.Expr)
	case *tidb.ExistsSubqueryExpr:
		return subqueryTest{query: n.Sel, not: n.Not}, true
	case *tidb.PatternInExpr:
		return subqueryTest{value: n.Expr, query: n.Sel, not: n.Not}, n.Sel != nil
	case *tidb.UnaryOperationExpr:
		if n.Op == opcode.Not || n.Op == opcode.Not2 {
			t, ok := asTest(n.V)
			t.not = !t.not
			return t, ok
		}
	}
	return subqueryTest{}, false
}

// misplacedSubquery refuses a test of a subquery that is not one of the conditions
// of WHERE.
func (e env) misplacedSubquery(n tidb.Node, what string) error {
	return e.errorf(diag.Unsupported, n, "%s is not supported here", what).
		WithHint("it stands in WHERE, alone or joined to other conditions by AND")
}

// inner is the rows of a subquery, the conditions that lead to the query around
// it, and the value that IN compares with. Columns of the query around count from
// outerBase.
type inner struct {
	node  logical.Node
	conds []expr.Node
	value expr.Node
}

// semiJoin keeps the rows of n that pass a test.
func (s *selection) semiJoin(n logical.Node, t subqueryTest) (logical.Node, error) {
	around := env{selection: s, clause: "WHERE"}
	in, err := s.innerOf(around, t)
	if err != nil {
		return nil, err
	}
	if table, cols := tableView(in.node); table != nil {
		move := moves(cols, 0, 0)
		in.node, in.conds = table, remapped(in.conds, move)
		if in.value != nil {
			in.value = expr.Remap(in.value, move)
		}
	}
	kind := logical.SemiJoin
	if t.not {
		kind = logical.AntiJoin
	}
	width := n.Schema().Len()
	var conds []expr.Node
	for _, c := range in.conds {
		conds = append(conds, around.beside(c, width))
	}
	tree := &joinTree{kind: kind, left: &joinTree{leaf: n}, right: &joinTree{leaf: in.node}, at: s.span(t.query), on: len(in.conds) > 0}
	if t.value == nil {
		tree.conds = conds
		return s.joinStep(tree, n, in.node)
	}
	x, err := around.bind(t.value)
	if err != nil {
		return nil, err
	}
	if cols := expr.Columns(x); len(cols) > 0 && cols[len(cols)-1] >= outerBase {
		return nil, s.errorf(diag.Unsupported, t.value, "the value that IN compares with is of a query further around").
			WithHint("test it in that query: WHERE x IN (SELECT ..) AND EXISTS (SELECT ..)")
	}
	y := around.beside(in.value, width)
	equal, err := around.apply("=", t.value, []expr.Node{x, y}, t.value)
	if err != nil {
		return nil, err
	}
	tree.conds, tree.on = append([]expr.Node{equal}, conds...), true
	out, err := s.joinStep(tree, n, in.node)
	if err != nil || !t.not {
		return out, err
	}
	return s.nullTests(out, tree, [2]expr.Node{x, y}, conds)
}

// nullTests completes NOT IN: a row passes only if its value is not NULL and no
// value of the subquery is, unless the subquery has no rows. Both are joins of
// their own, on a constant key: rows without NULL meet nothing there.
func (s *selection) nullTests(n logical.Node, tree *joinTree, operands [2]expr.Node, conds []expr.Node) (logical.Node, error) {
	width := n.Schema().Len()
	for i, e := range operands {
		if _, literal := e.(*expr.Literal); literal {
			continue
		}
		null, err := expr.New("IS NULL", []expr.Node{e}, e.Pos())
		if err != nil {
			return nil, err
		}
		right := tree.right.leaf
		if i == 1 {
			right = filtered(right, []expr.Node{shifted(null, -width)})
			null = truth
		}
		t := *tree
		t.conds = conds
		j := &joiner{query: s.query, tree: &t, left: n, right: right, step: &logical.Join{Kind: logical.AntiJoin}}
		j.l, j.r = newColumns(n), newColumns(right)
		j.step.LeftKeys, j.step.RightKeys = []int{j.l.add(null)}, []int{j.r.add(truth)}
		if n, err = j.complete(conds); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// truth is the constant key of joins of all rows.
var truth = expr.NewLiteral(true, batch.Of(batch.Boolean), -1)

// beside moves an expression over a subquery's columns and those around it to the
// columns of both, those around first.
func (e env) beside(n expr.Node, width int) expr.Node {
	move := map[int]int{}
	for _, c := range expr.Columns(n) {
		if c >= outerBase {
			move[c] = c - outerBase
		} else {
			move[c] = c + width
		}
	}
	return expr.Remap(n, move)
}

// outerColumn looks a name up in the query around a subquery; nil if there is none.
func (e env) outerColumn(parts []string, at diag.Span) (expr.Node, error) {
	if e.outer == nil {
		return nil, nil
	}
	around := *e.outer
	if !around.has(parts) {
		return nil, nil
	}
	if e.clause != "WHERE" {
		return nil, e.errorAt(diag.Unsupported, at, "a column of the query around a subquery can be read in WHERE only, not in %s", e.clause).
			WithHint("write WHERE inner.k = outer.k")
	}
	found, err := around.resolve(parts, at)
	if err != nil {
		return nil, err
	}
	move := map[int]int{}
	for _, c := range expr.Columns(found) {
		move[c] = c + outerBase
	}
	return expr.Remap(found, move), nil
}

// has reports whether a name, which may be qualified, is that of a column.
func (e env) has(parts []string) bool {
	t, qualified := e.scope.table(parts[0])
	if !qualified || len(parts) == 1 {
		i, err := e.scope.column(parts[0])
		return err == nil && i >= 0
	}
	i, err := e.scope.columnIn(t, parts[1])
	return err == nil && i >= 0
}

// beyondReach is the error for a column of a query around that this one cannot read;
// nil: it is none.
func (e env) beyondReach(parts []string, at diag.Span) error {
	beyond := e.around
	if e.outer != nil {
		beyond = e.outer.outer
	}
	for ; beyond != nil; beyond = beyond.outer {
		if beyond.has(parts) {
			return e.errorAt(diag.Unsupported, at, "%q is of a query around this one, and cannot be read here", strings.Join(parts, ".")).
				WithHint("only [NOT] EXISTS and IN (SELECT .. WHERE ..), without GROUP BY and LIMIT, read columns right around them; " +
					"else group in a query in FROM, and join it")
		}
	}
	return nil
}

// innerOf binds the subquery of a test. One that neither groups nor limits may
// refer to the query around it.
func (s *selection) innerOf(around env, t subqueryTest) (*inner, error) {
	q := &query{Binder: s.Binder, Query: s.Query, ctes: s.ctes}
	sub, ok := t.query.(*tidb.SubqueryExpr)
	if !ok {
		return nil, s.unsupported(t.query, "this form of subquery")
	}
	if sel, ok := sub.Query.(*tidb.SelectStmt); ok && plainSelect(sel) {
		in, err := q.plainInner(sel, around, t)
		if in != nil || err != nil {
			return in, err
		}
	}
	q.around = &around
	node, err := q.resultSet(sub)
	if err != nil {
		return nil, err
	}
	out := &inner{node: node, value: logical.Column(node, 0)}
	return out, s.checkValue(t, node.Schema().Len())
}

// plainSelect reports whether a SELECT only filters: DISTINCT and ORDER BY do not
// change what a test finds.
func plainSelect(n *tidb.SelectStmt) bool {
	return n.From != nil && n.GroupBy == nil && n.Having == nil && n.Limit == nil && n.With == nil && len(n.WindowSpecs) == 0
}

// plainInner binds a SELECT that only filters; nil if it turns out to aggregate.
func (q *query) plainInner(n *tidb.SelectStmt, around env, t subqueryTest) (*inner, error) {
	if err := q.refuseSelect(n); err != nil {
		return nil, err
	}
	s := &selection{query: q, spans: map[int]diag.Span{}, outer: &around}
	var err error
	if s.scope, err = q.from(n.From); err != nil {
		return nil, err
	}
	if err := s.list(n.Fields.Fields); err != nil {
		return nil, err
	}
	conds, tests, err := s.conditions(n.Where)
	if err != nil {
		return nil, err
	}
	own, led := splitOuter(conds)
	if own, err = s.joinTables(own); err != nil {
		return nil, err
	}
	out := &inner{node: filtered(s.scope.node, own), conds: led}
	for _, test := range tests {
		if out.node, err = s.semiJoin(out.node, test); err != nil {
			return nil, err
		}
	}
	list := env{selection: s, clause: "the SELECT list", agg: true, over: true}
	for i := range s.items {
		if it := &s.items[i]; it.expr != nil {
			if it.node, err = list.bind(it.expr); err != nil {
				return nil, err
			}
		}
	}
	if len(s.calls) > 0 || len(s.overs) > 0 {
		if len(led) > 0 {
			return nil, q.errorf(diag.Unsupported, n, "an aggregate over rows that depend on the query around it is not supported").
				WithHint("group the rows in a query in FROM, and join it")
		}
		return nil, nil
	}
	out.value = s.items[0].node
	return out, q.checkValue(t, len(s.items))
}

// splitOuter takes the conditions that lead to the query around apart.
func splitOuter(conds []expr.Node) (own, led []expr.Node) {
	for _, c := range conds {
		cols := expr.Columns(c)
		if len(cols) > 0 && cols[len(cols)-1] >= outerBase && cols[len(cols)-1] < scalarBase {
			led = append(led, c)
		} else {
			own = append(own, c)
		}
	}
	return own, led
}

// checkValue checks that IN compares with one column.
func (q *query) checkValue(t subqueryTest, columns int) error {
	if t.value != nil && columns != 1 {
		return q.errorf(diag.Invalid, t.query, "IN compares with one column, and this subquery has %d", columns)
	}
	return nil
}
