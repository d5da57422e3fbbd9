package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/planner"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

// RunScript runs a script to its end. Errors of statements are *diag.Error; with
// one of those nothing has run.
func (e *Engine) RunScript(ctx context.Context, src *diag.Source, out Output) (err error) {
	plans, err := e.plan(src)
	if err != nil {
		return err
	}
	if err := e.openFiles(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.closeFiles()) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, s := range sections(plans) {
		if err := e.runSection(ctx, cancel, s, out); err != nil {
			return err
		}
	}
	return nil
}

// plan parses and plans a whole script.
func (e *Engine) plan(src *diag.Source) ([]*planner.Plan, error) {
	statements, err := parse.Script(src)
	if err != nil {
		return nil, err
	}
	e.planning.Lock()
	defer e.planning.Unlock()
	plans := make([]*planner.Plan, len(statements))
	for i, st := range statements {
		if plans[i], err = e.planner.Plan(st); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// Explain prints the plans of the queries of a script, and runs nothing.
func (e *Engine) Explain(src *diag.Source, w io.Writer) error {
	plans, err := e.plan(src)
	if err != nil {
		return err
	}
	for _, p := range plans {
		_, shown := p.Statement.(*ast.Explain)
		if p.Kind != planner.Query && !shown {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s\n%s\n", heading(p), p.Explain()); err != nil {
			return err
		}
	}
	return nil
}

func heading(p *planner.Plan) string {
	text, _, more := strings.Cut(strings.TrimSpace(p.Statement.String()), "\n")
	if more {
		text += " ..."
	}
	return "-- " + text
}

// section is a run of plans up to one that takes something away: what runs must
// have ended before that.
type section []*planner.Plan

func sections(plans []*planner.Plan) (out []section) {
	start := 0
	for i, p := range plans {
		if p.Dropped != nil {
			out = append(out, plans[start:i])
			start = i
		}
	}
	return append(out, plans[start:])
}

// runSection starts all pumps and inserts of a section, shows what is to be shown
// in order, and waits for the rest.
func (e *Engine) runSection(ctx context.Context, cancel context.CancelCauseFunc, s section, out Output) (err error) {
	if len(s) == 0 {
		return nil
	}
	if err := e.drop(s[0]); err != nil {
		return err
	}
	if err := e.makeAll(s); err != nil {
		return err
	}
	background, err := e.startAll(ctx, s)
	defer func() {
		if err != nil && !e.goesOn(err) {
			cancel(errStopped)
		}
		for _, q := range background {
			err = errors.Join(err, e.wait(q))
		}
	}()
	if err != nil {
		return err
	}
	if err = e.showAll(ctx, s, out); err != nil {
		return err
	}
	if l, ok := out.(Limited); ok && l.Limited() {
		for _, q := range background {
			q.run.Flush()
		}
	}
	return nil
}

// drop forgets the rows of streams that are dropped. Those of a stream of shards
// are only deleted by DROP STREAM: CREATE OR REPLACE says anew what they mean.
func (e *Engine) drop(p *planner.Plan) error {
	switch o := p.Dropped.(type) {
	case *catalog.Stream:
		if isMemory(o) {
			e.memory.Drop(o.Name)
		}
		if _, dropped := p.Statement.(*ast.Drop); dropped && isSharded(o) {
			return e.shards.Drop(o.Name)
		}
	case *catalog.Pump:
		e.memory.Drop(catalog.ErrorsName(o.Name))
		e.memory.Drop(catalog.LateName(o.Name))
	}
	return nil
}

// background reports whether a plan runs beside the others.
func background(p *planner.Plan) bool {
	return p.Kind == planner.Query && p.Target != nil && !p.Stopped
}

// startAll starts the pumps and inserts of a section. Their streams expect them
// before the first runs, so that no reader ends for want of a writer.
func (e *Engine) startAll(ctx context.Context, s section) (started []*query, err error) {
	for _, p := range s {
		if background(p) {
			if err := e.expect(p); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range s {
		if !background(p) {
			continue
		}
		q, err := e.start(ctx, p, nil)
		if err != nil {
			return started, err
		}
		started = append(started, q)
		if e.cfg.Failed != nil {
			go e.tell(q)
		}
	}
	return started, nil
}

// tell tells of a query's failure.
func (e *Engine) tell(q *query) {
	if err := q.failure(); err != nil {
		e.cfg.Failed(err)
	}
}

// expect announces a plan as a writer to the memory streams that it writes to.
func (e *Engine) expect(p *planner.Plan) error {
	names := []string{}
	if isMemory(p.Target) {
		names = append(names, p.Target.Name)
	}
	if isSharded(p.Target) {
		e.shards.Expect(p.Target.Name, 1)
	}
	if p.Name != "" {
		names = append(names, catalog.ErrorsName(p.Name), catalog.LateName(p.Name))
	}
	for _, name := range names {
		l, err := e.log(name)
		if err != nil {
			return err
		}
		l.Expect(1)
	}
	return nil
}

// showAll shows the results of a section in order.
func (e *Engine) showAll(ctx context.Context, s section, out Output) (failed error) {
	for _, p := range s {
		if err := e.show(ctx, p, out); e.goesOn(err) {
			e.cfg.Failed(err)
			failed = errors.Join(failed, err)
		} else if err != nil {
			return errors.Join(failed, err)
		}
	}
	return failed
}

// goesOn reports whether an error is that of one query, which others survive because
// somebody is told of it.
func (e *Engine) goesOn(err error) bool {
	var one *QueryError
	return e.cfg.Failed != nil && errors.As(err, &one)
}

func (e *Engine) show(ctx context.Context, p *planner.Plan, out Output) error {
	switch {
	case p.Kind == planner.Rows && p.Logical != nil:
		return out.Text(strings.TrimSuffix(p.Explain(), "\n"))
	case p.Kind == planner.Live:
		return e.showWindows(ctx, p, out)
	case p.Kind == planner.Rows:
		return showTable(ctx, p, out)
	case p.Kind == planner.Query && p.Target == nil && e.tooLate(p):
		e.warn("warning: not run, because the script was ended before its turn: " + heading(p)[len("-- "):])
	case p.Kind == planner.Query && p.Target == nil:
		q, err := e.start(ctx, p, func(schema *batch.Schema, changes bool) (operators.Sink, error) {
			return out.Result(schema, changes)
		})
		if err != nil {
			return err
		}
		return e.wait(q)
	}
	return nil
}

// tooLate reports whether a SELECT whose turn comes after Flush would read
// nothing of what it asks for: only streams that the engine keeps hold what came
// so far.
func (e *Engine) tooLate(p *planner.Plan) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	outside := false
	logical.Walk(p.Logical, func(n logical.Node) {
		scan, ok := n.(*logical.Scan)
		outside = outside || ok && !scan.Stream.Description.EndsWithWriters
	})
	return e.mu.flushed && outside
}

func showTable(ctx context.Context, p *planner.Plan, out Output) error {
	b := tableBatch(p.Columns, p.Table)
	defer b.Release()
	sink, err := out.Result(b.SQLSchema(), false)
	if err != nil {
		return err
	}
	if err := sink.Write(ctx, b); err != nil && !errors.Is(err, operators.ErrDone) {
		return errors.Join(err, sink.Close())
	}
	return sink.Close()
}
