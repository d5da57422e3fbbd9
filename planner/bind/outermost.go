package bind

import (
	"kinesql/operators"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// outermost finds the aggregation that the clauses behind a query speak of: the
// first below the SELECT list, HAVING, ORDER BY and LIMIT, of each part of a UNION
// ALL. DISTINCT is an aggregation as well, but has no timing of its own: it goes
// by the one below it, where there is one.
type outermost struct {
	*query
	windowed, plain int // how many were found
	sorted, limited bool
	ranked          bool // rows of windows are numbered without a GROUP BY
	numbered        bool // rows of no GROUP BY are numbered, and shown as numbers change
}

// apply returns the plan with the emission set.
func (o *outermost) apply(n logical.Node) (logical.Node, error) {
	switch n := n.(type) {
	case *logical.Sort:
		o.sorted = true
	case *logical.Limit:
		o.limited = true
	case *logical.Project, *logical.Filter, *logical.Union:
	case *logical.Rank:
		return o.rank(n)
	case *logical.Aggregate:
		return o.aggregate(n)
	case *logical.WindowAggregate:
		return o.window(n)
	default:
		return n, nil
	}
	return o.below(n)
}

func (o *outermost) below(n logical.Node) (logical.Node, error) {
	inputs := make([]logical.Node, len(n.Inputs()))
	for i, in := range n.Inputs() {
		var err error
		if inputs[i], err = o.apply(in); err != nil {
			return nil, err
		}
	}
	return n.With(inputs), nil
}

// aggregate sets the emission of a GROUP BY without windows.
func (o *outermost) aggregate(a *logical.Aggregate) (logical.Node, error) {
	out := *a
	if e := o.emission; e.Mode != operators.EmitOnClose {
		out.Changes, out.Emission.Mode, out.Emission.Every = true, e.Mode, e.Every
	}
	if len(a.Calls) > 0 || !groupsBelow(a.Input) {
		o.plain++
		return &out, nil
	}
	in, err := o.apply(a.Input)
	if err != nil {
		return nil, err
	}
	return out.With([]logical.Node{in}), nil
}

// window sets the emission of a windowed GROUP BY.
func (o *outermost) window(w *logical.WindowAggregate) (logical.Node, error) {
	out := *w
	e := o.emission.Emission
	out.Emission.Mode, out.Emission.Every = e.Mode, e.Every
	if len(w.Calls) == 0 && w.Spec.Kind == window.Attached && groupsBelow(w.Input) {
		in, err := o.apply(w.Input)
		if err != nil {
			return nil, err
		}
		return out.With([]logical.Node{in}), nil
	}
	o.windowed++
	out.Emission.Empty, out.Emission.Lateness = e.Empty, e.Lateness
	return &out, o.fits(w)
}

// rank sets the emission of functions that number rows: that of the aggregation
// whose groups they number, else their own.
func (o *outermost) rank(r *logical.Rank) (logical.Node, error) {
	out := *r
	out.Changes = out.Changes || o.emission.Mode != operators.EmitOnClose
	if groupsBelow(r.Input) {
		in, err := o.apply(r.Input)
		if err != nil {
			return nil, err
		}
		return out.With([]logical.Node{in}), nil
	}
	o.numbered = out.Changes
	if e := o.emission; o.Emit != nil && o.Emit.Mode == ast.EmitOnWindowClose && r.WindowEnd >= 0 && !e.Empty && e.Lateness == 0 {
		o.ranked = true
	}
	return &out, nil
}

// groupsBelow reports whether n gives the rows of an aggregation, through nothing
// but a SELECT list and HAVING.
func groupsBelow(n logical.Node) bool {
	switch n := n.(type) {
	case *logical.Rank:
		return groupsBelow(n.Input)
	case *logical.Project:
		return groupsBelow(n.Input)
	case *logical.Filter:
		return groupsBelow(n.Input)
	case *logical.Aggregate, *logical.WindowAggregate:
		return true
	}
	return false
}

// fits refuses what a window cannot do.
func (o *outermost) fits(w *logical.WindowAggregate) error {
	e := o.emission
	if e.Empty && !w.Spec.Kind.Aligned() {
		why := "such a window begins with a row"
		if w.Spec.Kind == window.Attached {
			why = "its windows come with the rows of the subquery"
		}
		return o.errorAt(diag.Invalid, o.Emit.At, "EMPTY WINDOWS cannot be shown of a %s window: %s", w.Spec.Kind, why).
			WithHint("group by TUMBLE, HOP or CUMULATE of the stream's time")
	}
	switch {
	case e.Lateness == 0:
	case w.Spec.Processing:
		return o.errorAt(diag.Invalid, e.lateAt, "ALLOW LATENESS needs windows of event time: by the clock of the machine no row is late").
			WithHint("leave it out, or group by the time attribute of the stream")
	case w.Spec.Kind == window.Count:
		return o.errorAt(diag.Invalid, e.lateAt, "ALLOW LATENESS needs windows of time: COUNT_WINDOW counts rows as they come").
			WithHint("leave it out")
	}
	return nil
}

// check refuses clauses that found nothing to speak of.
func (o *outermost) check(n logical.Node) error {
	if err := o.checkLateness(); err != nil || o.Emit == nil {
		return err
	}
	clause := "EMIT " + o.emission.Mode.String()
	changes := o.emission.Mode != operators.EmitOnClose
	switch {
	case o.emission.Empty && (o.windowed == 0 || o.plain > 0):
		return o.errorAt(diag.Invalid, o.Emit.At, "EMPTY WINDOWS needs a query that groups by windows").
			WithHint("group by a window such as TUMBLE(ts, INTERVAL '1' MINUTE)")
	case changes && o.sorted:
		return o.errorAt(diag.Unsupported, o.Emit.At, "%s with ORDER BY is not supported yet", clause).
			WithHint("leave EMIT out for one ordered result, or ORDER BY for changes as they come")
	case changes && o.limited && o.windowed > 0:
		return o.errorAt(diag.Unsupported, o.Emit.At, "%s with LIMIT is not supported yet", clause).
			WithHint("leave EMIT out for final rows, or LIMIT for changes as they come")
	case changes && o.windowed+o.plain == 0 && (o.emission.Mode == operators.EmitEvery || windowsBelow(n) && !o.numbered):
		return o.errorAt(diag.Invalid, o.Emit.At, "%s speaks of the outermost GROUP BY, and this query has none", clause).
			WithHint("leave EMIT out: rows are shown as they come")
	case o.Emit.Mode == ast.EmitOnWindowClose && (o.windowed == 0 && !o.ranked || o.plain > 0):
		err := o.errorAt(diag.Invalid, o.Emit.At, "EMIT ON WINDOW CLOSE needs a query with windows")
		if o.plain > 0 {
			return err.WithHint("group by a window such as TUMBLE(ts, INTERVAL '1' MINUTE)")
		}
		return err
	}
	return nil
}

func (o *outermost) checkLateness() error {
	if o.Lateness == nil {
		return nil
	}
	if o.windowed == 0 || o.plain > 0 {
		return o.errorAt(diag.Invalid, o.emission.lateAt, "ALLOW LATENESS needs a query that groups by windows").
			WithHint("group by a window such as TUMBLE(ts, INTERVAL '1' MINUTE); how long to wait for rows out of order is said by WATERMARK FOR")
	}
	if o.limited && !o.sorted {
		return o.errorAt(diag.Unsupported, o.emission.lateAt, "ALLOW LATENESS with LIMIT is not supported yet: corrections would be counted").
			WithHint("leave one of them out")
	}
	return nil
}

// windowsBelow reports whether there is a windowed aggregation anywhere.
func windowsBelow(n logical.Node) bool {
	found := false
	logical.Walk(n, func(n logical.Node) {
		_, ok := n.(*logical.WindowAggregate)
		found = found || ok
	})
	return found
}
