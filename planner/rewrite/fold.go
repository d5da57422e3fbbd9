package rewrite

import (
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// foldConstants computes constant expressions, and drops filters that are TRUE.
func foldConstants(n logical.Node) logical.Node {
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		switch n := n.(type) {
		case *logical.Project:
			exprs := make([]expr.Node, len(n.Exprs))
			for i, e := range n.Exprs {
				exprs[i] = expr.Fold(e)
			}
			return &logical.Project{Input: n.Input, Exprs: exprs, Names: n.Names, Times: n.Times}
		case *logical.Join:
			return foldJoin(n)
		case *logical.Filter:
			cond := expr.Fold(n.Cond)
			if v, ok := expr.ConstValue(cond); ok && v == true {
				return n.Input
			}
			return &logical.Filter{Input: n.Input, Cond: cond}
		}
		return n
	})
}

func foldJoin(j *logical.Join) logical.Node {
	if j.Residual == nil {
		return j
	}
	c := *j
	c.Residual = expr.Fold(j.Residual)
	if v, ok := expr.ConstValue(c.Residual); ok && v == true {
		c.Residual = nil
	}
	return &c
}
