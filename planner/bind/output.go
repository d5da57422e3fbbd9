package bind

import (
	"slices"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
	"kinesql/window"
)

// output is the upper end of a SELECT: the list, and beside it hidden columns that
// DISTINCT and ORDER BY read.
type output struct {
	*selection
	input    logical.Node
	distinct bool
	exprs    []expr.Node
	names    []string
	spans    []diag.Span
	visible  int
}

// build puts together list, DISTINCT, ORDER BY and LIMIT.
func (o *output) build(order []sortItem, clause *tidb.OrderByClause, limit *tidb.Limit) (logical.Node, error) {
	o.visible = len(o.exprs)
	count, offset, err := o.limit(limit)
	if err != nil {
		return nil, err
	}
	keys, err := o.sortKeys(order, clause)
	if err != nil {
		return nil, err
	}
	bounds := o.windowColumns(len(keys) > 0)
	if len(keys) > 0 {
		keys = o.breakTies(keys)
	}
	var node logical.Node = &logical.Project{Input: o.input, Exprs: o.exprs, Names: o.names, Times: lastTicks(o.input, o.exprs)}
	if o.distinct {
		if node, err = o.distinctStep(node, bounds); err != nil {
			return nil, err
		}
	}
	if len(keys) > 0 {
		if node, err = o.sort(node, keys, count, offset, bounds, o.span(clause)); err != nil {
			return nil, err
		}
	} else if limit != nil {
		if node, err = o.firstRows(node, count, offset, limit); err != nil {
			return nil, err
		}
	}
	return trim(node, o.visible), nil
}

// sortKeys finds the columns to sort by, and adds hidden ones for what is not in
// the list.
func (o *output) sortKeys(order []sortItem, clause *tidb.OrderByClause) ([]aggregate.SortKey, error) {
	var keys []aggregate.SortKey
	for i, item := range order {
		if item.node.Type().Lane() == batch.LaneNested {
			return nil, o.errorf(diag.Type, clause.Items[i].Expr, "%s cannot be sorted by", item.node.Type())
		}
		col := o.hidden(item.node)
		if o.distinct && col >= o.visible {
			return nil, o.errorf(diag.Invalid, clause.Items[i].Expr, "ORDER BY of SELECT DISTINCT must be in the SELECT list")
		}
		keys = append(keys, sortKey(col, item.desc))
	}
	return keys, nil
}

// hidden returns the column that holds e, adding it if need be.
func (o *output) hidden(e expr.Node) int {
	key := logical.Key(e)
	for i, have := range o.exprs {
		if logical.Key(have) == key {
			return i
		}
	}
	o.exprs, o.names = append(o.exprs, e), append(o.names, e.String())
	return len(o.exprs) - 1
}

// windowColumns makes sure that the bounds of the rows' windows are among the
// columns, where the result is one of windows: the query groups by a window, reads
// a window table function, or shows a bound. Unbounded rows to be sorted are so as
// soon as they have windows.
func (o *output) windowColumns(sorted bool) *logical.Bounds {
	windows := o.input.Traits().Windows
	if len(windows) == 0 || !o.distinct && !sorted {
		return nil
	}
	w := windows[0]
	if (w.Start < 0 || w.End < 0) && !w.Spec.Fixed() {
		return nil
	}
	shown := slices.ContainsFunc(o.exprs[:o.visible], func(e expr.Node) bool {
		c, ok := e.(*expr.Column)
		return ok && (c.Index == w.Start || c.Index == w.End)
	})
	endless := sorted && !o.input.Traits().Bounded
	if !shown && o.group.window == nil && o.scope.assign == nil && !endless {
		return nil
	}
	start, end := o.bound(w.Start, w.End, "-", w.Spec), o.bound(w.End, w.Start, "+", w.Spec)
	return &logical.Bounds{Start: o.hidden(start), End: o.hidden(end), Spec: w.Spec}
}

func (o *output) bound(col, other int, op string, spec window.Spec) expr.Node {
	if col >= 0 {
		return logical.Column(o.input, col)
	}
	return shiftBy(op, logical.Column(o.input, other), int64(spec.Size))
}

// breakTies sorts equal rows by the group's keys, else by the columns of the
// list: what is shown must not depend on how the work was shared out.
func (o *output) breakTies(keys []aggregate.SortKey) []aggregate.SortKey {
	ties := make([]int, 0, o.visible)
	if a, ok := aggregateBelow(o.input); ok && !o.distinct {
		for i := range a {
			ties = append(ties, o.hidden(logical.Column(o.input, i)))
		}
	} else {
		for i := range o.visible {
			ties = append(ties, i)
		}
	}
	for _, col := range ties {
		has := slices.ContainsFunc(keys, func(k aggregate.SortKey) bool { return k.Column == col })
		if !has && o.exprs[col].Type().Lane() != batch.LaneNested {
			keys = append(keys, sortKey(col, false))
		}
	}
	return keys
}

// aggregateBelow returns the number of keys of the aggregate that n reads from,
// through nothing but filters.
func aggregateBelow(n logical.Node) ([]int, bool) {
	switch n := n.(type) {
	case *logical.Filter:
		return aggregateBelow(n.Input)
	case *logical.WindowAggregate:
		return n.Keys, true
	case *logical.Aggregate:
		return n.Keys, true
	}
	return nil, false
}

// distinctStep groups by all columns: within the window where there is one.
func (o *output) distinctStep(n logical.Node, bounds *logical.Bounds) (logical.Node, error) {
	for i, e := range o.exprs[:o.visible] {
		if e.Type().Lane() == batch.LaneNested {
			return nil, o.errorAt(diag.Type, o.spans[i], "DISTINCT over a column of type %s is not supported", e.Type())
		}
	}
	var keys []int
	for i := range o.exprs {
		if bounds == nil || i != bounds.Start && i != bounds.End {
			keys = append(keys, i)
		}
	}
	if bounds == nil {
		return o.distinctRows(n, keys), nil
	}
	agg := &logical.WindowAggregate{
		Input: n, Keys: keys, Spec: window.Spec{Kind: window.Attached}, Upstream: bounds.Spec,
		Time: -1, Start: bounds.Start, End: bounds.End,
	}
	return o.afterDistinct(agg, bounds), nil
}

// distinctRows groups all rows by all columns. With a time to live it reads the event
// time beside them.
func (o *output) distinctRows(n logical.Node, keys []int) logical.Node {
	out := &logical.Aggregate{Input: n, Keys: keys, Time: -1, Changes: !n.Traits().Bounded}
	if t := o.input.Traits().Time(); t >= 0 && o.ttl > 0 {
		exprs, names := slices.Clone(o.exprs), slices.Clone(o.names)
		field := logical.Column(o.input, t)
		out.Input = &logical.Project{Input: o.input, Exprs: append(exprs, field), Names: append(names, field.Name)}
		out.Time = len(exprs)
	}
	return out
}

// afterDistinct gives the columns of a windowed DISTINCT their old places.
func (o *output) afterDistinct(agg *logical.WindowAggregate, bounds *logical.Bounds) logical.Node {
	out := &logical.Project{Input: agg, Names: o.names, Exprs: make([]expr.Node, len(o.exprs))}
	for to, from := range agg.Keys {
		out.Exprs[from] = logical.Column(agg, to)
	}
	n := len(agg.Keys)
	out.Exprs[bounds.Start], out.Exprs[bounds.End] = logical.Column(agg, n), logical.Column(agg, n+1)
	return out
}

// trim drops hidden columns.
func trim(n logical.Node, visible int) logical.Node {
	exprs, names := logical.Pass(n)
	if len(exprs) == visible {
		return n
	}
	return &logical.Project{Input: n, Exprs: exprs[:visible], Names: names[:visible]}
}
