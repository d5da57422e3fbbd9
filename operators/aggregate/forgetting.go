package aggregate

import (
	"context"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// segments applies a batch in pieces: one ends before each row that comes after the
// end of its group.
func (o *hashOp) segments(ctx context.Context, in batch.Batch, out operators.Emitter) error {
	l, from := o.life, 0
	now := window.At(o.env.Now())
	var times batch.Vector
	if l.event {
		times = in.Vector(o.cfg.Time)
	}
	for i := range in.Rows() {
		id, t := o.ids[i], now
		if l.event {
			now = max(o.watermark, in.Mark(i))
			if t = now; times.IsValid(i) {
				t = window.Micros(times.I64[times.At(i)])
			}
		}
		if l.Over(id, now) {
			if err := o.applyRows(in, from, i); err != nil {
				return err
			}
			if err := o.show(ctx, out); err != nil {
				return err
			}
			from = i
			o.end(id)
		}
		l.Touch(id, t)
	}
	return o.applyRows(in, from, in.Rows())
}

// end makes a group as if it had never been; it keeps its number.
func (o *hashOp) end(id uint32) {
	o.states.Reset([]uint32{id})
	o.rows[id] = 0
	o.rev.Forget(id)
	o.life.Forget(id)
}

// sweep forgets the groups that are over, now and then.
func (o *hashOp) sweep(ctx context.Context, now window.Micros, out operators.Emitter) error {
	gone := o.life.Lapsed(now)
	if len(gone) == 0 {
		return nil
	}
	if err := o.show(ctx, out); err != nil {
		return err
	}
	for _, id := range gone {
		o.end(id)
	}
	o.table.Remove(gone)
	o.shrink()
	return nil
}

// roomy is from how many groups on memory is given back.
const roomy = 1024

// shrink moves the groups to new memory where few are left of many.
func (o *hashOp) shrink() {
	if o.table.Len() < roomy || o.table.Live() > o.table.Len()/4 {
		return
	}
	var live []uint32
	for id, last := range o.life.last {
		if last != window.Min {
			live = append(live, uint32(id))
		}
	}
	old := *o
	types := make([]batch.Type, len(o.cfg.Keys))
	keys := make([]batch.Vector, len(types))
	for i := range types {
		types[i] = old.table.Type(i)
		keys[i].Type = types[i]
		old.table.Append(i, live, &keys[i])
	}
	o.table, _ = NewTable(types) // NewHash has checked the types
	o.states, o.rev, o.rows = o.set.New(), Revision{}, nil
	o.life = &Lifetimes{ttl: old.life.ttl, event: old.life.event, swept: old.life.swept}
	ids := make([]uint32, len(live))
	o.table.Assign(keys, upTo(len(live)), ids)
	o.makeRoom(o.table.Len())
	o.states.Merge(old.states, live, ids)
	for i, id := range ids {
		o.rows[id], o.rev.shown[id], o.life.last[id] = old.rows[live[i]], old.rev.shown[live[i]], old.life.last[live[i]]
	}
}

// NextTick implements operators.Ticker.
func (o *hashOp) NextTick() time.Time {
	var next time.Time
	if o.cfg.Emission.Mode == operators.EmitEvery && len(o.rev.dirty) > 0 {
		next = o.tick
	}
	if o.life != nil {
		if at := o.life.Next(o.table.Live()); next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next
}

// Tick implements operators.Ticker.
func (o *hashOp) Tick(ctx context.Context, out operators.Emitter) error {
	now := o.env.Now()
	if o.life != nil && !o.life.event {
		if err := o.sweep(ctx, window.At(now), out); err != nil {
			return err
		}
	}
	if o.cfg.Emission.Mode != operators.EmitEvery || now.Before(o.tick) {
		return nil
	}
	o.tick = now.Add(o.cfg.Emission.Every)
	return o.show(ctx, out)
}
