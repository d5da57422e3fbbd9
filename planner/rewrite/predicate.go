package rewrite

import (
	"slices"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// pushPredicates moves filters towards the streams, and gives scans the tests
// that a decoder can make early. A filter stops at windows (whether a row is late
// must not depend on it), at OVER, at LIMIT, and at aggregates unless it reads
// keys only. One below a join must not be able to fail: there are rows there
// that no result has.
func pushPredicates(n logical.Node) logical.Node {
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		f, ok := n.(*logical.Filter)
		if !ok {
			return n
		}
		var rest []expr.Node
		input := f.Input
		for _, c := range expr.Conjuncts(f.Cond) {
			if pushed, ok := pushInto(input, c); ok {
				input = pushed
			} else {
				rest = append(rest, c)
			}
		}
		if len(rest) == 0 {
			return input
		}
		if len(rest) == len(expr.Conjuncts(f.Cond)) {
			return hint(f)
		}
		return hint(&logical.Filter{Input: input, Cond: expr.And(rest)})
	})
}

// pushInto puts a condition beneath n, if that is the same.
func pushInto(n logical.Node, cond expr.Node) (logical.Node, bool) {
	if !expr.Deterministic(cond) {
		return nil, false
	}
	switch n := n.(type) {
	case *logical.Project:
		return pushProject(n, cond)
	case *logical.Union:
		parts := make([]logical.Node, len(n.Parts))
		for i, p := range n.Parts {
			parts[i] = filter(p, cond)
		}
		return &logical.Union{Parts: parts}, true
	case *logical.Aggregate:
		return pushAggregate(n, cond)
	case *logical.Lookup:
		return pushLookup(n, cond)
	case *logical.Join:
		return pushJoin(n, cond)
	case *logical.Assign:
		if !readsBelow(cond, n.Input.Schema().Len()) || !n.Spec.Kind.Aligned() && !readsOnly(cond, n.Keys) {
			return nil, false // rows that are left out may bound the windows of others
		}
		return n.With([]logical.Node{filter(n.Input, cond)}), true
	case *logical.Rank:
		return pushRank(n, cond)
	case *logical.Sort:
		if n.Limit >= 0 || n.Offset > 0 {
			return nil, false
		}
		return n.With([]logical.Node{filter(n.Input, cond)}), true
	}
	return nil, false
}

// filter puts a condition as deep under n as it goes.
func filter(n logical.Node, cond expr.Node) logical.Node {
	if pushed, ok := pushInto(n, cond); ok {
		return pushed
	}
	if f, ok := n.(*logical.Filter); ok {
		if pushed, ok := pushInto(f.Input, cond); ok {
			return &logical.Filter{Input: pushed, Cond: f.Cond}
		}
		return hint(&logical.Filter{Input: f.Input, Cond: expr.And([]expr.Node{f.Cond, cond})})
	}
	return hint(&logical.Filter{Input: n, Cond: cond})
}

func pushProject(p *logical.Project, cond expr.Node) (logical.Node, bool) {
	for _, c := range expr.Columns(cond) {
		if !plain(p.Exprs[c]) {
			return nil, false
		}
	}
	return p.With([]logical.Node{filter(p.Input, substitute(cond, p.Exprs))}), true
}

func pushAggregate(a *logical.Aggregate, cond expr.Node) (logical.Node, bool) {
	if len(a.Keys) == 0 || !readsBelow(cond, len(a.Keys)) || len(expr.Columns(cond)) == 0 {
		return nil, false
	}
	keys := make([]expr.Node, len(a.Keys))
	for i, k := range a.Keys {
		keys[i] = logical.Column(a.Input, k)
	}
	return a.With([]logical.Node{filter(a.Input, substitute(cond, keys))}), true
}

// pushJoin puts a condition on columns of one side beneath that side, unless rows of
// it may come out padded; the versions of a join as of a time must stay whole, as the
// latest is to be chosen first.
func pushJoin(j *logical.Join, cond expr.Node) (logical.Node, bool) {
	n, cols := j.Left.Schema().Len(), expr.Columns(cond)
	if len(cols) == 0 || expr.CanFail(cond) {
		return nil, false
	}
	switch {
	case cols[len(cols)-1] < n && j.Preserves(0):
		return j.With([]logical.Node{filter(j.Left, cond), j.Right}), true
	case cols[0] >= n && j.Preserves(1) && j.AsOf == nil:
		moved := map[int]int{}
		for _, c := range cols {
			moved[c] = c - n
		}
		return j.With([]logical.Node{j.Left, filter(j.Right, expr.Remap(cond, moved))}), true
	}
	return nil, false
}

func readsBelow(e expr.Node, limit int) bool {
	for _, c := range expr.Columns(e) {
		if c >= limit {
			return false
		}
	}
	return true
}

// hint lets a scan right below filters drop rows that they will drop. The
// filters stay: what a source does with a hint is up to it.
func hint(f *logical.Filter) *logical.Filter {
	var tests []expr.Node
	for _, c := range expr.Conjuncts(f.Cond) {
		if _, _, ok := expr.RowTest(c); ok {
			tests = append(tests, c)
		}
	}
	below := hinted(f.Input, tests)
	if below == nil || len(tests) == 0 {
		return f
	}
	return &logical.Filter{Input: below, Cond: f.Cond}
}

func hinted(n logical.Node, tests []expr.Node) logical.Node {
	switch n := n.(type) {
	case *logical.Filter:
		if below := hinted(n.Input, tests); below != nil {
			return &logical.Filter{Input: below, Cond: n.Cond}
		}
	case *logical.Scan:
		c := *n
		c.Predicates = append([]expr.Node{}, n.Predicates...)
		for _, t := range tests {
			if !has(c.Predicates, t) {
				c.Predicates = append(c.Predicates, t)
			}
		}
		return &c
	}
	return nil
}

func has(list []expr.Node, e expr.Node) bool {
	for _, have := range list {
		if logical.Key(have) == logical.Key(e) {
			return true
		}
	}
	return false
}

// readsOnly reports whether an expression reads no other columns.
func readsOnly(e expr.Node, cols []int) bool {
	return !slices.ContainsFunc(expr.Columns(e), func(c int) bool { return !slices.Contains(cols, c) })
}
