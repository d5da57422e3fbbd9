package bind

import (
	"slices"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// tableBelow returns the table that a step reads, and the conditions above it; nil:
// it reads something else.
func tableBelow(n logical.Node) (*logical.Scan, []expr.Node) {
	switch n := n.(type) {
	case *logical.Scan:
		if n.Stream.IsTable() {
			return n, nil
		}
	case *logical.Filter:
		scan, conds := tableBelow(n.Input)
		return scan, append(slices.Clip(conds), expr.Conjuncts(n.Cond)...)
	}
	return nil, nil
}

// looksUp reports whether a join reads a table row by row: its left side only grows
// and is no table itself. Other joins read the table once, like a stream that ends.
func looksUp(kind logical.JoinKind, left, right logical.Node) bool {
	if kind == logical.RightJoin || kind == logical.FullJoin || left.Traits().Retracts {
		return false
	}
	table, _ := tableBelow(right)
	onLeft, _ := tableBelow(left)
	return table != nil && onLeft == nil
}

// swapped is a join whose table stands on the left, the other way round.
func (q *query) swapped(t *joinTree, left, right logical.Node) (logical.Node, error) {
	n, m := left.Schema().Len(), right.Schema().Len()
	move := map[int]int{}
	for i := range n + m {
		move[i] = (i + m) % (n + m)
	}
	turned := *t
	turned.left, turned.right = t.right, t.left
	if t.kind == logical.RightJoin {
		turned.kind = logical.LeftJoin
	}
	turned.conds = nil
	for _, c := range t.conds {
		turned.conds = append(turned.conds, expr.Remap(c, move))
	}
	node, err := q.joinStep(&turned, right, left)
	if err != nil {
		return nil, err
	}
	exprs, names := logical.Pass(node)
	return &logical.Project{Input: node, Exprs: slices.Concat(exprs[m:], exprs[:m]), Names: slices.Concat(names[m:], names[:m])}, nil
}

// lookup makes the step of a join with a table. The keys of the table are computed,
// and conditions on it alone tested, when it is read.
func (j *joiner) lookup() logical.Node {
	table, conds := tableBelow(j.right)
	n := j.width()
	out := &logical.Lookup{Table: table, Kind: j.step.Kind, Keys: j.step.LeftKeys, NullSafe: j.step.NullSafe}
	out.Input = j.l.project(j.left)
	wide := out.Input.Schema().Len()
	for _, k := range j.step.RightKeys {
		out.TableKeys = append(out.TableKeys, j.r.exprs[k])
	}
	move := map[int]int{}
	for i := range table.Schema().Len() {
		move[n+i] = wide + i
	}
	var residual []expr.Node
	for _, c := range j.residual {
		residual = append(residual, expr.Remap(c, move))
	}
	if len(conds) > 0 {
		out.Where = expr.And(conds)
	}
	if len(residual) > 0 {
		out.Residual = expr.And(residual)
	}
	return j.narrowed(out, wide)
}
