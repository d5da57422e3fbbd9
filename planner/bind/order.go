package bind

import (
	"math"
	"slices"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// orderItems binds ORDER BY of a SELECT.
func (s *selection) orderItems(o *tidb.OrderByClause) ([]sortItem, error) {
	if o == nil {
		return nil, nil
	}
	e := env{selection: s, clause: "ORDER BY", agg: true, over: true, aliases: true}
	out := make([]sortItem, len(o.Items))
	for i, it := range o.Items {
		out[i].desc = it.Desc
		if p, ok := it.Expr.(*tidb.PositionExpr); ok {
			found, err := e.position(p, "ORDER BY")
			if err != nil {
				return nil, err
			}
			out[i].node = found.node
			continue
		}
		n, err := e.bind(it.Expr)
		if err != nil {
			return nil, err
		}
		out[i].node = n
	}
	return out, nil
}

// limit is the values of LIMIT; -1 and 0 where there is none.
func (q *query) limit(l *tidb.Limit) (count, offset int64, err error) {
	if l == nil {
		return -1, 0, nil
	}
	if count, err = q.rows(l.Count); err != nil {
		return 0, 0, err
	}
	if l.Offset != nil {
		offset, err = q.rows(l.Offset)
	}
	return count, offset, err
}

func (q *query) rows(n tidb.ExprNode) (int64, error) {
	if v, ok := n.(tidb.ValueExpr); ok {
		switch x := v.GetValue().(type) {
		case uint64:
			return int64(min(x, math.MaxInt64)), nil
		case int64:
			return x, nil
		}
	}
	return 0, q.errorf(diag.Invalid, n, "LIMIT wants a constant number of rows")
}

// sort adds a Sort: of each window apart where there are windows, of all rows
// where the input ends.
func (q *query) sort(n logical.Node, keys []aggregate.SortKey, count, offset int64, w *logical.Bounds, at diag.Span) (logical.Node, error) {
	t := n.Traits()
	out := &logical.Sort{Input: n, Keys: keys, Limit: count, Offset: offset, WindowEnd: -1}
	if t.Retracts && !t.Bounded {
		return nil, q.errorAt(diag.Unsupported, at, "ORDER BY over a result that changes without end: no row is ever in its last place").
			WithHint("group by a window as well: each window is then sorted when it closes; or keep the best rows with QUALIFY ROW_NUMBER() OVER (ORDER BY ..) <= n")
	}
	if w != nil {
		out.WindowEnd = w.End
	}
	if w != nil && keys[0].Desc && (keys[0].Column == w.End || keys[0].Column == w.Start) {
		out.WindowEnd = -1 // the latest window first: all of them must be there
	}
	if out.WindowEnd < 0 && !t.Bounded {
		return nil, q.errorAt(diag.Invalid, at, "ORDER BY over rows without end").
			WithHint("group by a window: each window is then sorted when it closes; or read a bounded stream")
	}
	return out, nil
}

// firstRows adds a LIMIT without ORDER BY. Rows that may be taken back are first
// rows only when their input has ended.
func (q *query) firstRows(n logical.Node, count, offset int64, at *tidb.Limit) (logical.Node, error) {
	t := n.Traits()
	switch {
	case !t.Retracts:
		return &logical.Limit{Input: n, Count: count, Offset: offset}, nil
	case t.Bounded:
		return &logical.Sort{Input: n, Limit: count, Offset: offset, WindowEnd: -1}, nil
	}
	return nil, q.errorAt(diag.Unsupported, q.span(at), "LIMIT over a result that changes: a row that it let through may be taken back").
		WithHint("group by a window as well, keep the best rows with QUALIFY ROW_NUMBER() OVER (ORDER BY ..) <= n, or leave LIMIT out and stop the query")
}

// orderSet adds ORDER BY and LIMIT of a UNION ALL, whose columns are the only
// names.
func (q *query) orderSet(n logical.Node, o *tidb.OrderByClause, l *tidb.Limit) (logical.Node, error) {
	if o == nil && l == nil {
		return n, nil
	}
	s := &selection{query: q, scope: &scope{node: n}, spans: map[int]diag.Span{}}
	out := &output{selection: s, input: n}
	for i, f := range n.Schema().Fields() {
		c := logical.Column(n, i)
		s.items = append(s.items, item{node: c, name: f.Name})
		out.exprs, out.names = append(out.exprs, c), append(out.names, f.Name)
	}
	order, err := s.orderItems(o)
	if err != nil {
		return nil, err
	}
	if len(s.calls) > 0 || len(s.overs) > 0 {
		return nil, q.unsupported(o, "an aggregate in ORDER BY of UNION ALL")
	}
	return out.build(order, o, l)
}

// place is where column i of the query stands, for messages.
func (q *query) place(i int) (diag.Span, bool) {
	if i < len(q.columns) && q.columns[i].End > 0 {
		return q.columns[i], true
	}
	return diag.Span{}, false
}

// assignable reports whether a value of type from goes into a column of type to
// without a CAST being written.
func assignable(e expr.Node, to batch.Type) bool {
	from := e.Type()
	switch {
	case from.Equal(to), from.ID == batch.Null:
		return true
	case from.IsNumeric() || from.ID == batch.Boolean:
		return to.IsNumeric() || to.IsString() || from.ID == to.ID
	case from.IsString() || from.ID == batch.JSON:
		return to.IsString() || to.ID == batch.JSON || constant(e, to)
	case from.IsBinary():
		return to.IsBinary()
	case from.IsTemporal():
		return to.IsString() || slices.Contains([]batch.TypeID{batch.Date, batch.Timestamp}, from.ID) && to.IsTemporal()
	case from.Lane() == batch.LaneNested:
		return to.ID == from.ID || to.ID == batch.JSON
	}
	return false
}

// constant reports whether a constant string is a value of another type.
func constant(e expr.Node, to batch.Type) bool {
	if _, ok := e.(*expr.Literal); !ok {
		return false
	}
	cast, err := expr.NewCast(e, to, false, e.Pos())
	if err != nil {
		return false
	}
	_, ok := expr.ConstValue(expr.Fold(cast))
	return ok
}
