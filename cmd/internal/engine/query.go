package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	streams "kinesql/connectors/memory"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/exec"
	"kinesql/planner"
	"kinesql/planner/catalog"
)

// query is a plan that runs.
type query struct {
	plan *planner.Plan
	run  *exec.Query
	held []*streams.Log // its error and late streams, which it writes to
	sunk bool           // it has the sink that readers of its target wait for
}

// name is what errors call the query.
func (q *query) name() string {
	switch {
	case q.plan.Name != "":
		return "pump " + q.plan.Name
	case q.plan.Target != nil:
		return "insert into " + q.plan.Target.Name
	}
	return "query"
}

// start runs a plan. out makes the sink of a SELECT.
func (e *Engine) start(ctx context.Context, plan *planner.Plan, out planner.SinkFactory) (*query, error) {
	g, err := plan.Build(out)
	if err != nil {
		return nil, err
	}
	q := &query{plan: plan}
	q.watch(g)
	f, err := e.faults(q)
	if err != nil {
		return nil, err
	}
	for _, w := range plan.Warnings {
		e.warn("warning: " + q.name() + ": " + w)
	}
	q.run = exec.Start(ctx, g, exec.Config{Budget: e.budget.Share(), Env: operators.Env{
		Alloc: e.cfg.Alloc, Now: e.cfg.Now, Faults: f, BatchRows: e.cfg.BatchRows,
	}})
	go e.release(q)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mu.queries = append(e.mu.queries, q)
	if e.mu.flushed {
		q.run.Flush()
	}
	return q, nil
}

// watch notes whether the query gets as far as making its sink.
func (q *query) watch(g *operators.Graph) {
	for _, n := range g.Nodes {
		if newSink := n.NewSink; newSink != nil {
			n.NewSink = func(i int) (operators.Sink, error) {
				s, err := newSink(i)
				q.sunk = err == nil
				return s, err
			}
		}
	}
}

// release lets the readers of the query's error and late streams end with it, and
// those of its target where it failed before it wrote there.
func (e *Engine) release(q *query) {
	<-q.run.Done()
	for _, l := range q.held {
		l.Forget(1)
	}
	to := q.plan.Target
	switch {
	case to == nil || q.sunk:
	case isSharded(to):
		e.shards.Expect(to.Name, -1)
	case isMemory(to):
		if l, err := e.log(to.Name); err == nil {
			l.Forget(1)
		}
	}
}

// faults keeps the rows that q cannot use: in the streams of a pump, and in the
// files of the configuration.
func (e *Engine) faults(q *query) (*faults, error) {
	f := &faults{now: e.cfg.Now, warn: e.warn}
	if name := q.plan.Name; name != "" {
		logs := make([]*streams.Log, 2)
		for i, s := range []string{catalog.ErrorsName(name), catalog.LateName(name)} {
			l, err := e.log(s)
			if err != nil {
				return nil, err
			}
			logs[i] = l
		}
		f.errors, f.late, q.held = append(f.errors, logs[0]), append(f.late, logs[1]), logs
	}
	failed, late := e.files.logs()
	f.errors, f.late = append(f.errors, failed...), append(f.late, late...)
	return f, nil
}

// log is the memory stream of a catalog stream.
func (e *Engine) log(name string) (*streams.Log, error) {
	s, ok := e.planner.Catalog().Exact(name).(*catalog.Stream)
	if !ok {
		return nil, fmt.Errorf("stream %s is gone", name)
	}
	return e.memory.Log(s.Spec())
}

// wait waits for a query and returns its error, with its name.
func (e *Engine) wait(q *query) error {
	err := q.failure()
	e.retire(q)
	return err
}

// failure waits for a query and returns why it failed; nil where it was stopped.
func (q *query) failure() error {
	err := q.run.Wait()
	if err == nil || errors.Is(err, errStopped) {
		return nil
	}
	return &QueryError{Query: q.name(), Err: err}
}

// QueryError says that a query failed when it ran: its script was in order and has
// begun.
type QueryError struct {
	Query string // what it is called: pump p
	Err   error
}

// Error implements error.
func (e *QueryError) Error() string { return e.Query + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *QueryError) Unwrap() error { return e.Err }

// retire moves the figures of a query that has ended to those of the engine.
func (e *Engine) retire(q *query) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if i := slices.Index(e.mu.queries, q); i >= 0 {
		e.mu.queries = slices.Delete(e.mu.queries, i, i+1)
		e.mu.finished.add(q)
	}
}

func (e *Engine) warn(text string) {
	e.mu.Lock()
	warn := e.mu.warn
	e.mu.Unlock()
	warn(text)
}

// errStopped is the cause that ends queries when a script has failed elsewhere.
var errStopped = errors.New("stopped: another statement of the script failed")

// tableBatch is rows of text as a batch of VARCHAR columns.
func tableBatch(columns []string, rows [][]string) batch.Batch {
	fields := make([]batch.Field, len(columns))
	cols := make([]batch.Vector, len(columns))
	for i, name := range columns {
		fields[i] = batch.Field{Name: name, Type: batch.Of(batch.Varchar)}
		cols[i] = batch.Vector{Type: fields[i].Type, Off: []int32{0}}
		for _, r := range rows {
			cols[i].AppendBytes([]byte(r[i]))
		}
	}
	return batch.New(batch.NewSchema(fields...), len(rows), cols, batch.Beside{})
}

// isMemory reports whether a stream is batches in memory.
func isMemory(s *catalog.Stream) bool {
	return s != nil && s.ConnectorName() == catalog.MemoryConnector
}
