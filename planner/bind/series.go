package bind

import (
	"slices"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// isSeries reports whether a function looks at other rows of its partition.
func isSeries(name string) bool {
	return slices.Contains([]string{"LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"}, name)
}

// seriesCall binds LAG(x) OVER (..) and its like.
func (e env) seriesCall(n *tidb.WindowFuncExpr, filter tidb.ExprNode) (expr.Node, error) {
	name := upper(n.Name)
	switch {
	case filter != nil:
		return nil, e.errorf(diag.Unsupported, n, "FILTER with %s is not supported", name).
			WithHint("write %s(IF(condition, x, NULL)) IGNORE NULLS", name)
	case n.FromLast:
		return nil, e.unsupported(n, "FROM LAST")
	case e.scope.node.Traits().Retracts:
		return nil, e.retracting(e.span(n))
	}
	f, err := e.frame(&n.Spec, n)
	if err != nil {
		return nil, err
	}
	fn := logical.SeriesFunc{Name: name, Count: 1, IgnoreNulls: n.IgnoreNull, Default: -1}
	if fn.Framed, err = e.framed(&n.Spec, n, name); err != nil {
		return nil, err
	}
	c := call{name: name}
	if c.args, err = e.seriesArgs(n, &fn); err != nil {
		return nil, err
	}
	fn.Type = c.args[0].Type()
	c.typ, c.params = fn.Type, []any{fn.Count}
	if fn.IgnoreNulls {
		c.name += " IGNORE NULLS"
	}
	return e.addOver(over{call: c, frame: f, series: &fn, at: e.span(n)}), nil
}

// framed reports whether LAG has a frame that it must not look beyond.
func (e env) framed(spec *tidb.WindowSpec, n *tidb.WindowFuncExpr, name string) (bool, error) {
	s, err := e.windowSpec(spec, n)
	if err != nil || s.Frame == nil {
		return false, err
	}
	if s.Frame.Extent.End.Type != tidb.CurrentRow {
		return false, e.errorf(diag.Unsupported, n, "%s over a frame that ends before the current row is not supported", name).
			WithHint("LAG(x, n) is the row that is n rows back; aggregates such as MAX take such frames")
	}
	if name == "LEAD" {
		return false, e.errorf(diag.Invalid, n, "LEAD takes no frame: a frame ends at the current row").
			WithHint("leave ROWS or RANGE out")
	}
	return name == "LAG" && !s.Frame.Extent.Start.UnBounded, nil
}

// seriesArgs binds the value, how many rows away, and the default.
func (e env) seriesArgs(n *tidb.WindowFuncExpr, fn *logical.SeriesFunc) ([]expr.Node, error) {
	in := e.inner()
	if e.group.present {
		in = e
		in.over = false
	}
	x, err := in.bind(n.Args[0])
	if err != nil {
		return nil, err
	}
	if len(n.Args) > 1 {
		if fn.Count, err = in.count(n.Args[1], fn.Name); err != nil {
			return nil, err
		}
	}
	if len(n.Args) < 3 {
		return []expr.Node{x}, nil
	}
	def, err := in.bind(n.Args[2])
	if err != nil {
		return nil, err
	}
	common, ok := expr.CommonType(x.Type(), def.Type())
	if !ok || common.Lane() == batch.LaneNested {
		return nil, e.errorf(diag.Type, n.Args[2], "the default of %s is %s, and the value %s", fn.Name, def.Type(), x.Type())
	}
	if x, err = castTo(x, common); err == nil {
		def, err = castTo(def, common)
	}
	if err != nil {
		return nil, e.typed(err, n.Args[2])
	}
	return []expr.Node{x, def}, nil
}

// count is a constant number of rows: from 0, and from 1 for NTH_VALUE.
func (e env) count(n tidb.ExprNode, name string) (int64, error) {
	if name == "NTH_VALUE" {
		return e.positive(n, name)
	}
	bound, err := e.bind(n)
	if err != nil {
		return 0, err
	}
	v, _ := expr.ConstValue(expr.Fold(bound))
	if x, ok := v.(int64); ok && x >= 0 {
		return x, nil
	}
	return 0, e.errorf(diag.Invalid, n, "%s wants a constant number of rows, got %s", name, bound)
}

// numbersByTime makes a series of a function that numbers rows in the order of event time:
// numbers are final when the watermark is past the row, and nothing but counters
// is kept. That is not so where results are to be shown at once, where rows may be
// taken back, and within windows, whose numbers are forgotten with them.
func (e env) numbersByTime(name string, s *tidb.WindowSpec, f frame, at tidb.Node) (frame, bool) {
	changes := e.Emit != nil && e.Emit.Mode == ast.EmitChanges
	if !bounding(name) || changes || s.OrderBy == nil || e.scope.node.Traits().Retracts || e.perWindow(f.partition) {
		return f, false
	}
	time, err := e.overOrder(s.OrderBy, at)
	if err != nil {
		return f, false
	}
	return frame{partition: f.partition, time: time, preceding: logical.Unbounded}, true
}

// perWindow reports whether a bound of a window is among the keys of PARTITION BY.
func (e env) perWindow(partition []expr.Node) bool {
	return slices.ContainsFunc(partition, func(n expr.Node) bool {
		c, ok := n.(*expr.Column)
		if !ok {
			return false
		}
		bound := func(w logical.Bounds) bool { return c.Index == w.Start || c.Index == w.End }
		return c.Index == windowStart || c.Index == windowEnd || slices.ContainsFunc(e.scope.node.Traits().Windows, bound)
	})
}

// applySeries puts a Series step on top of n for functions of one OVER.
func (s *selection) applySeries(n logical.Node, which []int, a *applied) (logical.Node, error) {
	first := s.overs[which[0]]
	if n.Traits().Retracts {
		return nil, s.retracting(first.at)
	}
	b := newColumns(n)
	out := &logical.Series{Rows: first.frame.rows, Preceding: first.frame.preceding}
	var err error
	if out.Time, out.Partition, err = s.overColumns(n, b, first, a); err != nil {
		return nil, err
	}
	for _, i := range which {
		f := *s.overs[i].series
		f.Arg = -1
		for k, arg := range s.overs[i].args {
			low, err := a.lower(arg)
			if err != nil {
				return nil, err
			}
			if k == 0 {
				f.Arg = b.add(low)
			} else {
				f.Default = b.add(low)
			}
		}
		out.Funcs, out.Names = append(out.Funcs, f), append(out.Names, s.overs[i].call.String())
	}
	out.Ties = a.ties(out.Time, out.Partition)
	out.Input = b.project(n)
	base := out.Input.Schema().Len()
	for k, i := range which {
		a.columns[overBase+i] = &expr.Column{Index: base + k, Name: out.Names[k], Typ: out.Funcs[k].Type, At: -1}
	}
	return out, nil
}
