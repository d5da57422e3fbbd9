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
	table, _ := tableView(right)
	onLeft, _ := tableView(left)
	return table != nil && onLeft == nil
}

// tableView looks through steps that only filter a table and choose columns of it. It
// returns the table with the conditions on it, and the columns of n in it; nil: n
// reads something else.
func tableView(n logical.Node) (table logical.Node, cols []int) {
	switch n := n.(type) {
	case *logical.Scan:
		if !n.Stream.IsTable() {
			return nil, nil
		}
		for i := range n.Schema().Len() {
			cols = append(cols, i)
		}
		return n, cols
	case *logical.Filter:
		if table, cols = tableView(n.Input); table != nil {
			table = &logical.Filter{Input: table, Cond: expr.Remap(n.Cond, moves(cols, 0, 0))}
		}
	case *logical.Project:
		var in []int
		if table, in = tableView(n.Input); table == nil {
			return nil, nil
		}
		for _, e := range n.Exprs {
			c, ok := e.(*expr.Column)
			if !ok {
				return nil, nil
			}
			cols = append(cols, in[c.Index])
		}
	}
	return table, cols
}

// moves says that column from+i becomes column to+cols[i].
func moves(cols []int, from, to int) map[int]int {
	move := map[int]int{}
	for i, c := range cols {
		move[from+i] = to + c
	}
	return move
}

// remapped are expressions with their columns moved.
func remapped(exprs []expr.Node, move map[int]int) []expr.Node {
	out := make([]expr.Node, len(exprs))
	for i, e := range exprs {
		out[i] = expr.Remap(e, move)
	}
	return out
}

// throughView is the join with a view of a table: one with the table, of which the
// view's columns are chosen afterwards.
func (q *query) throughView(t *joinTree, left, right logical.Node) (logical.Node, error) {
	table, cols := tableView(right)
	n := left.Schema().Len()
	inner := *t
	inner.conds = remapped(t.conds, moves(cols, n, n))
	node, err := q.joinStep(&inner, left, table)
	if err != nil || t.kind == logical.SemiJoin || t.kind == logical.AntiJoin {
		return node, err
	}
	exprs, names := logical.Pass(node)
	out := &logical.Project{Input: node, Exprs: exprs[:n:n], Names: names[:n:n]}
	for i, c := range cols {
		out.Exprs = append(out.Exprs, exprs[n+c])
		out.Names = append(out.Names, right.Schema().Field(i).Name)
	}
	return out, nil
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
