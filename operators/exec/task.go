package exec

import (
	"context"
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"

	"kinesql/operators"
	"kinesql/window"
)

// task is one goroutine: a source or a mailbox, and the chain behind it.
type task struct {
	query   *Query
	env     operators.Env
	members []*member // in the order of the chain: upstream first
	tickers []ticker
	links   []*link // the operators
	at      *member // the one that is running, for panics
	feed    *feed   // the head, or nil
	inbox   *inbox  // the head, or nil
	ended   atomic.Bool
	asked   questions
}

// ticker is a member that may want to be called at times of the clock.
type ticker interface {
	ticker() (operators.Ticker, operators.Emitter)
	done() bool
	settle(ctx context.Context, err error) error
}

// join makes m a member of the task.
func (t *task) join(m *member) {
	m.task = t
	t.members = append(t.members, m)
}

// clocked notes an operator, and a member that is a Ticker.
func (t *task) clocked(k ticker) {
	if l, ok := k.(*link); ok {
		t.links = append(t.links, l)
	}
	if want, _ := k.ticker(); want != nil {
		t.tickers = append(t.tickers, k)
	}
}

// run opens the chain from its end, runs it, and closes it.
func (t *task) run(ctx context.Context) (err error) {
	defer t.ended.Store(true)
	defer t.asked.close()
	opened := len(t.members)
	defer func() {
		t.drop(ctx, t.members[:opened])
		for _, m := range t.members[opened:] {
			err = errors.Join(err, t.guard(ctx, func() error { return blame(ctx, m, m.call(m.close)) }))
		}
	}()
	return t.guard(ctx, func() error {
		for opened > 0 {
			opened--
			m := t.members[opened]
			if err := m.call(func() error { return m.open(ctx, t.envOf(m)) }); err != nil {
				return blame(ctx, m, err)
			}
		}
		if t.feed != nil {
			return t.feed.run(ctx, t)
		}
		return t.inbox.run(ctx, t)
	})
}

// envOf gives a member an account of its own.
func (t *task) envOf(m *member) operators.Env {
	env := t.env
	if b := t.query.budget; b != nil {
		env.State = b.Account(m.name)
	}
	return env
}

// drop closes members that were never opened. The query has failed already, so
// how that goes is of no interest.
func (t *task) drop(ctx context.Context, members []*member) {
	for _, m := range members {
		_ = t.guard(ctx, func() error { return m.call(m.close) })
	}
}

// guard makes an error of a panic.
func (t *task) guard(ctx context.Context, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
			if t.at != nil {
				err = blame(ctx, t.at, err)
			}
		}
	}()
	return f()
}

// tick calls the members whose time has come.
func (t *task) tick(ctx context.Context) error {
	for _, k := range t.tickers {
		want, out := k.ticker()
		next := want.NextTick()
		if k.done() || next.IsZero() || next.After(t.env.Now()) {
			continue
		}
		if err := k.settle(ctx, want.Tick(ctx, out)); err != nil && !errors.Is(err, operators.ErrDone) {
			return err
		}
	}
	return nil
}

// patience is how long the task may wait for input until some member's time
// comes; 0 is for ever.
func (t *task) patience() time.Duration {
	var least time.Duration
	for _, k := range t.tickers {
		want, _ := k.ticker()
		if next := want.NextTick(); !k.done() && !next.IsZero() {
			wait := max(next.Sub(t.env.Now()), time.Microsecond)
			if least == 0 || wait < least {
				least = wait
			}
		}
	}
	return least
}

// inbox is a mailbox at the head of a task.
type inbox struct {
	box    *mailbox
	head   head
	edges  []int // of each mailbox port, the port of the operator
	inputs []input
	at     window.Watermark
}

// head is a stage with several ports.
type head interface {
	stage
	receive(ctx context.Context, port int, it item) error
}

// input is what an inbox knows of one sender.
type input struct {
	mark  window.Watermark
	ended bool
	final bool
}

func newInbox(box *mailbox, edges []int, h head) *inbox {
	in := &inbox{box: box, head: h, edges: edges, inputs: make([]input, len(edges))}
	in.at.At = window.Min
	for i := range in.inputs {
		in.inputs[i].mark.At = window.Min
	}
	return in
}

// run returns when all senders have ended or the head wants no more.
func (in *inbox) run(ctx context.Context, t *task) error {
	stop := in.box.watch(ctx)
	defer stop()
	defer in.box.close()
	for !in.head.done() {
		t.asked.answer()
		i, it, ok, err := in.box.recv(t.patience())
		if err != nil {
			return err
		}
		if ok {
			err = in.take(ctx, i, it)
		}
		if errors.Is(err, operators.ErrDone) {
			return nil
		}
		if err == nil {
			err = t.tick(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (in *inbox) take(ctx context.Context, i int, it item) error {
	switch {
	case it.batch.Record != nil:
		defer it.batch.Release()
		return in.head.receive(ctx, in.edges[i], it)
	case it.ended:
		in.inputs[i].ended, in.inputs[i].final = true, it.final
		if live, final := in.live(); !live {
			return in.head.end(ctx, final)
		}
	default:
		in.inputs[i].mark = it.mark
	}
	return in.advance(ctx)
}

// live reports whether some sender has not ended, and whether all that have
// ended did so by themselves.
func (in *inbox) live() (live, final bool) {
	final = true
	for _, p := range in.inputs {
		live = live || !p.ended
		final = final && (!p.ended || p.final)
	}
	return live, final
}

// advance passes on the least watermark of the senders that are neither idle nor
// at the end of their input; of those that are idle the greatest, when all are. A
// sender that was stopped holds the watermark where it was.
//
// An idle sender that keeps rows, such as a task with open windows, is not left out:
// what it is yet to bring is behind the watermarks of others but not behind its own.
// That goes on at the pace of the clock, so it holds nobody back for longer than its
// windows are open. A quiet split of a source keeps nothing: what it may yet bring is
// not known of, and is late.
func (in *inbox) advance(ctx context.Context) error {
	low, quiet, busy, keeps := window.Max, window.Min, false, false
	for _, p := range in.inputs {
		switch {
		case p.ended && p.final:
		case p.mark.Idle && !p.ended && p.mark.Keeps:
			low, keeps = min(low, p.mark.At), true
		case p.mark.Idle:
			quiet = max(quiet, p.mark.At)
		default:
			low, busy = min(low, p.mark.At), true
		}
	}
	next := window.Watermark{At: low, Idle: !busy, Keeps: keeps && !busy}
	if !busy && !keeps {
		next.At = quiet
	}
	if next.At = max(next.At, in.at.At); next == in.at {
		return nil
	}
	in.at = next
	return in.head.advance(ctx, next)
}
