package exec

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
)

// Config says how a graph is to run. Zero values have defaults.
type Config struct {
	// Env is given to all nodes. Faults may be nil: what fails is then counted
	// and dropped.
	Env operators.Env
	// MailboxRows is how many rows an edge between two instances may hold before
	// its sender waits. The default is four batches.
	MailboxRows int
	// Budget is what the state of the query's operators may take; nil: there is no
	// limit. It is closed when the query has ended.
	Budget *operators.Budget
}

// DefaultBatchRows is Env.BatchRows where Config leaves it out.
const DefaultBatchRows = 8192

func (c Config) withDefaults() Config {
	if c.Env.Alloc == nil {
		c.Env.Alloc = memory.DefaultAllocator
	}
	if c.Env.Now == nil {
		c.Env.Now = time.Now
	}
	if c.Env.BatchRows < 1 {
		c.Env.BatchRows = DefaultBatchRows
	}
	if c.MailboxRows < 1 {
		c.MailboxRows = 4 * c.Env.BatchRows
	}
	return c
}

// Query is a graph that runs. Its methods may be called from any goroutine.
type Query struct {
	total  counters
	tasks  []*task
	nodes  []nodeMembers
	stop   atomic.Int32
	cancel context.CancelCauseFunc
	budget *operators.Budget
	done   chan struct{}
	fail   sync.Once
	err    error // settled when done is closed
}

// The states of Query.stop.
const (
	running int32 = iota
	stopped       // without results that wait for the end of input
	flushed       // as if input had ended
	cut           // likewise, sources that are Drained too
)

// Run runs a graph to its end. It returns nil when the input has ended or no
// more of it was wanted, the first error otherwise, and the cause when ctx ends.
func Run(ctx context.Context, g *operators.Graph, cfg Config) error {
	return Start(ctx, g, cfg).Wait()
}

// Start makes the tasks of a graph and lets them run. An error in the making is
// what Wait returns.
func Start(ctx context.Context, g *operators.Graph, cfg Config) *Query {
	cfg = cfg.withDefaults()
	q := &Query{done: make(chan struct{}), budget: cfg.Budget}
	q.total.next = cfg.Env.Faults
	cfg.Env.Faults = &q.total
	ctx, q.cancel = context.WithCancelCause(ctx)
	if q.err = q.build(g, cfg); q.err != nil {
		q.cancel(q.err)
		for _, t := range q.tasks {
			t.drop(ctx, t.members)
		}
		close(q.done)
		return q
	}
	go q.run(ctx)
	return q
}

func (q *Query) run(ctx context.Context) {
	defer close(q.done)
	if q.budget != nil {
		defer q.budget.Close()
	}
	var tasks sync.WaitGroup
	for _, t := range q.tasks {
		tasks.Go(func() { q.failed(t.run(ctx)) })
	}
	tasks.Wait()
	q.cancel(nil)
}

// failed keeps the first error and cancels everybody with it.
func (q *Query) failed(err error) {
	if err == nil {
		return
	}
	q.fail.Do(func() {
		q.err = err
		q.cancel(err)
	})
}

// Wait returns when all tasks have ended, with the first error.
func (q *Query) Wait() error {
	<-q.done
	return q.err
}

// Done is closed when all tasks have ended.
func (q *Query) Done() <-chan struct{} { return q.done }

// Stop lets the query end soon. What was read is processed and what was written
// is committed, but no end of input is pretended: windows that are open and
// results that wait for the end are dropped.
func (q *Query) Stop() { q.stop.CompareAndSwap(running, stopped) }

// Flush lets the query end soon, as if its input had ended: all windows close
// and all results are final. Sources that are operators.Drained are read to their
// end.
func (q *Query) Flush() { q.stop.CompareAndSwap(running, flushed) }

// Cut is Flush that does not wait for sources that are operators.Drained either:
// results are those of what was read so far.
func (q *Query) Cut() { q.stop.CompareAndSwap(running, cut) }

// stopping tells whether the query is to end, whether as if its input had ended, and
// whether sources that are Drained are read on.
func (q *Query) stopping() (stop, final, drain bool) {
	s := q.stop.Load()
	return s != running, s == flushed || s == cut, s == flushed
}
