package rewrite

import (
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/planner/logical"
	"kinesql/window"
)

// pushProjections narrows every step to the columns that are read above it, down
// to the scans, which decode members of ROW columns apart.
func pushProjections(n logical.Node) logical.Node {
	all := newWants()
	for i := range n.Schema().Len() {
		all.cols[i] = true
	}
	out, at := prune(n, all)
	return restore(n, out, at)
}

// restore puts the columns of a pruned step back into their old order, if they
// are not in it.
func restore(old, pruned logical.Node, at places) logical.Node {
	if pruned.Schema().Equal(old.Schema()) {
		return pruned
	}
	exprs, names := logical.Pass(old)
	for i := range exprs {
		exprs[i] = at.rewrite(exprs[i])
	}
	return &logical.Project{Input: pruned, Exprs: exprs, Names: names}
}

// prune narrows n to what is wanted of it and says where that is now.
func prune(n logical.Node, w *wants) (logical.Node, places) {
	switch n := n.(type) {
	case *logical.Scan:
		return pruneScan(n, w)
	case *logical.Project:
		return pruneProject(n, w)
	case *logical.Filter:
		w.read(n.Cond)
		in, at := prune(n.Input, w)
		return &logical.Filter{Input: in, Cond: at.rewrite(n.Cond)}, at
	case *logical.Aggregate:
		return pruneAggregate(n)
	case *logical.WindowAggregate:
		return pruneWindow(n)
	case *logical.Assign:
		return pruneAssign(n, w)
	case *logical.Over:
		return pruneOver(n, w)
	case *logical.Lookup:
		return pruneLookup(n, w)
	case *logical.Join:
		return pruneJoin(n, w)
	case *logical.Match:
		return pruneMatch(n, w)
	case *logical.Rank:
		return pruneRank(n, w)
	case *logical.Series:
		return pruneSeries(n, w)
	case *logical.Union:
		return pruneUnion(n, w)
	case *logical.Sort:
		return pruneSort(n, w)
	case *logical.ToLog:
		return pruneWhole(n, newWants())
	case *logical.Limit, *logical.Sink:
		return pruneWhole(n, w)
	}
	return n, identity(n)
}

// pruneWhole is for steps that pass their columns on; a sink wants all of them
// in their order.
func pruneWhole(n logical.Node, w *wants) (logical.Node, places) {
	old := n.Inputs()[0]
	if _, ok := n.(*logical.Limit); ok {
		in, at := prune(old, w)
		return n.With([]logical.Node{in}), at
	}
	for i := range old.Schema().Len() {
		w.cols[i] = true
	}
	in, at := prune(old, w)
	return n.With([]logical.Node{restore(old, in, at)}), identity(n)
}

func pruneProject(p *logical.Project, w *wants) (logical.Node, places) {
	out := &logical.Project{}
	at := places{cols: map[int]int{}}
	below := newWants()
	below.timed = w.timed
	for _, i := range w.whole(len(p.Exprs)) {
		at.cols[i] = len(out.Exprs)
		if slices.Contains(p.Times, i) {
			out.Times = append(out.Times, len(out.Exprs))
		}
		out.Exprs, out.Names = append(out.Exprs, p.Exprs[i]), append(out.Names, p.Names[i])
		below.read(p.Exprs[i])
	}
	in, moved := prune(p.Input, below)
	for i, e := range out.Exprs {
		out.Exprs[i] = moved.rewrite(e)
	}
	out.Input = in
	return out, at
}

func callWants(w *wants, calls []aggregate.Call) {
	for _, c := range calls {
		w.column(c.Args...)
		for _, k := range c.Order {
			w.column(k.Column)
		}
		if c.Filter >= 0 {
			w.column(c.Filter)
		}
	}
}

func pruneAggregate(a *logical.Aggregate) (logical.Node, places) {
	w := newWants()
	w.column(a.Keys...)
	if a.Time >= 0 {
		w.column(a.Time)
	}
	callWants(w, a.Calls)
	in, at := prune(a.Input, w)
	out := *a
	out.Input, out.Keys, out.Calls = in, at.all(a.Keys), at.calls(a.Calls)
	if a.Time >= 0 {
		out.Time = at.cols[a.Time]
	}
	return &out, identity(a)
}

func pruneWindow(a *logical.WindowAggregate) (logical.Node, places) {
	w := newWants()
	w.timed = true
	w.column(a.Keys...)
	callWants(w, a.Calls)
	attached := a.Spec.Kind == window.Attached
	if attached {
		w.column(a.Start, a.End)
	} else if a.Time >= 0 {
		w.column(a.Time)
	}
	in, at := prune(a.Input, w)
	out := *a
	out.Input, out.Keys, out.Calls = in, at.all(a.Keys), at.calls(a.Calls)
	if attached {
		out.Start, out.End = at.cols[a.Start], at.cols[a.End]
	} else if a.Time >= 0 {
		out.Time = at.cols[a.Time]
	}
	return &out, identity(a)
}

func pruneAssign(a *logical.Assign, w *wants) (logical.Node, places) {
	base := a.Input.Schema().Len()
	below := newWants()
	below.timed = true
	below.column(a.Keys...)
	if a.Time >= 0 {
		below.column(a.Time)
	}
	for _, c := range w.whole(base + 2) {
		if c < base {
			below.column(c)
		}
	}
	in, at := prune(a.Input, below)
	n := in.Schema().Len()
	at.cols[base], at.cols[base+1] = n, n+1
	out := *a
	if out.Input, out.Keys = in, at.all(a.Keys); a.Time >= 0 {
		out.Time = at.cols[a.Time]
	}
	return &out, at
}

func pruneOver(o *logical.Over, w *wants) (logical.Node, places) {
	base := o.Input.Schema().Len()
	below := newWants()
	below.timed = true
	below.column(o.Time)
	below.column(o.Partition...)
	below.column(o.Ties...)
	callWants(below, o.Calls)
	for _, c := range w.whole(base + len(o.Calls)) {
		if c < base {
			below.column(c)
		}
	}
	in, at := prune(o.Input, below)
	out := *o
	out.Input, out.Partition, out.Calls, out.Time = in, at.all(o.Partition), at.calls(o.Calls), at.cols[o.Time]
	out.Ties = at.all(o.Ties)
	n := in.Schema().Len()
	for i := range o.Calls {
		at.cols[base+i] = n + i
	}
	return &out, at
}

// pruneUnion keeps the wanted columns of all parts, in their order.
func pruneUnion(u *logical.Union, w *wants) (logical.Node, places) {
	keep := w.whole(u.Schema().Len())
	at := places{cols: map[int]int{}}
	parts := make([]logical.Node, len(u.Parts))
	for i, p := range u.Parts {
		below := newWants()
		below.timed = w.timed
		below.column(keep...)
		in, moved := prune(p, below)
		out := &logical.Project{Input: in}
		for k, c := range keep {
			at.cols[c] = k
			out.Exprs = append(out.Exprs, moved.rewrite(logical.Column(p, c)))
			out.Names = append(out.Names, u.Schema().Field(c).Name)
		}
		parts[i] = out
	}
	return &logical.Union{Parts: parts}, at
}

func pruneSort(s *logical.Sort, w *wants) (logical.Node, places) {
	for _, k := range s.Keys {
		w.column(k.Column)
	}
	if s.WindowEnd >= 0 {
		w.timed = true
		w.column(s.WindowEnd)
	}
	in, at := prune(s.Input, w)
	out := *s
	out.Input, out.Keys = in, at.order(s.Keys)
	if s.WindowEnd >= 0 {
		out.WindowEnd = at.cols[s.WindowEnd]
	}
	return &out, at
}

// pruneScan decodes whole columns and members. Something is always decoded, and
// the time attribute where watermarks are needed.
func pruneScan(s *logical.Scan, w *wants) (logical.Node, places) {
	out := *s
	out.Columns, out.Predicates = nil, nil
	at := places{cols: map[int]int{}, paths: map[string]int{}}
	if t := s.TimeColumn(); t >= 0 && w.timed {
		w.column(t)
	}
	for _, p := range s.Predicates {
		w.read(p)
	}
	paths := w.leaves()
	if len(w.cols) == 0 && len(paths) == 0 {
		w.column(0)
	}
	for i, c := range s.Columns {
		if w.cols[i] {
			at.cols[i] = len(out.Columns)
			out.Columns = append(out.Columns, c)
			continue
		}
		for _, p := range paths {
			if p.col == i {
				at.paths[logical.Key(p.node)] = len(out.Columns)
				path := append(slices.Clone(c.Path), p.names...)
				out.Columns = append(out.Columns, logical.ScanColumn{Path: path, Type: p.node.Type()})
			}
		}
	}
	at.schema = out.Schema()
	for _, p := range s.Predicates {
		out.Predicates = append(out.Predicates, at.rewrite(p))
	}
	return &out, at
}

func identity(n logical.Node) places {
	at := places{cols: map[int]int{}}
	for i := range n.Schema().Len() {
		at.cols[i] = i
	}
	return at
}
