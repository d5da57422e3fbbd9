package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// asOf is what a join says of the time at which its right side is read: by a
// column (FOR SYSTEM_TIME AS OF), or by a comparison within ON (ASOF JOIN).
type asOf struct {
	asof bool
	time expr.Node // FOR SYSTEM_TIME: over the columns of both sides; nil: now
	at   diag.Span
}

// join binds two tables of FROM and what they are joined on. The step itself is
// made when WHERE is bound, too.
func (q *query) join(n *tidb.Join) (*scope, error) {
	if n.NaturalJoin || n.StraightJoin {
		return nil, q.unsupported(n.Right, "NATURAL JOIN and STRAIGHT_JOIN")
	}
	left, err := q.tableRef(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := q.tableRef(n.Right)
	if err != nil {
		return nil, err
	}
	s, err := q.joinScope(left, right, q.span(rightmost(n.Right)))
	if err != nil {
		return nil, err
	}
	s.tree.kind = map[tidb.JoinType]logical.JoinKind{tidb.LeftJoin: logical.LeftJoin, tidb.RightJoin: logical.RightJoin}[n.Tp]
	if n.On != nil {
		return s, q.joinOn(s, n.On.Expr)
	}
	return s, q.joinUsing(s, left, right, n.Using)
}

// rightmost is the table that a join's error points at.
func rightmost(n tidb.ResultSetNode) tidb.Node {
	if j, ok := n.(*tidb.Join); ok {
		return rightmost(j.Left)
	}
	return n
}

// joinScope is the columns of both sides, those of the left first.
func (q *query) joinScope(left, right *scope, at diag.Span) (*scope, error) {
	width := left.node.Schema().Len()
	s := &scope{node: &logical.Join{Left: left.node, Right: right.node}}
	s.tables = append(s.tables, left.parts()...)
	for _, t := range right.parts() {
		if left.isAlias(t.alias) {
			return nil, q.errorAt(diag.Exists, at, "there are two tables called %q in FROM", t.alias).
				WithHint("give one of them another name by AS")
		}
		s.tables = append(s.tables, t.moved(width))
	}
	s.merged = append(s.merged, left.merged...)
	for _, m := range right.merged {
		out := merged{name: m.name, node: shifted(m.node, width)}
		for _, c := range m.columns {
			out.columns = append(out.columns, c+width)
		}
		s.merged = append(s.merged, out)
	}
	s.tree = &joinTree{left: left.branch(), right: right.branch(), width: width + right.node.Schema().Len(), at: at}
	return s, nil
}

func (s *scope) branch() *joinTree {
	if s.tree != nil {
		return s.tree
	}
	return &joinTree{leaf: s.node, width: s.node.Schema().Len()}
}

// joinOn binds ON. Joins that the grammar does not know come wrapped: __full(c),
// __asof(c), __temporal(c, time).
func (q *query) joinOn(s *scope, on tidb.ExprNode) error {
	e := env{selection: &selection{query: q, scope: s, spans: map[int]diag.Span{}}, clause: "ON"}
	s.tree.on, s.tree.at = true, q.span(on)
	if f, ok := on.(*tidb.FuncCallExpr); ok {
		switch upper(f.FnName.O) {
		case "__FULL":
			s.tree.kind, on = logical.FullJoin, f.Args[0]
		case "__ASOF":
			s.tree.asOf, on = &asOf{asof: true, at: q.span(f.Args[0])}, f.Args[0]
		case "__TEMPORAL":
			a, err := e.systemTime(f.Args[1])
			if err != nil {
				return err
			}
			s.tree.asOf, on = a, f.Args[0]
		}
		s.tree.at = q.span(on)
	}
	cond, err := e.condition(on)
	if err != nil {
		return err
	}
	s.tree.conds = expr.Conjuncts(cond)
	return nil
}

// systemTime binds the time of FOR SYSTEM_TIME AS OF; PROCTIME() is now.
func (e env) systemTime(n tidb.ExprNode) (*asOf, error) {
	if f, ok := n.(*tidb.FuncCallExpr); ok {
		if upper(f.FnName.O) != "PROCTIME" || len(f.Args) > 0 {
			return nil, e.errorf(diag.Invalid, n, "FOR SYSTEM_TIME AS OF wants a time attribute or PROCTIME()")
		}
		return &asOf{at: e.span(n)}, nil
	}
	t, err := e.bind(n)
	return &asOf{time: t, at: e.span(n)}, err
}

// joinUsing binds USING (columns); __full as the first marks a FULL JOIN.
func (q *query) joinUsing(s, left, right *scope, using []*tidb.ColumnName) error {
	if len(using) > 0 && using[0].Name.O == "__full" {
		s.tree.kind, using = logical.FullJoin, using[1:]
	}
	e := env{selection: &selection{query: q, scope: s, spans: map[int]diag.Span{}}, clause: "USING"}
	width := left.node.Schema().Len()
	s.tree.on = len(using) > 0
	for _, c := range using {
		if c.Table.O != "" {
			return q.errorAt(diag.Invalid, s.tree.at, "USING takes plain names, got %q", c.Table.O+"."+c.Name.O)
		}
		l, err := q.usingColumn(left, c.Name.O, s.tree.at)
		if err != nil {
			return err
		}
		r, err := q.usingColumn(right, c.Name.O, s.tree.at)
		if err != nil {
			return err
		}
		if err := e.merge(c.Name.O, l, shifted(r, width)); err != nil {
			return err
		}
	}
	return nil
}

// usingColumn finds a column of one side. The grammar keeps no place of the names
// in USING: errors point at the table on the right.
func (q *query) usingColumn(s *scope, name string, at diag.Span) (expr.Node, error) {
	if n := s.mergedColumn(name); n != nil {
		return n, nil
	}
	i, err := s.column(name)
	if err != nil {
		return nil, q.errorAt(diag.Ambiguous, at, "%s", err)
	}
	if i < 0 {
		return nil, q.errorAt(diag.UnknownName, at, "USING names column %q, which is not in %s", name, strings.Join(s.aliases(), ", ")).
			WithHint("write ON a.x = b.y for columns of different names")
	}
	return logical.Column(s.node, i), nil
}

// merge joins on the equality of two columns and gives both one name.
func (e env) merge(name string, l, r expr.Node) error {
	s := e.scope
	equal, err := expr.New("=", []expr.Node{l, r}, s.tree.at.Start)
	if err != nil {
		return e.errorAt(diag.Type, s.tree.at, "USING (%s): %s", name, err)
	}
	s.tree.conds = append(s.tree.conds, equal)
	m := merged{name: name, node: l, columns: append(expr.Columns(l), expr.Columns(r)...)}
	switch s.tree.kind {
	case logical.RightJoin:
		m.node = r
	case logical.FullJoin:
		if m.node, err = expr.New("COALESCE", []expr.Node{l, r}, -1); err != nil {
			return e.errorAt(diag.Type, s.tree.at, "USING (%s): %s", name, err)
		}
	}
	for i, have := range s.merged {
		if strings.EqualFold(have.name, name) {
			s.merged[i] = merged{name: name, node: m.node, columns: append(have.columns, m.columns...)}
			return nil
		}
	}
	s.merged = append(s.merged, m)
	return nil
}

// shifted moves the columns of an expression by n.
func shifted(e expr.Node, n int) expr.Node {
	move := map[int]int{}
	for _, c := range expr.Columns(e) {
		move[c] = c + n
	}
	return expr.Remap(e, move)
}
