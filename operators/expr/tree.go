package expr

import (
	"slices"

	"kinesql/operators/batch"
)

// Walk calls f with n and, where f returned true, with what is beneath it.
func Walk(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	if c, ok := n.(*Call); ok {
		for _, a := range c.Args {
			Walk(a, f)
		}
	}
}

// Rewrite replaces every node by what f makes of it, from the leaves up. What
// takes a node's place must have its type.
func Rewrite(n Node, f func(Node) Node) Node {
	c, ok := n.(*Call)
	if !ok {
		return f(n)
	}
	args, changed := make([]Node, len(c.Args)), false
	for i, a := range c.Args {
		args[i] = Rewrite(a, f)
		changed = changed || args[i] != a
	}
	if changed {
		copied := *c
		copied.Args = args
		c = &copied
	}
	return f(c)
}

// Columns returns the indexes of the columns that n reads, sorted and unique.
func Columns(n Node) []int {
	var out []int
	Walk(n, func(n Node) bool {
		if c, ok := n.(*Column); ok {
			out = append(out, c.Index)
		}
		return true
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// Remap renumbers columns; those that m lacks keep their index.
func Remap(n Node, m map[int]int) Node {
	return Rewrite(n, func(n Node) Node {
		c, ok := n.(*Column)
		if !ok {
			return n
		}
		to, ok := m[c.Index]
		if !ok || to == c.Index {
			return n
		}
		moved := *c
		moved.Index = to
		return &moved
	})
}

// Conjuncts splits n at its outermost ANDs.
func Conjuncts(n Node) []Node {
	c, ok := n.(*Call)
	if !ok || c.Func.Name != "AND" {
		return []Node{n}
	}
	var out []Node
	for _, a := range c.Args {
		out = append(out, Conjuncts(a)...)
	}
	return out
}

// And joins BOOLEAN conditions; none at all are TRUE.
func And(ns []Node) Node {
	if len(ns) == 0 {
		return NewLiteral(true, batch.Of(batch.Boolean), -1)
	}
	out := ns[0]
	for _, n := range ns[1:] {
		joined, err := New("AND", []Node{out, n}, n.Pos())
		if err != nil {
			panic("expr: And of a condition that is not BOOLEAN: " + err.Error())
		}
		out = joined
	}
	return out
}

// Deterministic reports whether n gives equal values for equal rows: it holds no
// RAND, UUID, NOW or the like.
func Deterministic(n Node) bool {
	yes := true
	Walk(n, func(n Node) bool {
		if c, ok := n.(*Call); ok && !c.Func.Deterministic {
			yes = false
		}
		return yes
	})
	return yes
}

// CanFail reports whether n may have a row whose value cannot be computed.
func CanFail(n Node) bool {
	may := false
	Walk(n, func(n Node) bool {
		if c, ok := n.(*Call); ok && !c.impl.total {
			may = true
		}
		return !may
	})
	return may
}

// IsConst reports whether n reads no column and is deterministic.
func IsConst(n Node) bool { return len(Columns(n)) == 0 && Deterministic(n) }

// ConstValue returns the value of a literal as NewLiteral takes it.
func ConstValue(n Node) (any, bool) {
	l, ok := n.(*Literal)
	if !ok {
		return nil, false
	}
	return valueAt(&l.Value, 0), true
}

// Fold replaces constant subtrees by literals of the same type. A subtree that
// fails is left as it is: it will fail at run time, for each row that needs it.
func Fold(n Node) Node {
	return Rewrite(n, func(n Node) Node {
		c, ok := n.(*Call)
		if !ok {
			return n
		}
		if short := foldLogic(c); short != nil {
			return short
		}
		if !c.Func.Deterministic || c.impl.volatile || c.Typ.Lane() == batch.LaneNested {
			return n
		}
		for _, a := range c.Args {
			if _, ok := a.(*Literal); !ok {
				return n
			}
		}
		if l, ok := evalConst(c); ok {
			return l
		}
		return n
	})
}

// foldLogic drops the TRUE of an AND and the FALSE of an OR, and lets FALSE and
// TRUE decide them.
func foldLogic(c *Call) Node {
	if c.Func.Name != "AND" && c.Func.Name != "OR" {
		return nil
	}
	decides := c.Func.Name == "OR"
	for i, a := range c.Args {
		v, ok := ConstValue(a)
		if b, isBool := v.(bool); ok && isBool {
			if b == decides {
				return a
			}
			if len(c.Args) == 2 {
				return c.Args[1-i]
			}
		}
	}
	return nil
}

// evalConst evaluates a call without columns.
func evalConst(n Node) (*Literal, bool) {
	p, err := Compile(n)
	if err != nil {
		return nil, false
	}
	v, faults := p.evalRows(1)
	if len(faults) > 0 {
		return nil, false
	}
	return literalOf(v, n.Type(), n.Pos()), true
}
