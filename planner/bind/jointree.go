package bind

import (
	"slices"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// joinTree is the joins of a FROM clause while conditions are gathered. Columns of
// conditions count in the tree's own, the left ones first.
type joinTree struct {
	leaf        logical.Node // nil: a join of left and right
	left, right *joinTree
	width       int
	kind        logical.JoinKind
	conds       []expr.Node
	asOf        *asOf
	on          bool      // ON or USING was written
	at          diag.Span // the condition, or the table on the right
}

// sides tells which sides of the tree an expression reads.
func (t *joinTree) sides(e expr.Node) (left, right bool) { return sides(e, t.left.width) }

// sides tells whether an expression reads columns below width, and from it on.
func sides(e expr.Node, width int) (left, right bool) {
	for _, c := range expr.Columns(e) {
		left, right = left || c < width, right || c >= width
	}
	return left, right
}

// push adds a condition of WHERE to the join that it belongs to, and reports
// whether there is one: an inner join whose two sides it speaks of.
func (t *joinTree) push(c expr.Node) bool {
	if t.leaf != nil {
		return false
	}
	l, r := t.sides(c)
	switch {
	case l && r && t.kind == logical.InnerJoin && t.asOf == nil:
		t.conds = append(t.conds, c)
		return true
	case l && !r && (t.kind == logical.InnerJoin || t.kind == logical.LeftJoin):
		return t.left.push(c)
	case r && !l && (t.kind == logical.InnerJoin || t.kind == logical.RightJoin) && t.asOf == nil:
		return t.right.push(shifted(c, -t.left.width))
	}
	return false
}

// narrow makes outer joins inner where conditions that hold for every row that
// counts are not TRUE for the rows without partner.
func (t *joinTree) narrow(conds []expr.Node) {
	if t.leaf != nil {
		return
	}
	n := t.left.width
	noLeft := slices.ContainsFunc(conds, func(c expr.Node) bool { return rejects(c, 0, n) })
	noRight := slices.ContainsFunc(conds, func(c expr.Node) bool { return rejects(c, n, t.width) })
	switch {
	case t.kind == logical.FullJoin && noLeft && noRight,
		t.kind == logical.LeftJoin && noRight, t.kind == logical.RightJoin && noLeft:
		t.kind = logical.InnerJoin
	case t.kind == logical.FullJoin && noLeft:
		t.kind = logical.LeftJoin
	case t.kind == logical.FullJoin && noRight:
		t.kind = logical.RightJoin
	}
	var left, right []expr.Node
	if t.kind == logical.InnerJoin || t.kind == logical.LeftJoin {
		left, right = append(left, conds...), append(right, t.conds...)
	}
	if t.kind == logical.InnerJoin || t.kind == logical.RightJoin {
		left, right = append(left, t.conds...), append(right, conds...)
	}
	for i, c := range right {
		right[i] = shifted(c, -n)
	}
	t.left.narrow(left)
	t.right.narrow(right)
}

// strict are the functions that give NULL where any argument is NULL.
var strict = map[string]bool{
	"=": true, "<>": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true, "BETWEEN": true,
	"+": true, "-": true, "*": true, "/": true, "%": true, "DIV": true, "NEG": true, "NOT": true, "LIKE": true, "REGEXP": true,
	"CAST": true,
}

// rejects reports whether a condition surely is not TRUE where the columns from
// index from up to to are NULL.
func rejects(e expr.Node, from, to int) bool {
	c, ok := e.(*expr.Call)
	if !ok {
		return nullWith(e, from, to)
	}
	in := func(a expr.Node) bool { return rejects(a, from, to) }
	switch c.Func.Name {
	case "AND":
		return slices.ContainsFunc(c.Args, in)
	case "OR":
		return !slices.ContainsFunc(c.Args, func(a expr.Node) bool { return !in(a) })
	case "IS NOT NULL":
		return nullWith(c.Args[0], from, to)
	case "IN":
		return nullWith(c.Args[0], from, to)
	}
	return nullWith(e, from, to)
}

// nullWith reports whether an expression surely is NULL where the columns from
// index from up to to are NULL.
func nullWith(e expr.Node, from, to int) bool {
	switch e := e.(type) {
	case *expr.Column:
		return e.Index >= from && e.Index < to
	case *expr.Call:
		return strict[e.Func.Name] && slices.ContainsFunc(e.Args, func(a expr.Node) bool { return nullWith(a, from, to) })
	}
	return false
}
