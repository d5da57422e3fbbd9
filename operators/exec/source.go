package exec

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// feed is a source at the head of a task.
type feed struct {
	member
	src   operators.Source
	out   outlet
	time  *operators.TimeSpec
	marks *eventTime
	total *counters
	sent  window.Watermark
	idle  bool         // the last poll brought nothing
	quiet atomic.Int64 // polls that brought nothing, once all that followed from them was done
}

func newFeed(src operators.Source, spec *operators.TimeSpec, total *counters) *feed {
	f := &feed{src: src, time: spec, total: total, sent: window.Watermark{At: window.Min}}
	f.out.from = &f.member
	f.watermark.Store(int64(window.Min))
	f.open, f.close = src.Open, src.Close
	return f
}

// run polls until the source has ended, nobody wants more, or the query stops.
func (f *feed) run(ctx context.Context, t *task) error {
	if s, ok := f.src.(operators.Sized); ok {
		f.total.totalBytes.Add(s.TotalBytes())
	}
	if f.time != nil {
		f.marks = newEventTime(*f.time, f.src, t.env.Now())
	}
	_, drained := f.src.(operators.Drained)
	for !f.out.next.done() {
		t.asked.answer()
		if stop, final, drain := t.query.stopping(); stop && !(drain && drained) {
			return f.end(ctx, final)
		}
		switch err := f.poll(ctx, t); {
		case errors.Is(err, io.EOF):
			return f.end(ctx, true)
		case errors.Is(err, operators.ErrDone):
			return nil
		case err != nil:
			return blame(ctx, &f.member, err)
		}
		if err := t.tick(ctx); err != nil {
			return err
		}
		if f.idle {
			f.quiet.Add(1)
		}
	}
	return nil
}

func (f *feed) end(ctx context.Context, final bool) error {
	if final {
		f.watermark.Store(int64(window.Max))
	}
	return f.out.next.end(ctx, final)
}

func (f *feed) poll(ctx context.Context, t *task) error {
	var p operators.Polled
	err := f.call(func() (err error) {
		p, err = f.src.Poll(ctx)
		return err
	})
	f.idle = p.Records == 0 && p.Batch.Record == nil
	f.total.records.Add(int64(p.Records))
	f.total.bytes.Add(int64(p.Bytes))
	f.rowsIn.Add(int64(p.Records))
	if p.Batch.Record != nil {
		defer p.Batch.Release()
	}
	if err != nil {
		return err
	}
	if f.marks == nil {
		return f.emit(ctx, p.Batch, nil)
	}
	return f.timed(ctx, t, p)
}

// timed passes a poll on with its watermarks, and then the watermark.
func (f *feed) timed(ctx context.Context, t *task, p operators.Polled) error {
	e := f.marks
	wall := t.env.Now()
	now := wall.Add(-e.lost)
	e.know(f.src, now)
	e.reach(p.Split, now)
	seen := window.Min
	if p.Batch.Record != nil {
		var marks []window.Micros
		marks, seen = e.mark(p.Batch, p.Split, now)
		if err := f.emit(ctx, p.Batch, marks); err != nil {
			return err
		}
	}
	e.came(p, seen, now)
	if err := f.advance(ctx, e.watermark(now)); err != nil {
		return err
	}
	e.blocked(t.env.Now().Sub(wall))
	return nil
}

func (f *feed) emit(ctx context.Context, b batch.Batch, marks []window.Micros) error {
	if b.Record == nil {
		return nil
	}
	beside := b.Beside
	beside.Marks = marks
	return f.out.Emit(ctx, b.With(beside))
}

func (f *feed) advance(ctx context.Context, w window.Watermark) error {
	if w == f.sent {
		return nil
	}
	f.sent = w
	f.watermark.Store(int64(w.At))
	return f.out.next.advance(ctx, w)
}
