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

// group is a bound GROUP BY.
type group struct {
	present bool
	keys    []expr.Node
	window  *groupWindow
}

// groupWindow is the window of a GROUP BY. Columns count in the scope.
type groupWindow struct {
	spec       window.Spec
	time       int      // of Tumble and Hop
	start, end int      // of windows assigned further down; -1: no such column
	same       []string // keys of expressions that are equal to window_start
	upstream   window.Spec
	at         diag.Span
}

func (w *groupWindow) attached() bool { return w.spec.Kind == window.Attached }

// groupBy binds the GROUP BY clause: windows first, so that the columns of
// windows further down are plain keys beside them.
func (s *selection) groupBy(clause *tidb.GroupByClause) error {
	if clause == nil {
		return nil
	}
	if clause.Rollup {
		return s.unsupported(clause, "WITH ROLLUP")
	}
	s.group.present = true
	e := env{selection: s, clause: "GROUP BY"}
	var rest []tidb.ExprNode
	for _, item := range clause.Items {
		n, err := e.groupItem(item.Expr)
		if err != nil {
			return err
		}
		isWindow, err := e.groupFunction(n)
		if err != nil {
			return err
		}
		if !isWindow {
			rest = append(rest, n)
		}
	}
	for _, n := range rest {
		if err := e.groupKey(n); err != nil {
			return err
		}
	}
	return s.checkWindowInput()
}

func (s *selection) checkWindowInput() error {
	if w := s.group.window; w != nil && s.scope.node.Traits().Retracts {
		return s.retracting(w.at)
	}
	return nil
}

// groupItem replaces positions and aliases by what they stand for.
func (e env) groupItem(n tidb.ExprNode) (tidb.ExprNode, error) {
	switch n := n.(type) {
	case *tidb.ParenthesesExpr:
		return e.groupItem(n.Expr)
	case *tidb.PositionExpr:
		it, err := e.position(n, "GROUP BY")
		if err != nil {
			return nil, err
		}
		if it.expr == nil {
			return nil, e.unsupported(n, "the position of a column of *")
		}
		return it.expr, nil
	case *tidb.ColumnNameExpr:
		if n.Name.Table.O != "" {
			return n, nil
		}
		if i, err := e.scope.column(n.Name.Name.O); i >= 0 || err != nil {
			return n, nil
		}
		for _, it := range e.items {
			if it.alias && strings.EqualFold(it.name, n.Name.Name.O) {
				return it.expr, nil
			}
		}
	}
	return n, nil
}

func (e env) position(n *tidb.PositionExpr, clause string) (item, error) {
	if n.P != nil {
		return item{}, e.unsupported(n, "a parameter")
	}
	if n.N < 1 || n.N > len(e.items) {
		return item{}, e.errorf(diag.Invalid, n, "%s %d: the SELECT list has %d columns", clause, n.N, len(e.items))
	}
	return e.items[n.N-1], nil
}

// groupFunction binds TUMBLE, HOP, STEP and FLOOR over the time attribute.
func (e env) groupFunction(n tidb.ExprNode) (bool, error) {
	f, ok := n.(*tidb.FuncCallExpr)
	if !ok {
		return false, nil
	}
	switch name := upper(f.FnName.O); name {
	case "TUMBLE", "HOP", "SESSION", "CUMULATE":
		w, err := e.windowCall(name, f)
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

// windowCall binds TUMBLE(ts, size [, offset]) and HOP(ts, slide, size [, offset]).
func (e env) windowCall(name string, f *tidb.FuncCallExpr) (*groupWindow, error) {
	if len(f.Args) == 0 {
		return nil, e.errorf(diag.Invalid, f, "%s needs a time column and intervals", name)
	}
	time, err := e.bind(f.Args[0])
	if err != nil {
		return nil, err
	}
	col, ok := time.(*expr.Column)
	if !ok {
		return nil, e.errorf(diag.Invalid, f.Args[0], "%s wants the time attribute here, got %s", name, time)
	}
	args := make([]intervalArg, len(f.Args)-1)
	for i, a := range f.Args[1:] {
		if args[i].node, err = e.bind(a); err != nil {
			return nil, err
		}
		args[i].at = e.span(a)
	}
	spec, err := e.spec(name, e.span(f), args)
	if err != nil {
		return nil, err
	}
	w := &groupWindow{spec: spec, time: col.Index, start: -1, end: -1, at: e.span(f)}
	return w, e.checkTime(e.scope, col.Index, e.span(f.Args[0]), spec)
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
		time: col.Index, start: -1, end: -1, same: []string{logical.Key(whole)}, at: e.span(f),
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

// groupKey binds a key, or recognises a column of a window assigned further down.
func (e env) groupKey(n tidb.ExprNode) error {
	key, err := e.bind(n)
	if err != nil {
		return err
	}
	if t := key.Type(); t.Lane() == batch.LaneNested {
		return e.errorf(diag.Type, n, "%s of type %s cannot be a group key", key, t)
	}
	if c, ok := key.(*expr.Column); ok && e.attach(c.Index, e.span(n)) {
		return nil
	}
	for _, have := range e.group.keys {
		if logical.Key(have) == logical.Key(key) {
			return nil
		}
	}
	e.group.keys = append(e.group.keys, key)
	return nil
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
	for _, b := range e.scope.node.Traits().Windows {
		if col != b.Start && col != b.End {
			continue
		}
		if w == nil {
			e.group.window = &groupWindow{
				spec: window.Spec{Kind: window.Attached}, time: -1,
				start: b.Start, end: b.End, upstream: b.Spec, at: at,
			}
			return true
		}
		return w.start == b.Start && w.end == b.End
	}
	return false
}

// windowForm returns how to bind a call that speaks of the window, or nil.
func (e env) windowForm(name string, n *tidb.FuncCallExpr) form {
	switch name {
	case "WINDOW_START", "WINDOW_END":
		return func() (expr.Node, error) { return e.bound(name, n) }
	case "TUMBLE_START", "HOP_START", "TUMBLE_END", "HOP_END":
		return func() (expr.Node, error) { return e.boundOf(name, n) }
	case "TUMBLE", "HOP", "SESSION", "CUMULATE":
		return func() (expr.Node, error) {
			return nil, e.errorf(diag.Invalid, n, "%s stands in GROUP BY or in FROM only", name).
				WithHint("the window's bounds are window_start and window_end")
		}
	}
	return nil
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
	for _, w := range e.scope.node.Traits().Windows {
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
	kind, end, _ := strings.Cut(name, "_")
	if !e.agg || e.group.window == nil {
		return nil, e.errorf(diag.Invalid, n, "%s needs %s in GROUP BY", name, kind)
	}
	if len(n.Args) > 0 {
		w, err := env{selection: e.selection, clause: e.clause}.windowCall(kind, n)
		if err != nil {
			return nil, err
		}
		if w.spec != e.group.window.spec || w.time != e.group.window.time {
			return nil, e.errorf(diag.Invalid, n, "%s is not of the window in GROUP BY", name)
		}
	}
	return e.bound("WINDOW_"+end, &tidb.FuncCallExpr{})
}
