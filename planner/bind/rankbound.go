package bind

import (
	"math"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// interval is what a condition lets a number be.
type interval struct{ low, high int64 }

// boundRanks gives ranks the bounds that filters above them set: rows beyond a
// bound need not be kept. The filters go where the bound says the same. A rank
// that would keep rows without end is an error.
func (b *Binder) boundRanks(n logical.Node) (logical.Node, error) {
	n = logical.Rewrite(n, func(n logical.Node) logical.Node {
		if f, ok := n.(*logical.Filter); ok {
			return boundFilter(f)
		}
		return n
	})
	var err error
	logical.Walk(n, func(n logical.Node) {
		r, ok := n.(*logical.Rank)
		if ok && err == nil && r.Changes && r.Bound.High == 0 {
			err = b.ranks[r.ID](r)
		}
	})
	return n, err
}

// boundFilter puts what a filter says of ranks into them: upper bounds first, for
// a lower one alone does not bound.
func boundFilter(f *logical.Filter) logical.Node {
	rest, input := expr.Conjuncts(f.Cond), f.Input
	for range 2 {
		var next []expr.Node
		for _, c := range rest {
			col, in, ok := numbersOf(c)
			if ok {
				input, ok = bound(input, col, in)
			}
			if !ok {
				next = append(next, c)
			}
		}
		rest = next
	}
	if len(rest) == 0 {
		return input
	}
	return &logical.Filter{Input: input, Cond: expr.And(rest)}
}

// numbersOf recognises a comparison of a column with constant numbers.
func numbersOf(n expr.Node) (col int, in interval, ok bool) {
	c, ok := n.(*expr.Call)
	if !ok || len(c.Args) < 2 {
		return 0, in, false
	}
	name, args := c.Func.Name, c.Args
	if _, second := args[1].(*expr.Column); second && len(args) == 2 {
		name, args = mirrored[name], []expr.Node{args[1], args[0]}
	}
	column, ok := args[0].(*expr.Column)
	if !ok {
		return 0, in, false
	}
	low, ok := integer(args[1])
	if !ok {
		return 0, in, false
	}
	in, ok = intervalOf(name, low)
	if name == "BETWEEN" {
		in.low = low
		in.high, ok = integer(args[2])
	}
	return column.Index, in, ok && in.low > math.MinInt64 && in.high > math.MinInt64
}

// mirrored is comparisons with their sides exchanged.
var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func integer(n expr.Node) (int64, bool) {
	v, ok := expr.ConstValue(expr.Fold(n))
	x, is := v.(int64)
	return x, ok && is
}

func intervalOf(name string, x int64) (interval, bool) {
	switch name {
	case "=":
		return interval{x, x}, true
	case "<=":
		return interval{1, x}, true
	case "<":
		return interval{1, x - 1}, x > math.MinInt64
	case ">=":
		return interval{x, math.MaxInt64}, true
	case ">":
		return interval{x + 1, math.MaxInt64}, x < math.MaxInt64
	}
	return interval{}, false
}

// bound gives the rank whose number column col of n is a bound, through steps that
// pass the column on. It reports whether the rank then lets through no other rows.
func bound(n logical.Node, col int, in interval) (logical.Node, bool) {
	switch n := n.(type) {
	case *logical.Project:
		c, ok := n.Exprs[col].(*expr.Column)
		if !ok {
			return n, false
		}
		input, ok := bound(n.Input, c.Index, in)
		return n.With([]logical.Node{input}), ok
	case *logical.Filter:
		input, ok := bound(n.Input, col, in)
		return n.With([]logical.Node{input}), ok
	case *logical.Rank:
		if f := col - n.Input.Schema().Len(); f >= 0 {
			return boundRank(n, f, in)
		}
	}
	return n, false
}

func boundRank(r *logical.Rank, f int, in interval) (logical.Node, bool) {
	for _, fn := range r.Funcs {
		if !bounding(fn.Name) {
			return r, false
		}
	}
	c, name, none := *r, r.Funcs[f].Name, r.Bound.High == 0
	switch {
	case none && in.high == math.MaxInt64 || !none && c.Bound.Func != name:
		return r, false
	case none:
		c.Bound.Func, c.Bound.Low, c.Bound.High = name, 1, math.MaxInt64
	}
	c.Bound.Low, c.Bound.High = max(c.Bound.Low, in.low), min(c.Bound.High, in.high)
	if c.Bound.High < c.Bound.Low {
		return r, false // no row at all: the filter says so
	}
	return &c, true
}
