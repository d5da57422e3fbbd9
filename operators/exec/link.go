package exec

import (
	"context"
	"errors"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// link is an operator in a chain.
type link struct {
	member
	op  operators.Operator
	out outlet
	at  window.Watermark // the last one
	lag window.Micros    // what the operator may still emit is so far behind
	off bool             // wants no more input
}

func newLink(op operators.Operator) *link {
	l := &link{op: op, at: window.Watermark{At: window.Min}}
	if late, ok := op.(operators.Lagging); ok {
		l.lag = late.Lag()
	}
	l.out.from = &l.member
	l.watermark.Store(int64(window.Min))
	l.open, l.close = op.Open, op.Close
	return l
}

func (l *link) done() bool { return l.off || l.out.next.done() }

func (l *link) emit(ctx context.Context, b batch.Batch) error { return l.process(ctx, 0, b) }

func (l *link) process(ctx context.Context, port int, b batch.Batch) error {
	if l.off {
		return operators.ErrDone
	}
	l.rowsIn.Add(int64(b.Rows()))
	before := l.task.at
	l.task.at = &l.member
	err := l.op.Process(ctx, port, b, &l.out)
	l.task.at = before
	return l.settle(ctx, err)
}

func (l *link) advance(ctx context.Context, w window.Watermark) error {
	if l.off {
		return operators.ErrDone
	}
	if w.At > l.at.At {
		l.watermark.Store(int64(w.At))
		err := l.call(func() error { return l.op.Advance(ctx, w.At, &l.out) })
		if err := l.settle(ctx, err); err != nil {
			return err
		}
	}
	next := window.Watermark{At: max(w.At, l.at.At), Idle: w.Idle, Keeps: w.Idle && (w.Keeps || l.keeps())}
	if next == l.at {
		return nil
	}
	l.at = next
	return l.settle(ctx, l.out.next.advance(ctx, l.behind(next)))
}

// keeps reports whether the operator may bring out rows of its own accord.
func (l *link) keeps() bool {
	if k, ok := l.op.(operators.Keeper); ok {
		return k.Keeps()
	}
	return l.rowsIn.Load() > 0
}

// behind is the watermark that holds for what the operator emits. That of the end
// of time is kept: nothing comes after it.
func (l *link) behind(w window.Watermark) window.Watermark {
	if w.At > window.Min+l.lag && w.At < window.Max {
		w.At -= l.lag
	}
	return w
}

// settle names an error. ErrDone, be it the operator's own or that of what
// comes next, ends this link as the end of its input would.
func (l *link) settle(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if !errors.Is(err, operators.ErrDone) {
		return blame(ctx, &l.member, err)
	}
	if err := l.end(ctx, true); err != nil {
		return err
	}
	return operators.ErrDone
}

func (l *link) end(ctx context.Context, final bool) error {
	if l.off {
		return nil
	}
	if final && !l.out.next.done() {
		if err := l.finish(ctx); err != nil {
			return err
		}
	}
	l.off = true
	return l.out.next.end(ctx, final)
}

// finish asks for the results that waited for the end of input. The last
// watermark reaches what comes next only after them. That nobody wants them any
// more is no error.
func (l *link) finish(ctx context.Context) error {
	l.off = true
	if l.at.At < window.Max {
		l.watermark.Store(int64(window.Max))
		err := l.call(func() error { return l.op.Advance(ctx, window.Max, &l.out) })
		if err != nil {
			return l.unlessDone(ctx, err)
		}
	}
	if f, ok := l.op.(operators.Finisher); ok {
		return l.unlessDone(ctx, l.call(func() error { return f.Finish(ctx, &l.out) }))
	}
	return nil
}

func (l *link) unlessDone(ctx context.Context, err error) error {
	if errors.Is(err, operators.ErrDone) {
		return nil
	}
	return blame(ctx, &l.member, err)
}

// ticker returns the operator's wish to be called, if it is of that sort.
func (l *link) ticker() (operators.Ticker, operators.Emitter) {
	t, _ := l.op.(operators.Ticker)
	return t, &l.out
}

func (l *link) receive(ctx context.Context, port int, it item) error {
	return l.process(ctx, port, it.batch)
}
