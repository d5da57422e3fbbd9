package rewrite

import (
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// mergeProjects puts the expressions of a projection into the one above it, where
// nothing is then computed twice.
func mergeProjects(n logical.Node) logical.Node {
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		outer, ok := n.(*logical.Project)
		if !ok {
			return n
		}
		inner, ok := outer.Input.(*logical.Project)
		if !ok || len(inner.Times) > 0 || !mergeable(outer, inner) {
			return n
		}
		exprs := make([]expr.Node, len(outer.Exprs))
		for i, e := range outer.Exprs {
			exprs[i] = substitute(e, inner.Exprs)
		}
		return &logical.Project{Input: inner.Input, Exprs: exprs, Names: outer.Names, Times: outer.Times}
	})
}

// mergeable reports whether each computed column below is read exactly once, and
// not only in some branch of a condition.
func mergeable(outer, inner *logical.Project) bool {
	reads := map[int]int{}
	always := map[int]bool{}
	for _, e := range outer.Exprs {
		walk(e, true, func(n expr.Node, unconditional bool) {
			if c, ok := n.(*expr.Column); ok {
				reads[c.Index]++
				always[c.Index] = always[c.Index] || unconditional
			}
		})
	}
	for i, e := range inner.Exprs {
		if !plain(e) && (reads[i] != 1 || !always[i]) {
			return false
		}
	}
	return true
}

// plain reports whether an expression costs nothing and cannot fail: a column, a
// constant, a member of a ROW.
func plain(e expr.Node) bool {
	switch e := e.(type) {
	case *expr.Column, *expr.Literal:
		return true
	case *expr.Call:
		return e.Func.Name == "FIELD" && e.Args[0].Type().ID == batch.Row && plain(e.Args[0])
	}
	return false
}

// substitute replaces columns by the expressions that compute them.
func substitute(e expr.Node, by []expr.Node) expr.Node {
	return expr.Rewrite(e, func(n expr.Node) expr.Node {
		if c, ok := n.(*expr.Column); ok {
			return by[c.Index]
		}
		return n
	})
}

// walk visits an expression from the root down and says of each part whether it
// is computed for every row, not only in some branch.
func walk(e expr.Node, always bool, visit func(n expr.Node, always bool)) {
	visit(e, always)
	c, ok := e.(*expr.Call)
	if !ok {
		return
	}
	lazy := conditional(c.Func.Name)
	for i, a := range c.Args {
		walk(a, always && (i == 0 || !lazy), visit)
	}
}

// conditional reports whether a function computes only its first argument for
// every row.
func conditional(name string) bool {
	switch name {
	case "CASE", "IF", "IFNULL", "COALESCE", "NULLIF", "AND", "OR", "IN", "ELT", "TRY_CAST", "NVL", "NVL2", "DECODE":
		return true
	}
	return false
}
