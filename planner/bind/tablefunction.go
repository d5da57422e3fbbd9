package bind

import (
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// tableFunction binds TUMBLE and HOP in FROM: the columns of the table, then
// window_start, window_end and window_time.
func (q *query) tableFunction(tf *ast.TableFunction) (*scope, error) {
	in, alias, err := q.tableArgument(tf)
	if err != nil {
		return nil, err
	}
	args := make([]intervalArg, len(tf.Args))
	for i, a := range tf.Args {
		arg := &query{Binder: q.Binder, Query: q.argument(a)}
		e := env{selection: &selection{query: arg, scope: &scope{node: logical.Values{}}}, clause: "a window"}
		if args[i].node, err = e.bind(a.Node); err != nil {
			return nil, err
		}
		args[i].at = arg.span(a.Node)
	}
	spec, err := q.spec(strings.ToUpper(tf.Name.Name), tf.At, args)
	if err != nil {
		return nil, err
	}
	s := &scope{alias: alias, node: in, hidden: hiddenOf(in)}
	time, err := q.timeColumn(s, tf.Time, spec)
	if err != nil {
		return nil, err
	}
	if in.Traits().Retracts {
		return nil, q.retracting(tf.At)
	}
	s.assign = &logical.Assign{Input: in, Spec: spec, Time: time}
	s.node = windowTime(s.assign)
	return s, nil
}

func (q *query) argument(a ast.Expr) *ast.Query {
	c := *q.Query
	c.Map = a.Map
	return &c
}

func (q *query) tableArgument(tf *ast.TableFunction) (logical.Node, string, error) {
	if tf.Query != nil {
		if e := tf.Query.Emit; e != nil {
			return nil, "", q.errorAt(diag.Invalid, e.At, "EMIT stands at the end of the whole query")
		}
		inner := &query{Binder: q.Binder, Query: tf.Query, ctes: q.ctes}
		n, err := inner.resultSet(tf.Query.Node)
		return n, "", err
	}
	n, err := q.relation(tf.Table.Name, tf.Table.At)
	return n, tf.Table.Name, err
}

func (q *query) timeColumn(s *scope, name ast.Ident, spec window.Spec) (int, error) {
	i, err := s.column(name.Name)
	if err == nil && i < 0 && strings.EqualFold(name.Name, rowtime) {
		i = s.node.Traits().Time()
	}
	switch {
	case err != nil:
		return 0, q.errorAt(diag.Ambiguous, name.At, "%s", err)
	case i < 0:
		return 0, q.unknownColumn(s, name.Name, name.At)
	}
	return i, q.checkTime(s, i, name.At, spec)
}

// checkTime refuses a column that watermarks do not speak of. The start of a
// window may stand for its rows in windows that hold whole windows of that kind.
func (q *query) checkTime(s *scope, i int, at diag.Span, spec window.Spec) error {
	t := s.node.Traits()
	if t.IsTime(i) {
		return nil
	}
	name := s.node.Schema().Field(i).Name
	if inner, ok := t.StartsOf(i); ok {
		if spec.Covers(inner) {
			return nil
		}
		return q.errorAt(diag.Invalid, at, "%s cannot window %q: its windows do not hold whole windows of %s",
			logical.SpecString(name, spec), name, logical.SpecString("..", inner)).
			WithHint("use window_time or window_end of those windows, which have a watermark")
	}
	if len(t.Times) > 0 {
		return q.errorAt(diag.Invalid, at, "column %q is not the time attribute", name).
			WithHint("use %q, which has a watermark", s.node.Schema().Field(t.Times[0]).Name)
	}
	return q.noTime(at)
}

func (q *query) noTime(at diag.Span) error {
	return q.errorAt(diag.Invalid, at, "windows need a time attribute, and there is none here").
		WithHint("declare one in CREATE STREAM: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND")
}

func (q *query) retracting(at diag.Span) error {
	return q.errorAt(diag.Unsupported, at, "a window over a result that changes is not supported yet").
		WithHint("group the inner query by a window as well")
}

// windowTime adds window_time, the last microsecond of the window.
func windowTime(a *logical.Assign) logical.Node {
	exprs, names := logical.Pass(a)
	last := lastTick(logical.Column(a, len(exprs)-1))
	return &logical.Project{
		Input: a, Exprs: append(exprs, last), Names: append(names, logical.WindowTime), Times: []int{len(exprs)},
	}
}

// lastTicks are the expressions over n that are the last microsecond before a
// time that watermarks speak of: watermarks speak of them as well.
func lastTicks(n logical.Node, exprs []expr.Node) []int {
	var out []int
	for _, t := range n.Traits().Times {
		key := logical.Key(lastTick(logical.Column(n, t)))
		for i, e := range exprs {
			if _, ok := e.(*expr.Call); ok && logical.Key(e) == key {
				out = append(out, i)
			}
		}
	}
	return out
}

// intervalArg is a bound argument of a window and where it stands.
type intervalArg struct {
	node expr.Node
	at   diag.Span
}

// spec makes windows of their intervals: size [, offset] of TUMBLE, slide, size
// [, offset] of HOP.
func (q *query) spec(name string, at diag.Span, args []intervalArg) (window.Spec, error) {
	want, usage := 1, "TUMBLE(ts, size [, offset])"
	kind := window.Tumble
	switch name {
	case "TUMBLE":
	case "HOP":
		want, usage, kind = 2, "HOP(ts, slide, size [, offset])", window.Hop
	default:
		return window.Spec{}, q.errorAt(diag.Unsupported, at, "%s windows are not supported yet", name)
	}
	if len(args) < want || len(args) > want+1 {
		return window.Spec{}, q.errorAt(diag.Invalid, at, "%s takes %d or %d intervals, got %d", name, want, want+1, len(args)).
			WithHint("%s", usage)
	}
	values := make([]window.Micros, 3)
	for i, a := range args {
		m, err := q.micros(a, name)
		if err != nil {
			return window.Spec{}, err
		}
		if i < want && m <= 0 {
			return window.Spec{}, q.errorAt(diag.Invalid, a.at, "%s needs an interval greater than zero", name)
		}
		values[i] = m
	}
	out := window.Spec{Kind: kind, Size: values[0], Slide: values[0], Offset: values[1]}
	if kind == window.Hop {
		out.Size, out.Offset = values[1], values[2]
	}
	if out.Slide > out.Size {
		return window.Spec{}, q.errorAt(diag.Invalid, args[0].at, "the slide of HOP is longer than its size").
			WithHint("%s", usage)
	}
	if err := out.Validate(); err != nil {
		return window.Spec{}, q.errorAt(diag.Invalid, at, "%s", err)
	}
	return out, nil
}

// micros is the value of a constant interval of days or less.
func (q *query) micros(a intervalArg, name string) (window.Micros, error) {
	n := expr.Fold(a.node)
	v, ok := expr.ConstValue(n)
	m, isInt := v.(int64)
	switch {
	case n.Type().ID == batch.IntervalMonth:
		return 0, q.errorAt(diag.Invalid, a.at, "%s needs an interval of fixed length: months and years differ", name)
	case n.Type().ID != batch.IntervalDay:
		return 0, q.errorAt(diag.Type, a.at, "%s wants an INTERVAL here, got %s", name, n.Type()).
			WithHint("write INTERVAL '10' SECOND")
	case !ok || !isInt:
		return 0, q.errorAt(diag.Invalid, a.at, "%s needs a constant interval", name)
	}
	return window.Micros(m), nil
}
