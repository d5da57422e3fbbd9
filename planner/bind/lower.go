package bind

import (
	"slices"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// lowering replaces what expressions of a SELECT stand for by columns of the plan
// built so far.
type lowering struct {
	*selection
	byKey map[string]expr.Node // group keys, and what is equal to the window's start
	byCol map[int]expr.Node    // placeholders and columns of windows
	group bool                 // columns that are not replaced are an error
}

// lower replaces from the root down: a whole group key goes before its parts.
func (l *lowering) lower(n expr.Node) (expr.Node, error) {
	if to, ok := l.byKey[logical.Key(n)]; ok {
		return to, nil
	}
	switch n := n.(type) {
	case *expr.Column:
		if to, ok := l.byCol[n.Index]; ok {
			return to, nil
		}
		if l.group && n.Index < aggBase {
			return nil, l.ungrouped(n)
		}
	case *expr.Call:
		return l.lowerCall(n)
	}
	return n, nil
}

func (l *lowering) lowerCall(n *expr.Call) (expr.Node, error) {
	args := make([]expr.Node, len(n.Args))
	for i, a := range n.Args {
		var err error
		if args[i], err = l.lower(a); err != nil {
			return nil, err
		}
	}
	c := *n
	c.Args = args
	return &c, nil
}

func (l *lowering) ungrouped(c *expr.Column) error {
	return l.errorAt(diag.Invalid, l.spans[c.At], "column %q is neither grouped nor aggregated", c.Name).
		WithHint("add it to GROUP BY, or take it through an aggregate such as MAX(%s)", c.Name)
}

// grouped reports whether the SELECT groups its rows.
func (s *selection) grouped() bool { return s.group.present || len(s.calls) > 0 }

// aggregateStep builds the step that groups: the input with the columns that are
// read, the aggregate, and how expressions above refer to its output.
func (s *selection) aggregateStep(in logical.Node) (logical.Node, *lowering, error) {
	b := newColumns(nil)
	l := &lowering{selection: s, byKey: map[string]expr.Node{}, byCol: map[int]expr.Node{}, group: true}
	var keys []int
	for _, k := range s.group.keys {
		keys = append(keys, b.add(k))
	}
	before := len(keys)
	if s.group.window != nil {
		before += 2
	}
	step := &logical.Aggregate{Keys: keys, Time: -1}
	same := func(n expr.Node) (expr.Node, error) { return n, nil }
	for i, c := range s.calls {
		call, err := b.call(c, same)
		if err != nil {
			return nil, nil, err
		}
		step.Calls, step.Names = append(step.Calls, call), append(step.Names, c.String())
		l.byCol[aggBase+i] = placeholder(before+i, c.String(), c.typ)
	}
	for i, k := range s.group.keys {
		l.byKey[logical.Key(k)] = placeholder(i, b.names[keys[i]], k.Type())
	}
	if s.group.window == nil {
		if t := in.Traits().Time(); t >= 0 && (s.byTime() || s.ttl > 0) {
			step.Time = b.add(logical.Column(in, t))
		}
		step.Input = nonEmpty(b, in)
		step.Changes = !in.Traits().Bounded
		return step, l, nil
	}
	out, err := s.windowStep(in, b, step, l)
	return out, l, err
}

// byTime reports whether some aggregate may go by event time.
func (s *selection) byTime() bool {
	return slices.ContainsFunc(s.calls, func(c call) bool {
		return !slices.Contains([]string{"COUNT", "SUM", "AVG", "MIN", "MAX"}, c.name)
	})
}

// nonEmpty keeps a column where none is read: COUNT(*) counts rows of something.
func nonEmpty(b *columns, in logical.Node) logical.Node {
	if len(b.exprs) == 0 {
		fields := in.Schema().Fields()
		first := slices.IndexFunc(fields, func(f batch.Field) bool { return f.Type.Lane() == batch.LaneInt })
		b.add(logical.Column(in, max(first, 0)))
	}
	return b.project(in)
}

// windowStep builds a windowed aggregate of what aggregateStep gathered.
func (s *selection) windowStep(in logical.Node, b *columns, a *logical.Aggregate, l *lowering) (logical.Node, error) {
	w := s.group.window
	out := &logical.WindowAggregate{
		Keys: a.Keys, Calls: a.Calls, Names: a.Names, Spec: w.spec, Upstream: w.upstream, Time: -1, Start: -1, End: -1,
	}
	start := placeholder(len(a.Keys), logical.WindowStart, timestamp)
	end := placeholder(len(a.Keys)+1, logical.WindowEnd, timestamp)
	l.byCol[windowStart], l.byCol[windowEnd] = start, end
	for _, text := range w.same {
		l.byKey[text] = start
	}
	if !w.attached() {
		if w.time != nil {
			out.Time = b.add(w.time)
		}
		out.Input = nonEmpty(b, in)
		return out, nil
	}
	s.attachedColumns(l, start, end)
	if base, ok := s.directInput(in, b); ok {
		out.Spec, out.Upstream = s.scope.assign.Spec, s.scope.assign.Spec
		if t := s.scope.assign.Time; t >= 0 {
			out.Time = b.add(logical.Column(base, t))
		}
		out.Input = nonEmpty(b, base)
		return out, nil
	}
	if a := s.scope.assign; a != nil && !a.Closes() {
		return nil, s.unclosed(w)
	}
	out.Start, out.End = s.boundColumns(in, b)
	out.Input = b.project(in)
	return out, nil
}

// unclosed is the error where windows without a watermark are grouped by further
// up than they are assigned.
func (s *selection) unclosed(w *groupWindow) error {
	what := w.upstream.Kind.String()
	if w.upstream.Processing {
		what = "processing time"
	}
	return s.errorAt(diag.Unsupported, w.at, "windows of %s can be grouped by only as they are: "+
		"no condition or aggregate reads their bounds, and PARTITION BY has the keys of GROUP BY", what).
		WithHint("filter in a query in FROM, or group by the window itself")
}

func (s *selection) attachedColumns(l *lowering, start, end expr.Node) {
	w := s.group.window
	if w.start >= 0 {
		l.byCol[w.start] = start
	}
	if w.end >= 0 {
		l.byCol[w.end] = end
	}
	if a := s.scope.assign; a != nil {
		l.byCol[a.Schema().Len()] = lastTick(end)
	}
}

// boundColumns are the columns of the window's start and end; one that was not
// selected follows from the other.
func (s *selection) boundColumns(in logical.Node, b *columns) (start, end int) {
	w := s.group.window
	switch {
	case w.start < 0:
		e := logical.Column(in, w.end)
		return b.add(shiftBy("-", e, int64(w.upstream.Size))), b.add(e)
	case w.end < 0:
		e := logical.Column(in, w.start)
		return b.add(e), b.add(shiftBy("+", e, int64(w.upstream.Size)))
	}
	return b.add(logical.Column(in, w.start)), b.add(logical.Column(in, w.end))
}

func shiftBy(op string, e expr.Node, micros int64) expr.Node {
	n, err := expr.New(op, []expr.Node{e, expr.NewLiteral(micros, batch.Of(batch.IntervalDay), -1)}, -1)
	if err != nil {
		panic("bind: TIMESTAMP and INTERVAL: " + err.Error())
	}
	return n
}

// directInput is the input of a window table function whose bounds are read by
// nothing but the GROUP BY: the aggregate then assigns the windows itself.
func (s *selection) directInput(in logical.Node, b *columns) (logical.Node, bool) {
	a := s.scope.assign
	if a == nil || s.group.window.start != a.Input.Schema().Len() {
		return nil, false
	}
	limit := a.Input.Schema().Len()
	base := a.Input
	if !a.Spec.Kind.Aligned() && !s.groupsBy(a.Keys) {
		return nil, false
	}
	if f, ok := in.(*logical.Filter); ok {
		if !a.Spec.Kind.Aligned() || !below(f.Cond, limit) {
			return nil, false
		}
		base = &logical.Filter{Input: base, Cond: f.Cond}
	}
	for _, e := range b.exprs {
		if !below(e, limit) {
			return nil, false
		}
	}
	return base, true
}

// groupsBy reports whether the keys of GROUP BY are these columns.
func (s *selection) groupsBy(cols []int) bool {
	for _, k := range s.group.keys {
		if c, ok := k.(*expr.Column); !ok || !slices.Contains(cols, c.Index) {
			return false
		}
	}
	return len(s.group.keys) == len(cols)
}

func below(e expr.Node, limit int) bool {
	for _, c := range expr.Columns(e) {
		if c >= limit {
			return false
		}
	}
	return true
}

var timestamp = batch.Of(batch.Timestamp)
