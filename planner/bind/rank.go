package bind

import (
	"slices"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// isRank reports whether a function numbers the rows of its partition.
func isRank(name string) bool {
	return slices.Contains([]string{"ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE", "PERCENT_RANK", "CUME_DIST"}, name)
}

// bounding reports whether a bound on the function bounds the rows to keep.
func bounding(name string) bool {
	return name == "ROW_NUMBER" || name == "RANK" || name == "DENSE_RANK"
}

// rankCall binds ROW_NUMBER() OVER (..) and its like.
func (e env) rankCall(n *tidb.WindowFuncExpr, filter tidb.ExprNode) (expr.Node, error) {
	name := upper(n.Name)
	fn := logical.RankFunc{Name: name}
	switch {
	case filter != nil:
		return nil, e.errorf(diag.Invalid, n, "FILTER goes with aggregates only")
	case n.IgnoreNull:
		return nil, e.errorf(diag.Invalid, n, "IGNORE NULLS does not go with %s", name)
	case name == "NTILE":
		var err error
		if fn.Buckets, err = e.positive(n.Args[0], "NTILE"); err != nil {
			return nil, err
		}
	}
	s, f, err := e.rankFrame(&n.Spec, n)
	if err != nil {
		return nil, err
	}
	c := call{name: name, typ: fn.Result()}
	if f, ok := e.numbersByTime(name, s, f, n); ok {
		number := logical.SeriesFunc{Name: name, Arg: -1, Default: -1, Type: c.typ}
		return e.addOver(over{call: c, frame: f, series: &number, at: e.span(n)}), nil
	}
	if fn.Buckets > 0 {
		c.params = []any{fn.Buckets}
	}
	return e.addOver(over{call: c, frame: f, rank: &fn, at: e.span(n)}), nil
}

// positive is a constant of at least 1.
func (e env) positive(n tidb.ExprNode, what string) (int64, error) {
	bound, err := e.bind(n)
	if err != nil {
		return 0, err
	}
	v, _ := expr.ConstValue(expr.Fold(bound))
	if x, ok := v.(int64); ok && x > 0 {
		return x, nil
	}
	return 0, e.errorf(diag.Invalid, n, "%s wants a constant of at least 1, got %s", what, bound)
}

// rankFrame binds PARTITION BY and ORDER BY of a rank, which has no frame.
func (e env) rankFrame(spec *tidb.WindowSpec, at tidb.Node) (*tidb.WindowSpec, frame, error) {
	s, err := e.windowSpec(spec, at)
	if err != nil {
		return nil, frame{}, err
	}
	if s.Frame != nil {
		return nil, frame{}, e.errorf(diag.Invalid, at, "a function that numbers rows takes no frame").
			WithHint("leave ROWS or RANGE out")
	}
	in := e
	in.over, in.clause = false, "OVER"
	f := frame{}
	if f.partition, err = in.partitionBy(s.PartitionBy); err != nil || s.OrderBy == nil {
		return s, f, err
	}
	for _, item := range s.OrderBy.Items {
		n, err := in.bind(item.Expr)
		if err != nil {
			return nil, f, err
		}
		if n.Type().Lane() == batch.LaneNested {
			return nil, f, e.errorf(diag.Type, item.Expr, "%s cannot be sorted by", n.Type())
		}
		f.order = append(f.order, sortItem{node: n, desc: item.Desc})
	}
	return s, f, nil
}

// applyRank puts a Rank step on top of n for functions of one partition and order.
// reads is the columns of n that the query reads.
func (s *selection) applyRank(n logical.Node, which []int, a *applied) (logical.Node, error) {
	first := s.overs[which[0]]
	b := newColumns(n)
	out := &logical.Rank{WindowEnd: -1}
	for _, p := range first.frame.partition {
		low, err := a.lower(p)
		if err != nil {
			return nil, err
		}
		out.Partition = append(out.Partition, b.add(low))
	}
	for _, o := range first.frame.order {
		low, err := a.lower(o.node)
		if err != nil {
			return nil, err
		}
		out.Order = append(out.Order, sortKey(b.add(low), o.desc))
	}
	s.rankWindow(out, n, b)
	out.Ties = ties(a.reads, out)
	for _, i := range which {
		out.Funcs = append(out.Funcs, *s.overs[i].rank)
		out.Names = append(out.Names, s.overs[i].call.String())
	}
	out.Changes = out.WindowEnd < 0 && !n.Traits().Bounded
	out.Input = b.project(n)
	base := out.Input.Schema().Len()
	for k, i := range which {
		a.columns[overBase+i] = &expr.Column{Index: base + k, Name: out.Names[k], Typ: out.Funcs[k].Result(), At: -1}
	}
	out.ID = len(s.ranks)
	s.ranks = append(s.ranks, func(r *logical.Rank) error { return s.endless(r, first.at) })
	return out, nil
}

// rankWindow finds the window that the partitions are of, if there is one.
func (s *selection) rankWindow(r *logical.Rank, n logical.Node, b *columns) {
	for _, w := range n.Traits().Windows {
		switch {
		case w.End >= 0 && slices.Contains(r.Partition, w.End):
			r.WindowEnd = w.End
		case w.Start < 0 || !w.Spec.Fixed() || !slices.Contains(r.Partition, w.Start):
			continue
		case w.End >= 0:
			r.WindowEnd = w.End
		default:
			r.WindowEnd = b.add(shiftBy("+", logical.Column(n, w.Start), int64(w.Spec.Size)))
		}
		if !slices.Contains(r.Partition, r.WindowEnd) {
			r.Partition = append(r.Partition, r.WindowEnd)
		}
		return
	}
}

// ties is the columns that the query reads and that rows of one partition and one
// place in the order may differ in.
func ties(reads []int, r *logical.Rank) []int {
	var out []int
	for _, c := range reads {
		ordered := slices.ContainsFunc(r.Order, func(k aggregate.SortKey) bool { return k.Column == c })
		if !ordered && !slices.Contains(r.Partition, c) {
			out = append(out, c)
		}
	}
	return out
}

// endless is the error of a rank that would have to keep all rows for ever.
func (s *selection) endless(r *logical.Rank, at diag.Span) error {
	const window = "PARTITION BY window_start, window_end of a query with windows"
	for _, f := range r.Funcs {
		if !bounding(f.Name) {
			return s.errorAt(diag.Invalid, at, "%s over rows without end: it must know the whole partition", f.Name).
				WithHint("%s, or read a bounded stream", window)
		}
	}
	name := r.Funcs[0].Name
	return s.errorAt(diag.Invalid, at, "%s over rows without end needs a bound", name).
		WithHint("keep the first rows with QUALIFY %s() OVER (..) <= 10, or WHERE rn <= 10 around the query; or %s", name, window)
}
