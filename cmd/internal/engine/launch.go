package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"kinesql/operators"
	"kinesql/planner"
	"kinesql/planner/catalog"
	"kinesql/sql/diag"
)

// Launch plans a script, starts its pumps and inserts, and returns while they run,
// until ctx ends, Halt is called or they are dropped. What the script shows goes
// to out; a SELECT is answered as Ask does.
func (e *Engine) Launch(ctx context.Context, src *diag.Source, out Output) error {
	plans, err := e.plan(src)
	if err != nil {
		return err
	}
	for _, s := range sections(plans) {
		if len(s) == 0 {
			continue
		}
		if err := e.halt(s[0].Dropped); err != nil {
			return err
		}
		if err := e.drop(s[0]); err != nil {
			return err
		}
		if err := e.makeAll(s); err != nil {
			return err
		}
		if _, err := e.startAll(ctx, s); err != nil {
			return err
		}
		for _, p := range s {
			if err := e.answer(ctx, p, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// answerIn is how long a SELECT may read before it must have read all there is.
const answerIn = 30 * time.Second

var errEndless = errors.New("its input does not come to an end: bound it (rows, an end in WHERE), or make a pump of it")

// answer shows what a statement is to show: a SELECT gives what its result would be
// if its input ended now.
func (e *Engine) answer(ctx context.Context, p *planner.Plan, out Output) error {
	if p.Kind != planner.Query || p.Target != nil {
		return e.show(ctx, p, out)
	}
	q, err := e.start(ctx, p, out.Result)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeoutCause(ctx, answerIn, errEndless)
	defer cancel()
	if err := settle(waiting, []*query{q}); err != nil {
		q.run.Stop()
		return errors.Join(err, e.wait(q))
	}
	q.run.Cut()
	return e.wait(q)
}

// halt stops the pump that is dropped or replaced, and waits for it.
func (e *Engine) halt(dropped catalog.Object) error {
	pump, ok := dropped.(*catalog.Pump)
	if !ok {
		return nil
	}
	for _, q := range e.running() {
		if q.plan.Name == pump.Name {
			q.run.Stop()
			return e.wait(q)
		}
	}
	return nil
}

// Halt stops all queries, and returns the errors of those that have failed.
func (e *Engine) Halt() error {
	var err error
	for _, q := range e.running() {
		q.run.Stop()
		err = errors.Join(err, e.wait(q))
	}
	return err
}

func (e *Engine) running() []*query {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*query{}, e.mu.queries...)
}

// Settle waits until the queries have done all that their input, and the clock of
// the configuration, ask of them. Call it after the clock was set forward, too.
func (e *Engine) Settle(ctx context.Context) error { return settle(ctx, e.running()) }

// settle waits in rounds until one goes by in which nothing moved.
func settle(ctx context.Context, queries []*query) error {
	for {
		for _, q := range queries {
			q.run.Wake()
		}
		before := make([]int64, len(queries))
		for i, q := range queries {
			rest := q.run.Rest()
			before[i] = rest.Moved
			if err := quiet(ctx, q, rest.Quiet); err != nil {
				return err
			}
		}
		still := true
		for i, q := range queries {
			rest := q.run.Rest()
			still = still && rest.Waiting && (rest.Moved == before[i] || rest.Quiet == math.MaxInt64)
		}
		if still {
			return nil
		}
	}
}

// quiet waits until a query's sources have found nothing twice since they were
// found quiet so often.
func quiet(ctx context.Context, q *query, since int64) error {
	for {
		rest := q.run.Rest()
		if rest.Quiet-2 >= since || rest.Quiet == math.MaxInt64 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not at rest: %w", q.name(), context.Cause(ctx))
		case <-time.After(operators.MaxPoll / 25):
		}
	}
}

// Quiet makes a shard of a stream count as idle for every query that reads it now,
// until its next record.
func (e *Engine) Quiet(stream, shard string) { e.monitor.Quiet(stream, shard) }
