package rewrite

import (
	"kinesql/operators/aggregate"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/window"
)

// pushTop lets a windowed aggregate keep only the groups that ORDER BY .. LIMIT
// per window will show.
func pushTop(n logical.Node) logical.Node {
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		s, ok := n.(*logical.Sort)
		if !ok || s.WindowEnd < 0 || s.Limit < 0 || s.Limit+s.Offset > maxTop {
			return n
		}
		below, ok := topInto(s.Input, s.Keys, s.WindowEnd, int(s.Limit+s.Offset))
		if !ok {
			return n
		}
		return s.With([]logical.Node{below})
	})
}

// maxTop is the most groups that are worth ranking in a heap.
const maxTop = 10_000

// topInto goes down through projections to the aggregate. end is the column that
// the sort takes for the window's end.
func topInto(n logical.Node, keys []aggregate.SortKey, end, limit int) (logical.Node, bool) {
	switch n := n.(type) {
	case *logical.Project:
		below := make([]aggregate.SortKey, len(keys))
		for i, k := range keys {
			c, ok := n.Exprs[k.Column].(*expr.Column)
			if !ok {
				return nil, false
			}
			below[i] = k
			below[i].Column = c.Index
		}
		c, ok := n.Exprs[end].(*expr.Column)
		if !ok {
			return nil, false
		}
		in, ok := topInto(n.Input, below, c.Index, limit)
		if !ok {
			return nil, false
		}
		return n.With([]logical.Node{in}), true
	case *logical.WindowAggregate:
		first := len(n.Keys) + 2
		paned := n.Spec.Kind.Aligned() || n.Spec.Kind == window.Attached
		once := !n.Emission.Changes() && !n.Emission.Empty
		if !paned || !once || n.Top != nil || end != len(n.Keys)+1 || rank(keys, n) < first {
			return nil, false
		}
		w := *n
		w.Top = &logical.Top{Order: keys, N: limit}
		return &w, true
	}
	return nil, false
}

// rank is the first column to sort by that differs within a window.
func rank(keys []aggregate.SortKey, w *logical.WindowAggregate) int {
	for _, k := range keys {
		if k.Column != len(w.Keys) && k.Column != len(w.Keys)+1 {
			return k.Column
		}
	}
	return -1
}
