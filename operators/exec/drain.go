package exec

import (
	"context"
	"errors"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// drain is a sink at the end of a chain.
type drain struct {
	member
	sink operators.Sink
	off  bool
}

func newDrain(sink operators.Sink) *drain {
	d := &drain{sink: sink}
	d.open, d.close = sink.Open, sink.Close
	d.watermark.Store(int64(window.Min))
	return d
}

// epoch is that of a query's only checkpoint: its end.
const epoch = 1

func (d *drain) done() bool { return d.off }

func (d *drain) emit(ctx context.Context, b batch.Batch) error {
	if d.off {
		return operators.ErrDone
	}
	before := d.task.at
	d.task.at = &d.member
	err := d.sink.Write(ctx, b)
	d.task.at = before
	if err == nil {
		d.rowsIn.Add(int64(b.Rows()))
		return nil
	}
	return d.settle(ctx, err)
}

// settle lets a sink that wants no more, such as a closed pipe, end well.
func (d *drain) settle(ctx context.Context, err error) error {
	if !errors.Is(err, operators.ErrDone) {
		return blame(ctx, &d.member, err)
	}
	if err := d.end(ctx, true); err != nil {
		return err
	}
	return operators.ErrDone
}

func (d *drain) advance(_ context.Context, w window.Watermark) error {
	if d.off {
		return operators.ErrDone
	}
	d.watermark.Store(max(int64(w.At), d.watermark.Load()))
	return nil
}

// end makes what was written durable and shows it.
func (d *drain) end(ctx context.Context, final bool) error {
	if d.off {
		return nil
	}
	d.off = true
	if final {
		d.watermark.Store(int64(window.Max))
	}
	return blame(ctx, &d.member, d.call(func() error {
		handle, err := d.sink.Prepare(ctx, epoch)
		if err != nil {
			return err
		}
		return d.sink.Commit(ctx, epoch, handle)
	}))
}

func (d *drain) ticker() (operators.Ticker, operators.Emitter) {
	t, _ := d.sink.(operators.Ticker)
	return t, nil
}

func (d *drain) receive(ctx context.Context, _ int, it item) error { return d.emit(ctx, it.batch) }
