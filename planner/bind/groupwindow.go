package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
	"kinesql/window"
)

// groupFunction binds TUMBLE and its like, and STEP and FLOOR over the time attribute.
func (e env) groupFunction(n tidb.ExprNode) (bool, error) {
	f, ok := n.(*tidb.FuncCallExpr)
	if !ok {
		return false, nil
	}
	switch name := upper(f.FnName.O); name {
	case "TUMBLE", "HOP", "CUMULATE", "SESSION", "STAGGER", "COUNT_WINDOW", "__STAGGER":
		w, err := e.groupCall(name, f)
		if err != nil {
			return false, err
		}
		if e.group.window != nil {
			return false, e.errorf(diag.Invalid, n, "GROUP BY has two windows")
		}
		e.group.window = w
		return true, nil
	case "__STEP", "__FLOOR":
		return e.stepWindow(name, f)
	}
	return false, nil
}

// groupCall binds TUMBLE(ts, size) and its like. What stands for WINDOWED BY
// STAGGER has no time of its own: ROWTIME is meant.
func (e env) groupCall(name string, f *tidb.FuncCallExpr) (*groupWindow, error) {
	w := &groupWindow{start: -1, end: -1, at: e.span(f)}
	c := windowCall{name: strings.TrimPrefix(name, "__"), at: w.at}
	args := f.Args
	var err error
	timed := windowKinds[name].timed
	if timed {
		if len(args) == 0 {
			return nil, e.windowArity(c)
		}
		if w.time, err = e.bind(args[0]); err != nil {
			return nil, err
		}
		args = args[1:]
	}
	for _, a := range args {
		n, err := e.bind(a)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, windowArg{intervalArg: intervalArg{node: n, at: e.span(a)}})
	}
	if w.spec, err = e.spec(c); err != nil {
		return nil, err
	}
	if timed {
		return w, e.groupTime(c.name, w, f.Args[0])
	}
	return w, e.ownTime(w)
}

// groupTime checks the time of a window: the time attribute, or the clock.
func (e env) groupTime(name string, w *groupWindow, at tidb.ExprNode) error {
	if logical.IsClock(w.time) {
		w.spec.Processing = true
		return nil
	}
	col, ok := w.time.(*expr.Column)
	if !ok {
		return e.errorf(diag.Invalid, at, "%s wants the time attribute here, got %s", name, w.time)
	}
	var err error
	w.spec, err = e.overTime(e.scope, col.Index, e.span(at), w.spec)
	return err
}

// ownTime is the time attribute for windows that name none. Those of a number of
// rows do without.
func (e env) ownTime(w *groupWindow) error {
	if t := e.scope.node.Traits().Time(); t >= 0 {
		w.time = logical.Column(e.scope.node, t)
	} else if w.spec.Kind != window.Count {
		return e.noTime(w.at)
	}
	return nil
}

// stepWindow makes a tumble of STEP(ts BY interval) and FLOOR(ts TO unit), if ts
// is a time attribute and there is no window yet.
func (e env) stepWindow(name string, f *tidb.FuncCallExpr) (bool, error) {
	whole, err := e.bind(f)
	if err != nil {
		return false, err
	}
	time, err := e.bind(f.Args[0])
	if err != nil {
		return false, err
	}
	col, ok := time.(*expr.Column)
	if !ok || e.group.window != nil {
		return false, nil
	}
	traits := e.scope.node.Traits()
	if _, start := traits.StartsOf(col.Index); !start && !traits.IsTime(col.Index) {
		return false, nil
	}
	size, err := e.stepSize(name, f)
	if err != nil || size == 0 {
		return false, err
	}
	e.group.window = &groupWindow{
		spec: window.Spec{Kind: window.Tumble, Size: size, Slide: size},
		time: col, start: -1, end: -1, same: []string{logical.Key(whole)}, at: e.span(f),
	}
	return true, e.checkTime(e.scope, col.Index, e.span(f.Args[0]), e.group.window.spec)
}

// stepSize is the length of the windows, 0 where they differ in length or do not
// start at multiples of it.
func (e env) stepSize(name string, f *tidb.FuncCallExpr) (window.Micros, error) {
	if name == "__STEP" {
		n, err := e.bind(f.Args[1])
		if err != nil || n.Type().ID != batch.IntervalDay {
			return 0, err
		}
		size, err := e.micros(intervalArg{node: n, at: e.span(f.Args[1])}, "STEP")
		if err == nil && size <= 0 {
			return 0, e.errorf(diag.Invalid, f.Args[1], "STEP needs an interval greater than zero")
		}
		return size, err
	}
	unit, _ := stringValue(f.Args[1])
	return map[string]window.Micros{
		"MICROSECOND": 1, "MILLISECOND": window.Millisecond, "SECOND": window.Second,
		"MINUTE": window.Minute, "HOUR": window.Hour, "DAY": window.Day,
	}[upper(unit)], nil
}

// attach groups by the window that a column is a bound of, if it is one and the
// query has no other window.
func (e env) attach(col int, at diag.Span) bool {
	w := e.group.window
	if w != nil && !w.attached() {
		return false
	}
	if a := e.scope.assign; a != nil && w != nil && col == len(a.Schema().Fields()) {
		return true // window_time follows from the window
	}
	for _, b := range e.scope.windows() {
		if col != b.Start && col != b.End {
			continue
		}
		if w == nil {
			w = &groupWindow{
				spec:  window.Spec{Kind: window.Attached},
				start: b.Start, end: b.End, named: map[int]bool{}, upstream: b.Spec, at: at,
			}
			e.group.window = w
		}
		w.named[col] = true
		return w.start == b.Start && w.end == b.End
	}
	return false
}

// windows is the columns that hold the bounds of windows, also of those whose
// end no watermark tells.
func (s *scope) windows() []logical.Bounds {
	windows := s.node.Traits().Windows
	if a := s.assign; a != nil && !a.Closes() {
		n := a.Input.Schema().Len()
		return append([]logical.Bounds{{Start: n, End: n + 1, Spec: a.Spec}}, windows...)
	}
	return windows
}

// startsTell reports whether windows are in the order of their starts.
func (w *groupWindow) startsTell() bool {
	return w.spec.Fixed() || w.attached() && w.upstream.Fixed()
}

// checkAttached wants both bounds where one does not tell the other: from the
// query in FROM, and in GROUP BY unless windows of one start have one end.
func (s *selection) checkAttached(w *groupWindow) error {
	kind := w.upstream.Kind
	switch {
	case w.upstream.Fixed():
		return nil
	case w.start < 0 || w.end < 0:
		return s.errorAt(diag.Invalid, w.at, "a bound of %s windows does not tell the other one, which FROM does not give", kind).
			WithHint("select window_start and window_end in the query in FROM")
	case kind != window.Tumble && kind != window.Hop && len(w.named) < 2:
		return s.errorAt(diag.Invalid, w.at, "%s windows are told apart by both bounds", kind).
			WithHint("GROUP BY window_start, window_end")
	}
	return nil
}

// windowForm returns how to bind a call that speaks of the window, or nil.
func (e env) windowForm(name string, n *tidb.FuncCallExpr) form {
	if name == "WINDOW_START" || name == "WINDOW_END" {
		return func() (expr.Node, error) { return e.bound(name, n) }
	}
	if kind, end := cutBound(name); end != "" && windowKinds[kind].usage != "" {
		return func() (expr.Node, error) { return e.boundOf(name, n) }
	}
	if windowKinds[name].usage != "" {
		return func() (expr.Node, error) {
			return nil, e.errorf(diag.Invalid, n, "%s stands in GROUP BY or in FROM only", name).
				WithHint("the window's bounds are window_start and window_end")
		}
	}
	return nil
}

// endsRowtime ends the names of functions that give window_time: TUMBLE_ROWTIME.
const endsRowtime = "ROWTIME"

// cutBound takes TUMBLE_START apart.
func cutBound(name string) (kind, end string) {
	for _, end := range []string{"START", "END", endsRowtime} {
		if kind, ok := strings.CutSuffix(name, "_"+end); ok {
			return kind, end
		}
	}
	return name, ""
}

// bound is WINDOW_START() and WINDOW_END().
func (e env) bound(name string, n *tidb.FuncCallExpr) (expr.Node, error) {
	if len(n.Args) > 0 {
		return nil, e.errorf(diag.Type, n, "%s takes no arguments", name)
	}
	start := strings.HasSuffix(name, "START")
	if e.agg && e.group.window != nil {
		if start {
			return startColumn(), nil
		}
		return endColumn(), nil
	}
	for _, w := range e.scope.windows() {
		col := w.End
		if start {
			col = w.Start
		}
		if col >= 0 {
			c := logical.Column(e.scope.node, col)
			c.At = e.span(n).Start
			e.spans[c.At] = e.span(n)
			return c, nil
		}
	}
	return nil, e.errorf(diag.Invalid, n, "%s needs a window in %s", name, map[bool]string{true: "GROUP BY", false: "FROM"}[e.agg]).
		WithHint("group by a window such as TUMBLE(ts, INTERVAL '1' MINUTE)")
}

// boundOf is TUMBLE_START(ts, size) and its like, which must repeat the window of
// GROUP BY.
func (e env) boundOf(name string, n *tidb.FuncCallExpr) (expr.Node, error) {
	kind, end := cutBound(name)
	have := e.group.window
	if !e.agg || have == nil || !have.attached() && have.spec.Kind != windowKinds[kind].kind {
		return nil, e.errorf(diag.Invalid, n, "%s needs %s in GROUP BY", name, kind)
	}
	if len(n.Args) > 0 {
		w, err := env{selection: e.selection, clause: e.clause}.groupCall(kind, n)
		if err != nil {
			return nil, err
		}
		if w.spec != have.spec || !sameTime(w.time, have.time) {
			return nil, e.errorf(diag.Invalid, n, "%s is not of the window in GROUP BY", name)
		}
	}
	if end != endsRowtime {
		return e.bound("WINDOW_"+end, &tidb.FuncCallExpr{})
	}
	last, err := e.bound("WINDOW_END", &tidb.FuncCallExpr{})
	if err != nil {
		return nil, err
	}
	return lastTick(last), nil
}

func sameTime(a, b expr.Node) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return logical.Key(a) == logical.Key(b)
}
