package bind

import (
	"math"
	"slices"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
	"kinesql/window"
)

// timeRange gathers what conditions say of right time - left time.
type timeRange struct {
	left, right int // columns of the inputs; -1: none yet
	low, high   int64
	conds       []expr.Node // the conditions that say so
}

// linear is the value left*l + right*r + micros of times of both sides; columns
// count in the inputs.
type linear struct {
	l, r        int
	left, right int
	micros      int64
}

// linear reads an expression as times of both sides and intervals.
func (j *joiner) linear(e expr.Node) (linear, bool) {
	none := linear{left: -1, right: -1}
	if v, ok := expr.ConstValue(expr.Fold(e)); ok {
		micros, isInt := v.(int64)
		none.micros = micros
		far := micros < -int64(window.Latest) || micros > int64(window.Latest)
		return none, isInt && e.Type().ID == batch.IntervalDay && !far
	}
	switch e := e.(type) {
	case *expr.Column:
		n := j.width()
		switch {
		case e.Index < n && j.left.Traits().IsTime(e.Index):
			none.l, none.left = 1, e.Index
			return none, true
		case e.Index >= n && j.right.Traits().IsTime(e.Index-n):
			none.r, none.right = 1, e.Index-n
			return none, true
		}
	case *expr.Call:
		if (e.Func.Name == "+" || e.Func.Name == "-") && len(e.Args) == 2 {
			a, okA := j.linear(e.Args[0])
			b, okB := j.linear(e.Args[1])
			sum, ok := a.add(b, map[bool]int{true: 1, false: -1}[e.Func.Name == "+"])
			return sum, okA && okB && ok
		}
	}
	return none, false
}

// add is a + sign*b, where both speak of the same columns.
func (a linear) add(b linear, sign int) (linear, bool) {
	if a.left >= 0 && b.left >= 0 && a.left != b.left || a.right >= 0 && b.right >= 0 && a.right != b.right {
		return a, false
	}
	a.left, a.right = max(a.left, b.left), max(a.right, b.right)
	a.l, a.r, a.micros = a.l+sign*b.l, a.r+sign*b.r, a.micros+int64(sign)*b.micros
	return a, true
}

var flippedOp = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// narrowRange takes a condition that bounds the times of both sides, and reports
// whether it is one.
func (j *joiner) narrowRange(c expr.Node) bool {
	call, ok := c.(*expr.Call)
	if !ok || j.left.Traits().Retracts || j.right.Traits().Retracts {
		return false
	}
	if len(j.span.conds) == 0 {
		j.span = timeRange{left: -1, right: -1, low: math.MinInt64, high: math.MaxInt64}
	}
	before := j.span
	args := call.Args
	if call.Func.Name == "BETWEEN" && len(args) == 3 {
		ok = j.bound(">=", args[0], args[1]) && j.bound("<=", args[0], args[2])
	} else {
		_, comparison := flippedOp[call.Func.Name]
		ok = comparison && len(args) == 2 && j.bound(call.Func.Name, args[0], args[1])
	}
	if !ok {
		j.span = before
		return false
	}
	j.span.conds = append(slices.Clip(j.span.conds), c)
	return true
}

// bound narrows the range by a op b.
func (j *joiner) bound(op string, a, b expr.Node) bool {
	x, okX := j.linear(a)
	y, okY := j.linear(b)
	d, ok := x.add(y, -1)
	if !okX || !okY || !ok || d.l*d.r != -1 {
		return false
	}
	if d.r < 0 {
		d.micros, op = -d.micros, flippedOp[op]
	}
	if d.micros < -int64(window.Latest) || d.micros > int64(window.Latest) {
		return false
	}
	s := &j.span
	if s.left >= 0 && (s.left != d.left || s.right != d.right) {
		return false
	}
	s.left, s.right = d.left, d.right
	at := -d.micros
	switch op {
	case "=":
		s.low, s.high = max(s.low, at), min(s.high, at)
	case ">=":
		s.low = max(s.low, at)
	case ">":
		s.low = max(s.low, at+1)
	case "<=":
		s.high = min(s.high, at)
	case "<":
		s.high = min(s.high, at-1)
	}
	return true
}

// setRange makes an interval join of what the conditions say of the times, if they
// bound them on both sides; otherwise they are tested on each pair.
func (j *joiner) setRange() {
	s := j.span
	if len(s.conds) == 0 {
		return
	}
	if j.step.Windows == nil && s.low != math.MinInt64 && s.high != math.MaxInt64 && s.low <= s.high {
		j.step.Range = &logical.JoinRange{
			LeftTime: s.left, RightTime: s.right, Low: window.Micros(s.low), High: window.Micros(s.high),
		}
		return
	}
	for _, c := range s.conds {
		if call := c.(*expr.Call); call.Func.Name != "=" {
			j.residual = append(j.residual, c)
		}
	}
}

// windows makes a join per window of equalities of the bounds of windows of both
// sides.
func (j *joiner) windows() {
	l, r := j.left.Traits(), j.right.Traits()
	if l.Retracts || r.Retracts || j.step.AsOf != nil {
		return
	}
	for _, wl := range l.Windows {
		for _, wr := range r.Windows {
			if j.perWindow(wl, wr) {
				return
			}
		}
	}
}

// perWindow joins windows wl of the left and wr of the right side where the
// conditions make them equal.
func (j *joiner) perWindow(wl, wr logical.Bounds) bool {
	var starts, ends bool
	rest := slices.DeleteFunc(slices.Clone(j.pairs), func(p expr.Node) bool {
		start, end := j.equates(p, wl.Start, wr.Start), j.equates(p, wl.End, wr.End)
		starts, ends = starts || start, ends || end
		return start || end
	})
	fixed := wl.Spec == wr.Spec && wl.Spec.Zone == "" && (wl.Spec.Kind == window.Tumble || wl.Spec.Kind == window.Hop)
	if !(starts && ends || fixed && (starts || ends)) {
		return false
	}
	j.pairs = rest
	j.step.Windows = &logical.JoinWindows{Left: j.bounds(j.l, j.left, wl), Right: j.bounds(j.r, j.right, wr)}
	return true
}

// equates reports whether an equality is one of column l of the left side and
// column r of the right one.
func (j *joiner) equates(pair expr.Node, l, r int) bool {
	left, right := j.ends(pair)
	a, okA := left.(*expr.Column)
	b, okB := right.(*expr.Column)
	return okA && okB && l >= 0 && a.Index == l && b.Index == r
}

// bounds are the columns of a window's bounds; one that was not selected follows
// from the other, for windows that are all as long.
func (j *joiner) bounds(cols *columns, n logical.Node, w logical.Bounds) logical.Bounds {
	if w.Start < 0 {
		w.Start = cols.add(shiftBy("-", logical.Column(n, w.End), int64(w.Spec.Size)))
	}
	if w.End < 0 {
		w.End = cols.add(shiftBy("+", logical.Column(n, w.Start), int64(w.Spec.Size)))
	}
	return w
}

// setTime reads the time of FOR SYSTEM_TIME AS OF.
func (j *joiner) setTime() error {
	a := j.tree.asOf
	if a == nil {
		return nil
	}
	if j.left.Traits().Retracts {
		return j.errorAt(diag.Unsupported, a.at, "a join as of a time is not supported where the left side takes rows back").
			WithHint("group the left side by a window, whose results are final")
	}
	if a.asof {
		return nil
	}
	table, _ := tableBelow(j.right)
	switch {
	case table != nil && a.time != nil:
		return j.errorAt(diag.Unsupported, a.at, "table %q keeps no versions of its rows", table.Stream.Name).
			WithHint("write FOR SYSTEM_TIME AS OF PROCTIME(), or leave it out")
	case table != nil:
		return nil
	case a.time == nil:
		return j.errorAt(diag.Unsupported, a.at, "FOR SYSTEM_TIME AS OF PROCTIME() reads tables, and the right side is none").
			WithHint("write FOR SYSTEM_TIME AS OF s.ts with the time attribute of the left side, or CREATE TABLE")
	}
	c, ok := a.time.(*expr.Column)
	if !ok || c.Index >= j.width() || !j.left.Traits().IsTime(c.Index) {
		return j.errorAt(diag.Invalid, a.at, "FOR SYSTEM_TIME AS OF wants a time attribute of the left side, got %s", a.time)
	}
	right := j.right.Traits().Time()
	if right < 0 {
		return j.noVersions(a.at)
	}
	j.step.AsOf = &logical.AsOf{LeftTime: c.Index, RightTime: right}
	return nil
}

func (j *joiner) noVersions(at diag.Span) error {
	return j.errorAt(diag.Invalid, at, "the right side has no time attribute, so there are no times at which its rows began to hold").
		WithHint("declare one in CREATE STREAM: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND; " +
			"in place of the latest row of each key, join the stream itself: each of its rows is a version of its key")
}

// asOfTime takes the comparison of times out of the condition of an ASOF JOIN.
func (j *joiner) asOfTime(conds []expr.Node) ([]expr.Node, error) {
	a := j.tree.asOf
	if a == nil || !a.asof {
		return conds, nil
	}
	var rest []expr.Node
	for _, c := range conds {
		l, r, ok := j.notBefore(c)
		switch {
		case !ok:
			rest = append(rest, c)
		case j.step.AsOf != nil:
			return nil, j.errorAt(diag.Invalid, a.at, "ASOF JOIN compares times once, and here are two comparisons")
		default:
			j.step.AsOf = &logical.AsOf{LeftTime: l, RightTime: r}
		}
	}
	if j.step.AsOf == nil {
		if j.right.Traits().Time() < 0 {
			return nil, j.noVersions(a.at)
		}
		return nil, j.errorAt(diag.Invalid, a.at, "ASOF JOIN needs a comparison of the time attributes of both sides").
			WithHint("write ON o.k = r.k AND o.ts >= r.ts: each row meets the latest one that is not after it")
	}
	return rest, nil
}

// notBefore reads left time >= right time, either way round.
func (j *joiner) notBefore(c expr.Node) (left, right int, ok bool) {
	call, isCall := c.(*expr.Call)
	if !isCall || len(call.Args) != 2 || call.Func.Name != ">=" && call.Func.Name != "<=" {
		return 0, 0, false
	}
	x, okX := j.linear(call.Args[0])
	y, okY := j.linear(call.Args[1])
	d, okD := x.add(y, -1)
	want := map[string]int{">=": 1, "<=": -1}[call.Func.Name]
	return d.left, d.right, okX && okY && okD && d.micros == 0 && d.l == want && d.r == -want
}

// noTimeOfJoin is the error for a window over a join whose rows may come at any
// time after their own.
func (q *query) noTimeOfJoin(at diag.Span) error {
	return q.errorAt(diag.Invalid, at, "windows need a time attribute, and this join has none: a row may meet a partner of any later time").
		WithHint("bound the join in time: ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '1' MINUTE AND b.ts")
}
