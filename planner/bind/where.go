package bind

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// where binds WHERE and completes the joins of FROM, to which its conditions may
// belong. It returns the steps so far.
func (s *selection) where(n tidb.ExprNode) (logical.Node, error) {
	conds, tests, err := s.conditions(n)
	if err != nil {
		return nil, err
	}
	plain, scalar := splitScalars(conds)
	if plain, err = s.joinTables(plain); err != nil {
		return nil, err
	}
	if len(tests) == 0 && len(s.scalars) == 0 {
		return filtered(s.scope.node, plain), nil
	}
	s.scope.node, s.scope.assign = filtered(s.scope.node, plain), nil
	for _, t := range tests {
		if s.scope.node, err = s.semiJoin(s.scope.node, t); err != nil {
			return nil, err
		}
	}
	s.scope.node, err = s.joinScalars(s.scope.node, scalar, n)
	return s.scope.node, err
}

// joinTables builds the joins of FROM with the conditions of WHERE that belong to
// them, and returns the rest.
func (s *selection) joinTables(conds []expr.Node) ([]expr.Node, error) {
	t := s.scope.tree
	if t == nil {
		return conds, nil
	}
	t.narrow(conds)
	var rest []expr.Node
	for _, c := range conds {
		if !expr.Deterministic(c) || !t.push(c) {
			rest = append(rest, c)
		}
	}
	var err error
	s.scope.node, err = s.build(t)
	return rest, err
}

// conditions binds the parts of WHERE that are joined by AND: conditions, and tests
// of subqueries.
func (s *selection) conditions(n tidb.ExprNode) (conds []expr.Node, tests []subqueryTest, err error) {
	if n == nil {
		return nil, nil, nil
	}
	for _, part := range conjuncts(n) {
		if t, ok := asTest(part); ok {
			tests = append(tests, t)
			continue
		}
		c, err := env{selection: s, clause: "WHERE"}.condition(part)
		if err != nil {
			return nil, nil, err
		}
		conds = append(conds, expr.Conjuncts(c)...)
	}
	return conds, tests, nil
}

// conjuncts splits a condition at its outermost ANDs, if a subquery is tested in it.
func conjuncts(n tidb.ExprNode) []tidb.ExprNode {
	switch n := n.(type) {
	case *tidb.ParenthesesExpr:
		if parts := conjuncts(n.Expr); len(parts) > 1 {
			return parts
		}
	case *tidb.BinaryOperationExpr:
		if n.Op == opcode.LogicAnd {
			return append(conjuncts(n.L), conjuncts(n.R)...)
		}
	}
	return []tidb.ExprNode{n}
}

// scalar binds a subquery of one value in WHERE and returns the column that stands
// for it.
func (e env) scalar(n *tidb.SubqueryExpr) (expr.Node, error) {
	if e.outer != nil {
		return nil, e.errorf(diag.Unsupported, n, "a subquery of one value within a subquery that is tested is not supported").
			WithHint("compute it in a query in FROM: EXISTS (SELECT 1 FROM (SELECT .. WHERE x > (SELECT AVG(x) FROM s)) AS t WHERE ..)")
	}
	if e.clause != "WHERE" {
		return nil, e.errorf(diag.Unsupported, n, "a subquery of one value in %s is not supported", e.clause).
			WithHint("join it: FROM s CROSS JOIN (SELECT AVG(x) AS a FROM s) AS t")
	}
	inner := &query{Binder: e.Binder, Query: e.Query, ctes: e.ctes, around: &e}
	node, err := inner.resultSet(n)
	if err != nil {
		return nil, err
	}
	if got := node.Schema().Len(); got != 1 {
		return nil, e.errorf(diag.Invalid, n, "a subquery of one value has one column, and this has %d", got)
	}
	if !oneRow(node) {
		return nil, e.errorf(diag.Unsupported, n, "a subquery in a condition must be an aggregate without GROUP BY: others may give several rows").
			WithHint("write (SELECT MAX(x) FROM ..), or IN (SELECT x FROM ..)")
	}
	s := e.selection
	s.scalars = append(s.scalars, node)
	return placeholder(scalarBase+len(s.scalars)-1, "(SELECT "+node.Schema().Field(0).Name+")", node.Schema().Field(0).Type), nil
}

// splitScalars takes the conditions that read a subquery of one value apart.
func splitScalars(conds []expr.Node) (plain, scalar []expr.Node) {
	for _, c := range conds {
		cols := expr.Columns(c)
		if len(cols) > 0 && cols[len(cols)-1] >= scalarBase {
			scalar = append(scalar, c)
		} else {
			plain = append(plain, c)
		}
	}
	return plain, scalar
}

// joinScalars puts the one row of each subquery beside every row, tests the
// conditions, and drops the subqueries' columns.
func (s *selection) joinScalars(n logical.Node, conds []expr.Node, where tidb.ExprNode) (logical.Node, error) {
	if len(s.scalars) == 0 {
		return n, nil
	}
	width := n.Schema().Len()
	move := map[int]int{}
	for i, sub := range s.scalars {
		t := &joinTree{left: &joinTree{leaf: n}, right: &joinTree{leaf: sub}, at: s.span(where), on: true}
		kind := logical.LeftJoin
		if always(sub) {
			kind = logical.InnerJoin
		}
		t.kind = kind
		move[scalarBase+i] = n.Schema().Len()
		var err error
		if n, err = s.joinStep(t, n, sub); err != nil {
			return nil, err
		}
	}
	for i := range conds {
		conds[i] = expr.Remap(conds[i], move)
	}
	return trim(filtered(n, conds), width), nil
}

// always reports whether a step of one row has it whatever the values are: no
// condition stands above the aggregate.
func always(n logical.Node) bool {
	switch n := n.(type) {
	case *logical.Project:
		return always(n.Input)
	case *logical.Filter:
		return false
	}
	return true
}
