package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// item is a column of the SELECT list.
type item struct {
	expr  tidb.ExprNode // nil: a column of *
	node  expr.Node
	name  string
	alias bool // name was given by AS
	at    diag.Span
}

// selectStmt binds a SELECT: names first, then the plan from FROM upwards.
func (q *query) selectStmt(n *tidb.SelectStmt) (logical.Node, error) {
	if err := q.refuseSelect(n); err != nil {
		return nil, err
	}
	restore, err := q.with(n.With)
	if err != nil {
		return nil, err
	}
	defer restore()
	s := &selection{query: q, named: n.WindowSpecs, spans: map[int]diag.Span{}}
	if s.scope, err = q.from(n.From); err != nil {
		return nil, err
	}
	if err := s.list(n.Fields.Fields); err != nil {
		return nil, err
	}
	node, err := s.where(n.Where)
	if err != nil {
		return nil, err
	}
	if err := s.groupBy(n.GroupBy); err != nil {
		return nil, err
	}
	return s.plan(n, node)
}

// plan binds what stands after GROUP BY and builds the steps above FROM and WHERE.
func (s *selection) plan(n *tidb.SelectStmt, node logical.Node) (logical.Node, error) {
	var err error
	list := env{selection: s, clause: "the SELECT list", agg: true, over: true}
	for i := range s.items {
		if it := &s.items[i]; it.expr != nil {
			if it.node, err = list.bind(it.expr); err != nil {
				return nil, err
			}
		}
	}
	having, err := s.having(n.Having)
	if err != nil {
		return nil, err
	}
	if s.qualify, err = s.qualifyClause(n.Having); err != nil {
		return nil, err
	}
	order, err := s.orderItems(n.OrderBy)
	if err != nil {
		return nil, err
	}
	low := &lowering{selection: s}
	if s.grouped() {
		if node, low, err = s.aggregateStep(node); err != nil {
			return nil, err
		}
	}
	if having != nil {
		if having, err = low.lower(having); err != nil {
			return nil, err
		}
		node = &logical.Filter{Input: node, Cond: having}
	}
	return s.finish(n, node, low, order)
}

// finish adds OVER, the SELECT list, DISTINCT, ORDER BY and LIMIT.
func (s *selection) finish(n *tidb.SelectStmt, node logical.Node, low *lowering, order []sortItem) (logical.Node, error) {
	a := &applied{lower: low.lower}
	var err error
	if a.reads, err = s.readsOf(node, order, low.lower); err != nil {
		return nil, err
	}
	if node, err = s.applyOvers(node, a); err != nil {
		return nil, err
	}
	top := &lowering{selection: s, byCol: a.columns}
	lower := func(n expr.Node) (expr.Node, error) {
		n, err := low.lower(n)
		if err != nil {
			return nil, err
		}
		return top.lower(n)
	}
	if s.qualify != nil {
		cond, err := lower(s.qualify)
		if err != nil {
			return nil, err
		}
		node = &logical.Filter{Input: node, Cond: cond}
	}
	out := &output{selection: s, input: node, distinct: n.Distinct}
	for _, it := range s.items {
		e, err := lower(it.node)
		if err != nil {
			return nil, err
		}
		out.exprs, out.names = append(out.exprs, e), append(out.names, it.name)
		out.spans = append(out.spans, it.at)
	}
	for i := range order {
		if order[i].node, err = lower(order[i].node); err != nil {
			return nil, err
		}
	}
	s.columns = out.spans
	return out.build(order, n.OrderBy, n.Limit)
}

func (s *selection) having(h *tidb.HavingClause) (expr.Node, error) {
	if h == nil {
		return nil, nil
	}
	cond, _ := splitHaving(h.Expr)
	if cond == nil {
		return nil, nil
	}
	s.group.present = true // without GROUP BY, all rows are one group
	return env{selection: s, clause: "HAVING", agg: true, aliases: true}.condition(cond)
}

// splitHaving takes HAVING and QUALIFY apart, which come as __qualify([having,]
// qualify). What is not there is nil.
func splitHaving(n tidb.ExprNode) (having, qualify tidb.ExprNode) {
	f, ok := n.(*tidb.FuncCallExpr)
	switch {
	case !ok || upper(f.FnName.O) != "__QUALIFY":
		return n, nil
	case len(f.Args) == 1:
		return nil, f.Args[0]
	}
	return f.Args[0], f.Args[1]
}

// qualifyClause binds QUALIFY, nil if there is none.
func (s *selection) qualifyClause(h *tidb.HavingClause) (expr.Node, error) {
	if h == nil {
		return nil, nil
	}
	_, n := splitHaving(h.Expr)
	if n == nil {
		return nil, nil
	}
	cond, err := env{selection: s, clause: "QUALIFY", agg: true, over: true, aliases: true}.condition(n)
	if err == nil && len(s.overs) == 0 {
		return nil, s.errorf(diag.Invalid, n, "QUALIFY needs a function with OVER").
			WithHint("filter rows with WHERE, and groups with HAVING")
	}
	return cond, err
}

// aliased finds a name among the aliases of the SELECT list, nil if none has it.
func (e env) aliased(name string, at diag.Span) (expr.Node, error) {
	var found expr.Node
	for _, exact := range []bool{true, false} {
		for _, it := range e.items {
			if !it.alias || it.name != name && (exact || !strings.EqualFold(it.name, name)) {
				continue
			}
			if found != nil && found.String() != it.node.String() {
				return nil, e.errorAt(diag.Ambiguous, at, "%q is ambiguous: it is an alias of several columns", name)
			}
			found = it.node
		}
		if found != nil {
			return found, e.checkAlias(found, name, at)
		}
	}
	return nil, nil
}

func (e env) checkAlias(n expr.Node, name string, at diag.Span) error {
	var err error
	expr.Walk(n, func(n expr.Node) bool {
		if c, ok := n.(*expr.Column); ok && c.Index >= overBase && !e.over {
			err = e.errorAt(diag.Invalid, at, "%q is an OVER aggregate and cannot stand in %s", name, e.clause).
				WithHint("compute it in a subquery in FROM")
		}
		return true
	})
	return err
}

// list expands the SELECT list; its expressions are bound later.
func (s *selection) list(fields []*tidb.SelectField) error {
	for _, f := range fields {
		if f.WildCard != nil {
			if err := s.wildcard(f); err != nil {
				return err
			}
			continue
		}
		it := item{expr: f.Expr, at: s.span(f.Expr)}
		if it.name = f.AsName.O; it.name != "" {
			it.alias = true
		} else {
			it.name = s.itemName(f.Expr)
		}
		s.items = append(s.items, it)
	}
	return nil
}

// itemName is a column's own name, or the text of an expression.
func (s *selection) itemName(n tidb.ExprNode) string {
	switch n := n.(type) {
	case *tidb.ColumnNameExpr:
		return n.Name.Name.O
	case *tidb.ParenthesesExpr:
		return s.itemName(n.Expr)
	case *tidb.FuncCallExpr:
		if upper(n.FnName.O) == "__FIELD" {
			name, _ := stringValue(n.Args[1])
			return name
		}
	}
	at := s.span(n)
	text := s.Source().Text
	return strings.Join(strings.Fields(text[min(at.Start, len(text)):min(at.End, len(text))]), " ")
}

func (s *selection) wildcard(f *tidb.SelectField) error {
	at := s.span(f)
	if _, ok := s.scope.node.(logical.Values); ok {
		return s.errorAt(diag.Invalid, at, "* needs a FROM clause")
	}
	from := table{n: s.scope.node.Schema().Len()}
	name := f.WildCard.Table.O
	if name != "" {
		t, ok := s.scope.table(name)
		if !ok {
			return s.errorAt(diag.UnknownName, at, "unknown table %q before .*", name)
		}
		from = t
	}
	s.spans[at.Start] = at
	if name == "" {
		for _, m := range s.scope.merged {
			s.items = append(s.items, item{node: m.node, name: m.name, at: at})
		}
	}
	for i := from.from; i < from.from+from.n; i++ {
		if s.scope.isHidden(i) || name == "" && s.scope.isMerged(i) {
			continue
		}
		c := logical.Column(s.scope.node, i)
		c.At = at.Start
		s.items = append(s.items, item{node: c, name: c.Name, at: at})
	}
	return nil
}
