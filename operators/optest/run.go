package optest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"go.uber.org/goleak"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Case is an operator, what it is given and what must come out.
type Case struct {
	// New makes the operator. It is called many times.
	New func() (operators.Operator, error)

	// In is the schema of each port.
	In []*batch.Schema
	// Script is what the operator is given: rows as Rows reads them, which go to
	// port 0 or, after a line "port N", to that port; and lines "@ time", which
	// advance the watermark. Unless its last line is "stop", the end of input
	// follows: the last watermark and, for a Finisher, Finish.
	Script string

	Out  Edge
	Keys []int // columns that tell the rows of the output apart, for Fold

	// Want is the output, folded and sorted; with Ordered, as it came.
	Want    string
	Ordered bool
	// Errors and Late are the faults, each a line: the code of an error and its
	// row as JSON, the row of a late one.
	Errors, Late string

	// Retracts says that the operator understands retractions: each insert is
	// also tried as insert, delete, insert.
	Retracts bool
}

// Run puts the operator of c through batch sizes 1, 3, 7, all and random, empty
// batches, NULLs everywhere, inserts that were taken back, errors and
// cancellation in Emit, and Close at any time. Memory must be given back each
// time, and no goroutine may stay.
func Run(t *testing.T, c Case) {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	defer func() { goleak.VerifyNone(t, leaks) }()
	steps := parse(c)
	for _, size := range []int{1, 3, 7, 1 << 20} {
		t.Run(fmt.Sprintf("batches of %d", size), func(t *testing.T) { c.compare(t, steps, fixed(size)) })
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("random batches %d", seed), func(t *testing.T) { c.compare(t, steps, random(seed)) })
	}
	if c.Retracts {
		t.Run("inserts taken back", func(t *testing.T) { c.compare(t, takenBack(steps), fixed(2)) })
	}
	t.Run("nulls", func(t *testing.T) { c.nulls(t, steps) })
	t.Run("errors in Emit", func(t *testing.T) { c.failures(t, steps) })
	t.Run("cancelled in Emit", func(t *testing.T) { c.cancelled(t, steps) })
	t.Run("closed at once", func(t *testing.T) { c.closed(t) })
}

// compare runs the steps and looks at everything that came out.
func (c Case) compare(t *testing.T, steps []step, cut cutter) {
	t.Helper()
	r := c.start(t)
	if err := r.play(t.Context(), steps, cut); err != nil {
		t.Error(err)
	}
	r.close()
	got := r.fold.String()
	if c.Ordered {
		got = r.log.String()
	}
	same(t, "rows", got, c.Want, c.Ordered)
	same(t, "errors", strings.Join(r.faults.errors, "\n"), c.Errors, false)
	same(t, "late rows", strings.Join(r.faults.late, "\n"), c.Late, false)
}

func same(t tester, what, got, want string, ordered bool) {
	t.Helper()
	if got, want := tidy(got, ordered), tidy(want, ordered); got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

// nulls replaces values by NULL here and there, and compares the outputs of two
// ways to cut the input.
func (c Case) nulls(t *testing.T, steps []step) {
	steps = withNulls(steps)
	var folds [2]string
	for i, cut := range []cutter{fixed(1), fixed(1 << 20)} {
		r := c.start(t)
		if err := r.play(t.Context(), steps, cut); err != nil {
			t.Error(err)
		}
		r.close()
		folds[i] = r.fold.String() + strings.Join(r.faults.errors, "\n") + strings.Join(r.faults.late, "\n")
	}
	if tidy(folds[0], false) != tidy(folds[1], false) {
		t.Errorf("with NULLs, batches of 1 gave\n%s\nand one batch\n%s", folds[0], folds[1])
	}
}

var errEmit = errors.New("no more")

// failures lets the n-th Emit fail, for each n there is.
func (c Case) failures(t *testing.T, steps []step) {
	for n := 1; ; n++ {
		r := c.start(t)
		r.fail = n
		err := r.play(t.Context(), steps, fixed(3))
		r.close()
		if r.emits < n {
			return
		}
		if !errors.Is(err, errEmit) {
			t.Fatalf("Emit %d failed, and the operator returned %v", n, err)
		}
	}
}

// cancelled ends the context while the first Emit waits.
func (c Case) cancelled(t *testing.T, steps []step) {
	ctx, cancel := context.WithCancelCause(t.Context())
	r := c.start(t)
	r.block = func() { cancel(errEmit) }
	err := r.play(ctx, steps, fixed(3))
	r.close()
	if r.emits > 0 && !errors.Is(err, errEmit) {
		t.Errorf("cancelled while it waited in Emit, the operator returned %v", err)
	}
	cancel(nil)
}

func (c Case) closed(t *testing.T) {
	r := c.start(t)
	r.close()
	if r.emits > 0 {
		t.Errorf("%d batches came from an operator that was given none", r.emits)
	}
}

// run is one life of an operator.
type run struct {
	t      tester
	c      Case
	alloc  *memory.CheckedAllocator
	op     operators.Operator
	check  operators.Operator
	fold   *Fold
	log    strings.Builder
	faults faults
	emits  int
	fail   int    // the Emit that fails, 0: none
	block  func() // called by the first Emit, which then waits for the context
	over   bool
	at     window.Micros
	seen   func(rows []step) // called after each batch, where not nil
}

// tester is what a run asks of a *testing.T or *rapid.T.
type tester interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Context() context.Context
}

func (c Case) start(t tester) *run {
	t.Helper()
	op, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &run{
		t: t, c: c, op: op, check: Check(c.Out), fold: NewFold(c.Keys...), at: window.Min,
		alloc: memory.NewCheckedAllocator(memory.NewGoAllocator()),
	}
	now := time.Date(2015, 5, 17, 10, 0, 0, 0, time.UTC)
	env := operators.Env{Alloc: r.alloc, Now: func() time.Time { return now }, Faults: &r.faults, BatchRows: 4}
	if err := errors.Join(op.Open(t.Context(), env), r.check.Open(t.Context(), env)); err != nil {
		t.Fatal(err)
	}
	return r
}

// Emit implements operators.Emitter.
func (r *run) Emit(ctx context.Context, b batch.Batch) error {
	if r.over {
		r.t.Error("a batch after Close")
	}
	r.emits++
	if r.block != nil {
		r.block()
		<-ctx.Done()
		return context.Cause(ctx)
	}
	if r.emits == r.fail {
		return errEmit
	}
	return r.check.Process(ctx, 0, b, emitter(func(b batch.Batch) error {
		r.log.WriteString(Text(b))
		return r.fold.Add(b)
	}))
}

type emitter func(b batch.Batch) error

func (e emitter) Emit(_ context.Context, b batch.Batch) error { return e(b) }

// play gives the operator all steps and the end of input.
func (r *run) play(ctx context.Context, steps []step, cut cutter) error {
	for i := 0; i < len(steps); {
		switch s := steps[i]; {
		case s.stop:
			return nil
		case s.mark != nil:
			if err := r.advance(ctx, *s.mark); err != nil {
				return wanted(err)
			}
			i++
		default:
			n := cut(together(steps[i:]))
			if strings.HasPrefix(steps[i+n-1].line, batch.UpdateBefore.String()) {
				n++
			}
			if err := r.process(ctx, steps[i:i+n]); err != nil {
				return wanted(err)
			}
			if r.seen != nil {
				r.seen(steps[i : i+n])
			}
			i += n
		}
	}
	if err := r.advance(ctx, window.Max); err != nil {
		return wanted(err)
	}
	if f, ok := r.op.(operators.Finisher); ok {
		return wanted(f.Finish(ctx, r))
	}
	return nil
}

// wanted forgives an operator that wants no more.
func wanted(err error) error {
	if errors.Is(err, operators.ErrDone) {
		return nil
	}
	return err
}

func (r *run) advance(ctx context.Context, wm window.Micros) error {
	if wm <= r.at {
		return nil
	}
	r.at = wm
	if err := r.op.Advance(ctx, wm, r); err != nil {
		return err
	}
	if l, ok := r.op.(operators.Lagging); ok && wm < window.Max {
		wm -= l.Lag()
	}
	return r.check.Advance(ctx, wm, r)
}

// process gives the operator a batch, and an empty one before it.
func (r *run) process(ctx context.Context, rows []step) error {
	schema, port := r.c.In[rows[0].port], rows[0].port
	empty := build(r.alloc, schema, nil)
	defer empty.Release()
	if err := r.op.Process(ctx, port, empty, r); err != nil {
		return err
	}
	lines := make([]string, len(rows))
	for i, s := range rows {
		lines[i] = s.line
	}
	b := build(r.alloc, schema, lines)
	defer b.Release()
	if r.at > window.Min {
		b.Marks = make([]window.Micros, len(rows))
		for i := range b.Marks {
			b.Marks[i] = r.at
		}
	}
	return r.op.Process(ctx, port, b, r)
}

// close ends the life, after which all memory is back.
func (r *run) close() {
	r.t.Helper()
	if err := errors.Join(r.op.Close(), r.check.Close()); err != nil {
		r.t.Error(err)
	}
	r.over = true
	r.alloc.AssertSize(r.t, 0)
}

// cutter says how many of the n rows that stand together make the next batch.
type cutter func(n int) int

func fixed(size int) cutter { return func(n int) int { return min(size, n) } }

func random(seed uint64) cutter {
	rnd := rand.New(rand.NewPCG(seed, 1))
	return func(n int) int { return 1 + rnd.IntN(n) }
}
