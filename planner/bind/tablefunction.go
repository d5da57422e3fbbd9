package bind

import (
	"slices"
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// tableFunction binds TUMBLE and its like in FROM: the columns of the table, then
// window_start, window_end and window_time.
func (q *query) tableFunction(tf *ast.TableFunction) (*scope, error) {
	in, alias, err := q.tableArgument(tf)
	if err != nil {
		return nil, err
	}
	spec, err := q.tableFunctionSpec(tf)
	if err != nil {
		return nil, err
	}
	s := &scope{alias: alias, node: in, hidden: hiddenOf(in)}
	a := &logical.Assign{Time: -1}
	if a.Keys, err = q.partition(s, tf, spec); err != nil {
		return nil, err
	}
	if tf.Clock {
		s.clock()
	}
	if a.Time, a.Spec, err = q.tableFunctionTime(s, tf, spec); err != nil {
		return nil, err
	}
	if in.Traits().Retracts && spec.Kind.Keyed() {
		return nil, q.keyedRetracting(spec.Kind, tf.At)
	}
	if in.Traits().Retracts && a.Spec.Processing {
		return nil, q.clockRetracting(tf.At)
	}
	a.Input = s.node
	s.assign = a
	s.node = windowTime(a)
	return s, nil
}

// clock appends a hidden column that shows the processing time.
func (s *scope) clock() {
	p := &logical.Project{Input: s.node}
	p.Exprs, p.Names = logical.Pass(s.node)
	if s.hidden.n == 0 {
		s.hidden.from = len(p.Exprs)
	}
	s.hidden.n++
	now := clockCall(-1)
	p.Exprs, p.Names = append(p.Exprs, now), append(p.Names, now.String())
	s.node = p
}

// clockCall is PROCTIME().
func clockCall(at int) expr.Node {
	n, err := expr.New("PROCTIME", nil, at)
	if err != nil {
		panic("bind: PROCTIME(): " + err.Error())
	}
	return n
}

func (q *query) tableFunctionSpec(tf *ast.TableFunction) (window.Spec, error) {
	c := windowCall{name: tf.Name.Name, table: true, at: tf.Name.At}
	for _, a := range tf.Args {
		arg := &query{Binder: q.Binder, Query: q.argument(a.Expr)}
		e := env{selection: &selection{query: arg, scope: &scope{node: logical.Values{}}}, clause: "a window"}
		node, err := e.bind(a.Node)
		if err != nil {
			return window.Spec{}, err
		}
		c.args = append(c.args, windowArg{intervalArg{node, arg.span(a.Node)}, a.Name.Name, a.Name.At})
	}
	return q.spec(c)
}

// tableFunctionTime is the time column and the windows over it.
func (q *query) tableFunctionTime(s *scope, tf *ast.TableFunction, spec window.Spec) (int, window.Spec, error) {
	switch {
	case spec.Kind == window.Count:
		return s.node.Traits().Time(), spec, nil
	case tf.Clock:
		spec.Processing = true
		return s.node.Schema().Len() - 1, spec, nil
	}
	return q.timeColumn(s, tf.Time, spec)
}

// partition finds the columns of PARTITION BY.
func (q *query) partition(s *scope, tf *ast.TableFunction, spec window.Spec) ([]int, error) {
	if len(tf.Partition) > 0 && spec.Kind.Aligned() {
		return nil, q.errorAt(diag.Invalid, tf.Partition[0].At, "%s windows are the same for all keys: PARTITION BY has no effect", tf.Name.Name).
			WithHint("leave it out, and group by the column")
	}
	var keys []int
	for _, name := range tf.Partition {
		i, err := s.column(name.Name)
		switch {
		case err != nil:
			return nil, q.errorAt(diag.Ambiguous, name.At, "%s", err)
		case i < 0:
			return nil, q.unknownColumn(s, name.Name, name.At)
		}
		if t := s.node.Schema().Field(i).Type; t.Lane() == batch.LaneNested {
			return nil, q.errorAt(diag.Type, name.At, "%s of type %s cannot be a key", name.Name, t)
		}
		if !slices.Contains(keys, i) {
			keys = append(keys, i)
		}
	}
	return keys, nil
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

func (q *query) timeColumn(s *scope, name ast.Ident, spec window.Spec) (int, window.Spec, error) {
	i, err := s.column(name.Name)
	if err == nil && i < 0 && strings.EqualFold(name.Name, rowtime) {
		i = s.node.Traits().Time()
	}
	switch {
	case err != nil:
		return 0, spec, q.errorAt(diag.Ambiguous, name.At, "%s", err)
	case i < 0:
		return 0, spec, q.unknownColumn(s, name.Name, name.At)
	}
	spec, err = q.overTime(s, i, name.At, spec)
	return i, spec, err
}

// overTime returns the windows over column i: of processing time where it shows
// the clock.
func (q *query) overTime(s *scope, i int, at diag.Span, spec window.Spec) (window.Spec, error) {
	if slices.Contains(s.node.Traits().Clock, i) {
		spec.Processing = true
		return spec, nil
	}
	return spec, q.checkTime(s, i, at, spec)
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
	if s.tables != nil {
		return q.noTimeOfJoin(at)
	}
	if j := untimedJoin(s.node); j != nil && j.Half() {
		return q.errorAt(diag.Invalid, at, "windows need a time attribute, and rows that passed a subquery of WHERE have none: they may pass at any later time").
			WithHint("bound the subquery in time: EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts)")
	} else if j != nil {
		return q.noTimeOfJoin(at)
	}
	return q.noTime(at)
}

// untimedJoin is the join because of which the rows of n have no time; nil: none.
func untimedJoin(n logical.Node) *logical.Join {
	switch n := n.(type) {
	case *logical.Join:
		if !n.Timed() {
			return n
		}
	case *logical.Filter, *logical.Project:
		return untimedJoin(n.Inputs()[0])
	}
	return nil
}

func (q *query) noTime(at diag.Span) error {
	return q.errorAt(diag.Invalid, at, "windows need a time attribute, and there is none here").
		WithHint("declare one in CREATE STREAM: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND; " +
			"or go by the clock of this machine: TUMBLE(PROCTIME(), INTERVAL '10' SECOND)")
}

// clockRetracting refuses windows of the clock over rows that may be taken back: it has
// moved on by then.
func (q *query) clockRetracting(at diag.Span) error {
	return q.errorAt(diag.Unsupported, at, "a window of PROCTIME() over a result that changes: a row would be taken back in another window than it came in").
		WithHint("use a window over event time, or group the inner query by a window: its results do not change")
}

// keyedRetracting refuses windows that follow from the rows of a key: where one of
// them is taken back, the windows of the others cannot be told any more.
func (q *query) keyedRetracting(k window.Kind, at diag.Span) error {
	return q.errorAt(diag.Unsupported, at, "a %s window follows from the rows of its key, and rows of this input may be taken back", k).
		WithHint("group the inner query by a window as well, and leave EMIT and ALLOW LATENESS out, so that its rows stay")
}

// windowTime adds window_time, the last microsecond of the window.
func windowTime(a *logical.Assign) logical.Node {
	exprs, names := logical.Pass(a)
	last := lastTick(logical.Column(a, len(exprs)-1))
	out := &logical.Project{Input: a, Exprs: append(exprs, last), Names: append(names, logical.WindowTime)}
	if a.Closes() {
		out.Times = []int{len(exprs)}
	}
	return out
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
