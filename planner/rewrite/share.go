package rewrite

import (
	"slices"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// shareSubexpressions computes once, in a projection below, what a projection
// computes several times. What is computed in some branch only (CASE, AND, ..) is
// shared only if it is computed for every row elsewhere: it might fail.
func shareSubexpressions(n logical.Node) logical.Node {
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		p, ok := n.(*logical.Project)
		if !ok {
			return n
		}
		shared := repeated(p.Exprs)
		if len(shared) == 0 {
			return n
		}
		return share(p, shared)
	})
}

// repeated returns the largest expressions that occur more than once.
func repeated(exprs []expr.Node) []expr.Node {
	type use struct {
		node   expr.Node
		count  int
		always bool
	}
	uses := map[string]*use{}
	var order []*use
	for _, e := range exprs {
		walk(e, true, func(n expr.Node, always bool) {
			if plain(n) || len(expr.Columns(n)) == 0 || !expr.Deterministic(n) {
				return
			}
			u := uses[logical.Key(n)]
			if u == nil {
				u = &use{node: n}
				uses[logical.Key(n)] = u
				order = append(order, u)
			}
			u.count++
			u.always = u.always || always
		})
	}
	order = slices.DeleteFunc(order, func(u *use) bool { return u.count < 2 || !u.always })
	var out []expr.Node
	for _, u := range order {
		within := slices.ContainsFunc(order, func(o *use) bool {
			return o != u && o.count >= u.count && contains(o.node, logical.Key(u.node))
		})
		if !within {
			out = append(out, u.node)
		}
	}
	return out
}

func contains(e expr.Node, key string) bool {
	found := false
	expr.Walk(e, func(n expr.Node) bool {
		found = found || n != e && logical.Key(n) == key
		return !found
	})
	return found
}

// share computes the shared expressions beside the columns that are read.
func share(p *logical.Project, shared []expr.Node) logical.Node {
	exprs, names := logical.Pass(p.Input)
	base := len(exprs)
	for _, s := range shared {
		exprs, names = append(exprs, s), append(names, s.String())
	}
	below := &logical.Project{Input: p.Input, Exprs: exprs, Names: names}
	out := make([]expr.Node, len(p.Exprs))
	for i, e := range p.Exprs {
		out[i] = replaceShared(e, shared, base)
	}
	return narrow(&logical.Project{Input: below, Exprs: out, Names: p.Names, Times: p.Times})
}

func replaceShared(e expr.Node, shared []expr.Node, base int) expr.Node {
	for i, s := range shared {
		if logical.Key(s) == logical.Key(e) {
			return &expr.Column{Index: base + i, Name: s.String(), Typ: s.Type(), At: e.Pos()}
		}
	}
	c, ok := e.(*expr.Call)
	if !ok {
		return e
	}
	out := *c
	out.Args = make([]expr.Node, len(c.Args))
	for i, a := range c.Args {
		out.Args[i] = replaceShared(a, shared, base)
	}
	return &out
}

// narrow drops columns of the projection below that the one above does not read.
func narrow(p *logical.Project) logical.Node {
	below := p.Input.(*logical.Project)
	read := map[int]bool{}
	for _, e := range p.Exprs {
		for _, c := range expr.Columns(e) {
			read[c] = true
		}
	}
	moved := map[int]int{}
	kept := &logical.Project{Input: below.Input}
	for i := range below.Exprs {
		if read[i] {
			moved[i] = len(kept.Exprs)
			kept.Exprs, kept.Names = append(kept.Exprs, below.Exprs[i]), append(kept.Names, below.Names[i])
		}
	}
	exprs := make([]expr.Node, len(p.Exprs))
	for i, e := range p.Exprs {
		exprs[i] = expr.Remap(e, moved)
	}
	return &logical.Project{Input: kept, Exprs: exprs, Names: p.Names, Times: p.Times}
}
