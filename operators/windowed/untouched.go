package windowed

import (
	"context"
	"time"

	"kinesql/operators"
	"kinesql/window"
)

// untouched is when rows last touched the keys of windows of rows that have a time
// to live: by event time where there is one, else by the processing clock. A key is
// over once the clock, which is the watermark before a row, is a time to live past
// that, whatever batches the rows came in; the sweeps only give memory back.
type untouched struct {
	ttl   window.Micros
	event bool
	last  []window.Micros // by key; Min: no row
	swept window.Micros
}

// sweeps is how often keys are looked for that are over, within a time to live.
const sweeps = 8

func newUntouched(ttl time.Duration, event bool) *untouched {
	return &untouched{ttl: window.Micros(ttl.Microseconds()), event: event, swept: window.Min}
}

// reach makes room for keys below n.
func (u *untouched) reach(n int) {
	for len(u.last) < n {
		u.last = append(u.last, window.Min)
	}
}

// over reports whether a key has lived too long.
func (u *untouched) over(key uint32, now window.Micros) bool {
	last := u.last[key]
	return last != window.Min && now != window.Max && now >= last && now-last >= u.ttl
}

// lapsed returns the keys that are over, now and then.
func (u *untouched) lapsed(now window.Micros) []uint32 {
	if now == window.Max || u.swept != window.Min && now-u.swept < u.ttl/sweeps {
		return nil
	}
	u.swept = now
	var gone []uint32
	for k := range u.last {
		if u.over(uint32(k), now) {
			gone = append(gone, uint32(k))
		}
	}
	return gone
}

// next is when keys are to be looked for on the processing clock, zero if never.
func (u *untouched) next(live int) time.Time {
	if u.event || live == 0 || u.swept == window.Min {
		return time.Time{}
	}
	return (u.swept + u.ttl/sweeps + 1).Time()
}

// clock is the time before a row, and the time at which the row touches its key.
func (u *untouched) clock(a *arrival, r int32, now window.Micros) (before, at window.Micros) {
	if !u.event {
		return now, now
	}
	return max(a.pace.watermark, a.in.Mark(int(r))), window.Micros(a.times[r])
}

// placeLiving places the rows of a batch in pieces: one ends before each row that
// comes after the end of its key, which begins anew.
func (o *keyedOp) placeLiving(ctx context.Context, out operators.Emitter) error {
	a, from, now := &o.at, 0, window.At(o.env.Now())
	rows, keys := a.rows, a.keys
	defer func() { a.rows, a.keys = rows, keys }()
	for i, k := range keys {
		before, at := o.life.clock(a, rows[i], now)
		if o.life.over(k, before) {
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
		o.life.last[k] = max(o.life.last[k], at)
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
		o.life.last[k] = window.Min
		o.kind.(*counts).restart(k, &o.closed)
	}
}

// sweep forgets the keys that are over.
func (o *keyedOp) sweep(ctx context.Context, now window.Micros, out operators.Emitter) error {
	keys := o.life.lapsed(now)
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

// bytes is the memory held.
func (u *untouched) bytes() int64 { return int64(8 * cap(u.last)) }
