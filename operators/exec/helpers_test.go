package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

var kv = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
)

// journal is what happened, in order, from all tasks.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

func (j *journal) want(t *testing.T, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if want = strings.Join(lines, "\n"); j.String() != want {
		t.Errorf("got\n%s\nwant\n%s", j, want)
	}
}

// poll is one answer of a scripted source.
type poll struct {
	rows    string
	split   int
	ended   bool
	records int           // beyond the rows
	maxTime string        // beyond the rows
	after   time.Duration // waits so long first
	marks   []window.Micros
	err     error
}

// scripted is a source of polls. It ends after the last one, or else is quiet for
// ever if follow is set.
type scripted struct {
	polls  []poll
	follow bool
	splits int
	inTurn bool
	held   int // a split that holds rows while there are polls to come; 0: none
	env    operators.Env
	log    *journal
	opened error
}

func (s *scripted) Splits() int  { return s.splits }
func (s *scripted) InTurn() bool { return s.inTurn }

func (s *scripted) Holding(f func(int)) {
	if s.held > 0 && len(s.polls) > 0 {
		f(s.held)
	}
}

func (s *scripted) Open(_ context.Context, env operators.Env) error {
	s.env = env
	return s.opened
}

func (s *scripted) Snapshot(context.Context) ([]operators.Position, error) { return nil, nil }

func (s *scripted) Close() error {
	if s.log != nil {
		s.log.note("source closed")
	}
	return nil
}

func (s *scripted) Poll(ctx context.Context) (operators.Polled, error) {
	none := operators.Polled{MaxTime: window.Min}
	if len(s.polls) == 0 {
		if !s.follow {
			return none, io.EOF
		}
		return none, wait(ctx, operators.MaxPoll)
	}
	p := s.polls[0]
	if p.after > operators.MaxPoll {
		s.polls[0].after -= operators.MaxPoll
		return none, wait(ctx, operators.MaxPoll)
	}
	s.polls = s.polls[1:]
	if err := wait(ctx, p.after); err != nil || p.err != nil {
		return none, errors.Join(err, p.err)
	}
	out := operators.Polled{Split: p.split, Ended: p.ended, Records: p.records, MaxTime: window.Min}
	if p.maxTime != "" {
		out.MaxTime = at(p.maxTime)
	}
	if p.rows != "" {
		out.Batch = optest.Rows(s.env.Alloc, kv, strings.ReplaceAll(p.rows, " ", "\n"))
		out.Batch.Marks = p.marks
		out.Records += out.Batch.Rows()
		out.Bytes = 10 * out.Records
	}
	return out, nil
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

func at(s string) window.Micros {
	m, err := optest.Time(s)
	if err != nil {
		panic(err)
	}
	return m
}

// clock prints a time of 1970-01-01 briefly.
func clock(m window.Micros) string {
	if m == window.Min || m == window.Max {
		return m.String()
	}
	return m.Time().Format("15:04:05.999999")
}

// recorder is an operator that notes what it is told and passes rows on.
type recorder struct {
	operators.Stateless
	log   *journal
	name  string
	marks bool
	fail  func(n int) error
	n     int
}

func (r *recorder) Process(ctx context.Context, port int, in batch.Batch, out operators.Emitter) error {
	if r.n++; r.fail != nil {
		if err := r.fail(r.n); err != nil {
			return err
		}
	}
	line := fmt.Sprintf("%s p%d", r.name, port)
	ks := in.Vector(0)
	for i := range in.Rows() {
		line += " " + ks.Str(i)
		if r.marks {
			line += "@" + clock(in.Mark(i))
		}
	}
	r.log.note("%s", line)
	return out.Emit(ctx, in)
}

func (r *recorder) Advance(_ context.Context, w window.Micros, _ operators.Emitter) error {
	r.log.note("%s w %s", r.name, clock(w))
	return nil
}

func (r *recorder) Finish(context.Context, operators.Emitter) error {
	r.log.note("%s finish", r.name)
	return nil
}

func (r *recorder) Close() error {
	r.log.note("%s close", r.name)
	return nil
}

// collector is a sink.
type collector struct {
	log  *journal
	fold *optest.Fold
	fail error
}

func (c *collector) Open(context.Context, operators.Env) error { return nil }

func (c *collector) Write(_ context.Context, b batch.Batch) error {
	if c.fail != nil {
		return c.fail
	}
	return c.fold.Add(b)
}

func (c *collector) Prepare(context.Context, uint64) ([]byte, error) {
	c.log.note("prepare")
	return []byte("h"), nil
}

func (c *collector) Commit(_ context.Context, _ uint64, handle []byte) error {
	c.log.note("commit %s", handle)
	return nil
}

func (c *collector) Close() error {
	c.log.note("sink closed")
	return nil
}

// plan builds graphs.
type plan struct {
	operators.Graph
	log  *journal
	fold *optest.Fold
}

func newPlan() *plan { return &plan{log: &journal{}, fold: optest.NewFold()} }

func (p *plan) add(n *operators.Node) *operators.Node {
	n.ID, n.Schema = len(p.Nodes), kv
	if n.Parallelism == 0 {
		n.Parallelism = 1
	}
	p.Nodes = append(p.Nodes, n)
	return n
}

func (p *plan) source(spec *operators.TimeSpec, instances ...*scripted) *operators.Node {
	return p.add(&operators.Node{
		Name: "source", Parallelism: len(instances), Time: spec,
		NewSource: func(i int) (operators.Source, error) { return instances[i], nil },
	})
}

func (p *plan) op(name string, instances int, make func(i int) operators.Operator, in ...operators.Edge) *operators.Node {
	return p.add(&operators.Node{
		Name: name, Parallelism: instances, Inputs: in,
		NewOperator: func(i int) (operators.Operator, error) { return make(i), nil },
	})
}

func (p *plan) record(name string, in ...operators.Edge) *operators.Node {
	return p.op(name, 1, func(int) operators.Operator { return &recorder{log: p.log, name: name} }, in...)
}

func (p *plan) sink(in ...operators.Edge) *operators.Node {
	return p.add(&operators.Node{
		Name: "sink", Inputs: in,
		NewSink: func(int) (operators.Sink, error) { return &collector{log: p.log, fold: p.fold}, nil },
	})
}

func from(n *operators.Node) operators.Edge { return operators.Edge{From: n} }

func gather(n *operators.Node) operators.Edge {
	return operators.Edge{From: n, Exchange: operators.Gather}
}

func hash(n *operators.Node, keys ...int) operators.Edge {
	return operators.Edge{From: n, Exchange: operators.Hash, Keys: keys}
}

// run runs the graph under a checked allocator.
func (p *plan) run(t *testing.T) (Stats, error) {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	q := Start(t.Context(), &p.Graph, Config{Env: operators.Env{Alloc: alloc}, MailboxRows: 4})
	err := q.Wait()
	alloc.AssertSize(t, 0)
	return q.Stats(), err
}
