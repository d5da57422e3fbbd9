package bind

import (
	"fmt"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
	"kinesql/window"
)

// over is a bound aggregate with OVER.
type over struct {
	call
	frame frame
	rank  *logical.RankFunc // of functions that number rows
	// series is of functions that go by the order of time.
	series *logical.SeriesFunc
	at     diag.Span
}

// sort tells apart what steps of different sorts compute.
func (o over) sort() int {
	switch {
	case o.rank != nil:
		return 2
	case o.series != nil:
		return 1
	}
	return 0
}

// frame is the rows that an OVER aggregate reaches back to.
type frame struct {
	partition []expr.Node
	time      expr.Node // nil: the time attribute
	rows      bool
	preceding int64
	ending    int64      // so much before the row itself the frame ends
	order     []sortItem // of functions that number rows
}

func (f frame) String() string {
	var parts []string
	for _, p := range f.partition {
		parts = append(parts, p.String())
	}
	time := ""
	if f.time != nil {
		time = f.time.String()
	}
	for _, o := range f.order {
		time += fmt.Sprintf("%s %t, ", logical.Key(o.node), o.desc)
	}
	return fmt.Sprintf("OVER (PARTITION BY %s ORDER BY %s ROWS %t %d %d)", strings.Join(parts, ", "), time, f.rows, f.preceding, f.ending)
}

// overCall binds an aggregate with OVER and returns the column that stands for it.
func (e env) overCall(n *tidb.WindowFuncExpr, filter tidb.ExprNode) (expr.Node, error) {
	name := upper(n.Name)
	switch {
	case !e.over:
		return nil, e.errorf(diag.Invalid, n, "%s OVER cannot stand in %s", name, e.clause).
			WithHint("compute it in a subquery in FROM, or filter with QUALIFY")
	case isRank(name):
		return e.rankCall(n, filter)
	case isSeries(name):
		return e.seriesCall(n, filter)
	case !isAggregate(name):
		return nil, e.unsupported(n, name+" OVER")
	case n.FromLast || n.IgnoreNull:
		return nil, e.unsupported(n, "FROM LAST or IGNORE NULLS")
	case e.scope.node.Traits().Retracts:
		return nil, e.retracting(e.span(n))
	}
	f, err := e.frame(&n.Spec, n)
	if err != nil {
		return nil, err
	}
	args := n.Args
	if name == "COUNT" && len(args) == 1 && isNumber(args[0]) {
		args = nil
	}
	outer := e
	outer.over = false
	c, err := outer.bindOver(aggCall{name: name, args: args, distinct: n.Distinct, filter: filter, whole: n})
	if err != nil {
		return nil, err
	}
	return e.addOver(over{call: c, frame: f, at: e.span(n)}), nil
}

// addOver returns the column that stands for a call.
func (e env) addOver(o over) expr.Node {
	e.selection.overs = append(e.selection.overs, o)
	return placeholder(overBase+len(e.overs)-1, o.String()+" "+o.frame.String(), o.typ)
}

// bindOver binds a call whose arguments may be aggregates of the group.
func (e env) bindOver(c aggCall) (call, error) {
	if !e.group.present {
		return e.bindCall(c)
	}
	out := call{name: c.name, distinct: c.distinct}
	var err error
	if out.args, err = e.all(c.args); err != nil {
		return call{}, err
	}
	if c.filter != nil {
		return call{}, e.unsupported(c.whole, "FILTER with OVER in a query with GROUP BY")
	}
	return out, e.resolveCall(&out, c.args, c.whole)
}

// spec finds the definition of a named window and fills in what it inherits.
func (e env) windowSpec(s *tidb.WindowSpec, at tidb.Node) (*tidb.WindowSpec, error) {
	name := s.Ref.O
	if s.OnlyAlias {
		name = s.Name.O
	}
	if name == "" {
		return s, nil
	}
	var known []string
	for i := range e.named {
		d := &e.named[i]
		known = append(known, d.Name.O)
		if !strings.EqualFold(d.Name.O, name) || d == s {
			continue
		}
		if s.OnlyAlias {
			return e.windowSpec(d, at)
		}
		return e.inherit(s, d, at)
	}
	err := e.errorf(diag.UnknownName, at, "unknown window %q", name)
	if near, ok := diag.Suggest(name, known); ok {
		return nil, err.WithHint("did you mean %q?", near)
	}
	return nil, err
}

func (e env) inherit(s, from *tidb.WindowSpec, at tidb.Node) (*tidb.WindowSpec, error) {
	if from.Ref.O != "" {
		return nil, e.unsupported(at, "a window that refers to one that refers to another")
	}
	out := *s
	if out.PartitionBy == nil {
		out.PartitionBy = from.PartitionBy
	}
	if out.OrderBy == nil {
		out.OrderBy = from.OrderBy
	}
	if out.Frame == nil {
		out.Frame = from.Frame
	}
	return &out, nil
}

// frame binds the parentheses after OVER.
func (e env) frame(spec *tidb.WindowSpec, at tidb.Node) (frame, error) {
	s, err := e.windowSpec(spec, at)
	if err != nil {
		return frame{}, err
	}
	f := frame{preceding: logical.Unbounded}
	in := e
	in.over, in.clause = false, "OVER"
	if f.partition, err = in.partitionBy(s.PartitionBy); err != nil {
		return frame{}, err
	}
	if s.OrderBy == nil && s.Frame == nil {
		return frame{}, e.errorf(diag.Unsupported, at, "OVER without ORDER BY and frame is not supported: it counts rows that are yet to come").
			WithHint("write ORDER BY ts for the rows so far, or RANGE INTERVAL '1' MINUTE PRECEDING")
	}
	if f.time, err = in.overOrder(s.OrderBy, at); err != nil {
		return frame{}, err
	}
	return f, in.overFrame(&f, s.Frame, at)
}

// partitionBy binds the keys of PARTITION BY.
func (e env) partitionBy(c *tidb.PartitionByClause) ([]expr.Node, error) {
	if c == nil {
		return nil, nil
	}
	out := make([]expr.Node, len(c.Items))
	for i, item := range c.Items {
		var err error
		if out[i], err = e.bind(item.Expr); err != nil {
			return nil, err
		}
		if t := out[i].Type(); t.Lane() == batch.LaneNested {
			return nil, e.errorf(diag.Type, item.Expr, "%s of type %s cannot be in PARTITION BY", out[i], t)
		}
	}
	return out, nil
}

// overOrder checks ORDER BY: the time attribute, ascending. Left out, it is that.
// The starts of windows have the order of their ends, of which watermarks speak.
func (e env) overOrder(o *tidb.OrderByClause, at tidb.Node) (expr.Node, error) {
	if o == nil {
		return nil, nil
	}
	if len(o.Items) != 1 || o.Items[0].Desc {
		return nil, e.errorf(diag.Invalid, at, "ORDER BY of OVER must be the time attribute, ascending").
			WithHint("rows come in the order of time: ORDER BY ts; LEAD looks the other way than LAG")
	}
	n, err := e.bind(o.Items[0].Expr)
	if err != nil {
		return nil, err
	}
	at = o.Items[0].Expr
	c, ok := n.(*expr.Column)
	switch {
	case ok && c.Index == windowStart && e.group.window.startsTell():
		return endColumn(), nil
	case ok && c.Index == windowStart:
		return nil, e.errorf(diag.Invalid, at, "the starts of these windows do not tell when they end").
			WithHint("ORDER BY window_end")
	case ok && c.Index == windowEnd, logical.Key(n) == logical.Key(lastTick(endColumn())):
		return n, nil
	case !ok || c.Index >= aggBase:
		return nil, e.errorf(diag.Invalid, at, "ORDER BY of OVER must be the time attribute, not %s", n)
	}
	if spec, ok := e.scope.node.Traits().StartsOf(c.Index); ok {
		if !spec.Fixed() {
			return nil, e.errorf(diag.Invalid, at, "the starts of %s windows do not tell when they end", spec.Kind).
				WithHint("ORDER BY window_end")
		}
		return shiftBy("+", n, int64(spec.Size)), nil
	}
	return n, e.checkTime(e.scope, c.Index, e.span(at), window.Spec{})
}

// retracting refuses OVER rows that may be taken back.
func (q *query) retracting(at diag.Span) error {
	return q.errorAt(diag.Unsupported, at, "OVER a result that changes: each row would change all rows after it").
		WithHint("group the inner query by a window: its results do not change")
}
