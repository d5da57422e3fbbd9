package rewrite

import (
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// removeTrivial drops projections that pass all columns on as they are.
func removeTrivial(n logical.Node) logical.Node {
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		p, ok := n.(*logical.Project)
		if !ok || len(p.Exprs) != p.Input.Schema().Len() {
			return n
		}
		in := p.Input.Schema()
		for i, e := range p.Exprs {
			c, ok := e.(*expr.Column)
			if !ok || c.Index != i || p.Names[i] != in.Field(i).Name {
				return n
			}
		}
		return p.Input
	})
}
