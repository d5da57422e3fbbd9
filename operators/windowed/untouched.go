package windowed

import (
	"context"

	"kinesql/operators"
	"kinesql/window"
)

// rowClock is the time before a row, and the time at which the row touches its key.
func (o *keyedOp) rowClock(r int32, now window.Micros) (before, at window.Micros) {
	if a := &o.at; o.life.ByEvent() {
		return max(a.pace.watermark, a.in.Mark(int(r))), window.Micros(a.times[r])
	}
	return now, now
}

// placeLiving places the rows of a batch in pieces: one ends before each row that
// comes after the end of its key, which begins anew.
func (o *keyedOp) placeLiving(ctx context.Context, out operators.Emitter) error {
	a, from, now := &o.at, 0, window.At(o.env.Now())
	rows, keys := a.rows, a.keys
	defer func() { a.rows, a.keys = rows, keys }()
	for i, k := range keys {
		before, at := o.rowClock(rows[i], now)
		if o.life.Over(k, before) {
			a.rows, a.keys = rows[from:i], keys[from:i]
			if err := o.place(ctx, out); err != nil {
				return err
			}
			if err := o.settle(ctx, out); err != nil {
				return err
			}
			o.restart(keys[i : i+1])
			from = i
		}
		o.life.Touch(k, at)
	}
	a.rows, a.keys = rows[from:], keys[from:]
	return o.place(ctx, out)
}

// restart makes keys as if no row of theirs had come. Windows that lack rows are
// none.
func (o *keyedOp) restart(keys []uint32) {
	if o.shown != nil {
		o.shown.touch(keys)
	}
	for _, k := range keys {
		o.life.Forget(k)
		o.kind.(*counts).restart(k, &o.closed)
	}
}

// sweep forgets the keys that are over.
func (o *keyedOp) sweep(ctx context.Context, now window.Micros, out operators.Emitter) error {
	keys := o.life.Lapsed(now)
	if len(keys) == 0 {
		return nil
	}
	o.restart(keys)
	if o.shown != nil {
		if err := o.shown.sync(ctx, keys, out); err != nil {
			return err
		}
	}
	o.at.missed = append(o.at.missed, keys...)
	return o.finish(ctx, out)
}
