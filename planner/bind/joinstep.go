package bind

import (
	"slices"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// joiner makes one join of its inputs and conditions.
type joiner struct {
	*query
	tree        *joinTree
	left, right logical.Node
	step        *logical.Join
	l, r        *columns // of the inputs, and keys computed beside them
	residual    []expr.Node
	pairs       []expr.Node // equalities of a column of each side
	span        timeRange
}

// build makes the steps of a tree.
func (q *query) build(t *joinTree) (logical.Node, error) {
	if t.leaf != nil {
		return t.leaf, nil
	}
	left, err := q.build(t.left)
	if err != nil {
		return nil, err
	}
	right, err := q.build(t.right)
	if err != nil {
		return nil, err
	}
	return q.joinStep(t, left, right)
}

// joinStep makes the step of one join: it finds keys, ranges of time and windows
// among the conditions; the rest is tested on each pair.
func (q *query) joinStep(t *joinTree, left, right logical.Node) (logical.Node, error) {
	if (t.kind == logical.InnerJoin || t.kind == logical.RightJoin) && t.asOf == nil && looksUp(logical.InnerJoin, right, left) {
		return q.swapped(t, left, right)
	}
	if direct, _ := tableBelow(right); direct == nil && looksUp(t.kind, left, right) {
		return q.throughView(t, left, right)
	}
	conds := t.conds
	left, right, conds = filterSides(t, left, right, conds)
	j := &joiner{query: q, tree: t, left: left, right: right, step: &logical.Join{Kind: t.kind}}
	j.l, j.r = newColumns(left), newColumns(right)
	if err := j.setTime(); err != nil {
		return nil, err
	}
	conds, err := j.asOfTime(conds)
	if err != nil {
		return nil, err
	}
	return j.complete(conds)
}

// complete sorts the conditions and builds the step.
func (j *joiner) complete(conds []expr.Node) (logical.Node, error) {
	for _, c := range conds {
		j.condition(c)
	}
	j.windows()
	for _, p := range j.pairs {
		if err := j.key(p); err != nil {
			return nil, err
		}
	}
	j.setRange()
	if err := j.check(); err != nil {
		return nil, err
	}
	return j.finish(), nil
}

// filterSides tests conditions of one side before the join, where that gives the
// same rows.
func filterSides(t *joinTree, left, right logical.Node, conds []expr.Node) (l, r logical.Node, rest []expr.Node) {
	n := left.Schema().Len()
	var ls, rs []expr.Node
	for _, c := range conds {
		onLeft, onRight := sides(c, n)
		switch {
		case !expr.Deterministic(c) || onLeft == onRight:
			rest = append(rest, c)
		case onLeft && slices.Contains([]logical.JoinKind{logical.InnerJoin, logical.RightJoin, logical.SemiJoin}, t.kind):
			ls = append(ls, c)
		case onRight && t.asOf == nil && t.kind != logical.RightJoin && t.kind != logical.FullJoin:
			rs = append(rs, shifted(c, -n))
		default:
			rest = append(rest, c)
		}
	}
	return filtered(left, ls), filtered(right, rs), rest
}

// filtered is n with conditions above it, if there are any.
func filtered(n logical.Node, conds []expr.Node) logical.Node {
	if len(conds) == 0 {
		return n
	}
	return &logical.Filter{Input: n, Cond: expr.And(conds)}
}

// condition sorts a condition: an equality of the sides, a bound of their times, or
// one to test on each pair.
func (j *joiner) condition(c expr.Node) {
	if j.step.AsOf == nil && j.narrowRange(c) {
		if call, ok := c.(*expr.Call); ok && call.Func.Name == "=" {
			j.pairs = append(j.pairs, c)
		}
		return
	}
	if call, ok := c.(*expr.Call); ok && (call.Func.Name == "=" || call.Func.Name == "<=>") {
		al, ar := sides(call.Args[0], j.width())
		bl, br := sides(call.Args[1], j.width())
		if al != ar && bl != br && al == br {
			j.pairs = append(j.pairs, c)
			return
		}
	}
	j.residual = append(j.residual, c)
}

func (j *joiner) width() int { return j.left.Schema().Len() }

// ends are the left and the right operand of an equality of the sides; the right
// one counts in the columns of the right input.
func (j *joiner) ends(pair expr.Node) (left, right expr.Node) {
	args := pair.(*expr.Call).Args
	left, right = args[0], args[1]
	if onLeft, _ := sides(left, j.width()); !onLeft {
		left, right = right, left
	}
	return left, shifted(right, -j.width())
}

// key makes an equality a key of the join.
func (j *joiner) key(pair expr.Node) error {
	left, right := j.ends(pair)
	if t, ok := expr.CommonType(left.Type(), right.Type()); ok {
		var err error
		if left, err = castTo(left, t); err == nil {
			right, err = castTo(right, t)
		}
		if err != nil {
			return j.errorAt(diag.Type, j.tree.at, "%s", err)
		}
	}
	safe := pair.(*expr.Call).Func.Name == "<=>"
	s := j.step
	s.LeftKeys, s.RightKeys = append(s.LeftKeys, j.l.add(left)), append(s.RightKeys, j.r.add(right))
	if s.NullSafe != nil || safe {
		for len(s.NullSafe) < len(s.LeftKeys)-1 {
			s.NullSafe = append(s.NullSafe, false)
		}
		s.NullSafe = append(s.NullSafe, safe)
	}
	return nil
}

// check refuses a join that would keep and pair all rows of two endless inputs.
func (j *joiner) check() error {
	s := j.step
	if s.AsOf != nil {
		if len(s.LeftKeys) == 0 {
			return j.errorAt(diag.Invalid, j.tree.at, "a join as of a time needs an equality between the two sides").
				WithHint("write ON o.currency = r.currency: each row of the right side is a new version of its key")
		}
		return nil
	}
	if len(s.LeftKeys) > 0 || s.Range != nil || s.Windows != nil || small(j.left) || small(j.right) {
		return nil
	}
	what := "this join has no equality between the two sides, and both are without end"
	if !j.tree.on {
		what = "this join has no condition, and both sides are without end"
	}
	return j.errorAt(diag.Invalid, j.tree.at, "%s: every row would meet every other", what).
		WithHint("write ON a.k = b.k, or bound the times: a.ts BETWEEN b.ts - INTERVAL '1' MINUTE AND b.ts")
}

// small reports whether all rows of an input may be kept: it ends, or is one row.
func small(n logical.Node) bool { return n.Traits().Bounded || oneRow(n) }

// oneRow reports whether an input has one row at each moment: an aggregate without
// groups.
func oneRow(n logical.Node) bool {
	switch n := n.(type) {
	case *logical.Project:
		return oneRow(n.Input)
	case *logical.Filter:
		return oneRow(n.Input)
	case *logical.Aggregate:
		return len(n.Keys) == 0
	case logical.Values:
		return true
	}
	return false
}

// finish puts the join over its inputs and drops the keys computed for it.
func (j *joiner) finish() logical.Node {
	s, n, width := j.step, j.width(), j.right.Schema().Len()
	if looksUp(s.Kind, j.left, j.right) {
		return j.lookup()
	}
	s.Left, s.Right = j.l.project(j.left), j.r.project(j.right)
	wide := s.Left.Schema().Len()
	if len(j.residual) > 0 {
		move := map[int]int{}
		for i := range width {
			move[n+i] = wide + i
		}
		s.Residual = expr.Remap(expr.And(j.residual), move)
	}
	return j.narrowed(s, wide)
}

// narrowed is a join without the keys that were computed for it: its left columns
// are wide now.
func (j *joiner) narrowed(join logical.Node, wide int) logical.Node {
	n, width := j.width(), j.right.Schema().Len()
	if j.step.Kind == logical.SemiJoin || j.step.Kind == logical.AntiJoin {
		width = 0
	}
	exprs, names := logical.Pass(join)
	if len(exprs) == n+width {
		return join
	}
	return &logical.Project{
		Input: join, Exprs: slices.Concat(exprs[:n], exprs[wide:wide+width]), Names: slices.Concat(names[:n], names[wide:wide+width]),
	}
}
