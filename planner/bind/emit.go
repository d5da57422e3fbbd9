package bind

import (
	"time"

	"kinesql/operators"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// emission is what the clauses behind a query say, bound.
type emission struct {
	operators.Emission
	lateAt, ttlAt diag.Span
}

// bindEmission binds the clauses behind the query. It comes before the query, whose
// steps that keep state are told how long.
func (q *query) bindEmission() error {
	e := &q.emission
	if q.Emit != nil {
		e.Empty = q.Emit.Empty
		e.Mode = map[ast.EmitMode]operators.EmitMode{
			ast.EmitChanges: operators.EmitChanges, ast.EmitEvery: operators.EmitEvery,
		}[q.Emit.Mode]
	}
	if e.Mode == operators.EmitEvery {
		every, at, err := q.length(q.Emit.Every, "EMIT EVERY")
		if err != nil {
			return err
		}
		if every <= 0 {
			return q.errorAt(diag.Invalid, at, "EMIT EVERY needs an interval greater than zero").
				WithHint("EMIT CHANGES shows every change at once")
		}
		if e.Every, err = q.duration(every, at, "EMIT EVERY"); err != nil {
			return err
		}
	}
	if q.Lateness != nil {
		late, at, err := q.length(*q.Lateness, "ALLOW LATENESS")
		if err != nil {
			return err
		}
		if late < 0 || late > window.Latest {
			return q.errorAt(diag.Invalid, at, "ALLOW LATENESS needs an interval of zero or more, and not longer than time")
		}
		e.Lateness, e.lateAt = late, at
	}
	return q.queryOptions()
}

// length is the value of the interval of a clause.
func (q *query) length(e ast.Expr, clause string) (window.Micros, diag.Span, error) {
	own := &query{Binder: q.Binder, Query: &ast.Query{Base: q.Base, Map: e.Map}}
	in := env{selection: &selection{query: own, scope: &scope{node: logical.Values{}}, spans: map[int]diag.Span{}}, clause: clause}
	at := own.span(e.Node)
	bound, err := in.bind(e.Node)
	if err != nil {
		return 0, at, err
	}
	m, err := own.micros(intervalArg{node: bound, at: at}, clause)
	return m, at, err
}

// duration is a length of time that a clock of the machine measures.
func (q *query) duration(m window.Micros, at diag.Span, what string) (time.Duration, error) {
	d, ok := m.Duration()
	if !ok {
		return 0, q.errorAt(diag.Invalid, at, "%s of %s is more than 292 years", what, m.Length()).
			WithHint("leave it out, or write a shorter time")
	}
	return d, nil
}

// queryOptions reads WITH (..) behind a query.
func (q *query) queryOptions() error {
	for _, o := range q.Options {
		if o.Key != "state_ttl" {
			err := q.errorAt(diag.BadOption, o.KeyAt, "unknown option %q of a query", o.Key)
			if near, ok := diag.Suggest(o.Key, []string{"state_ttl"}); ok {
				return err.WithHint("did you mean %q?", near)
			}
			return err.WithHint("there is state_ttl, how long state is kept that no row touches; other options belong to CREATE STREAM")
		}
		m, ok := window.ParseLength(o.Value)
		if !ok || m <= 0 {
			return q.errorAt(diag.BadOption, o.At, "state_ttl wants a length of time, got %q", o.Value).
				WithHint("such as '1 day', '90s' or '1h30m'")
		}
		ttl, err := q.duration(m, o.At, "state_ttl")
		if err != nil {
			return err
		}
		q.emission.TTL, q.emission.ttlAt = ttl, o.KeyAt
		q.ttl = q.emission.TTL
	}
	return nil
}

// emitted applies the clauses to the bound query: those of emission to its
// outermost aggregation, that of time to live to all that keeps state.
func (q *query) emitted(n logical.Node) (logical.Node, error) {
	out, err := n, error(nil)
	if q.Emit != nil || q.Lateness != nil {
		o := &outermost{query: q}
		if out, err = o.apply(n); err != nil {
			return nil, err
		}
		if err := o.check(n); err != nil {
			return nil, err
		}
	}
	if q.emission.TTL > 0 {
		return q.forgetting(out)
	}
	return out, nil
}

// forgetting gives the time to live to the steps that have none of their own.
func (q *query) forgetting(n logical.Node) (logical.Node, error) {
	kept := false
	out := logical.Rewrite(n, func(n logical.Node) logical.Node {
		f, ok := n.(logical.Forgetter)
		if !ok || !f.Keeps() {
			return n
		}
		kept = true
		if f.Lives() > 0 {
			return n
		}
		return f.WithTTL(q.emission.TTL)
	})
	if !kept {
		return nil, q.errorAt(diag.Invalid, q.emission.ttlAt, "state_ttl has nothing to forget here: the query keeps no state without end").
			WithHint("windows forget by themselves; state_ttl is for GROUP BY and JOIN without a window, for EMPTY WINDOWS and the keys of COUNT_WINDOW")
	}
	return out, nil
}
