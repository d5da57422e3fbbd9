package series

import (
	"slices"

	"kinesql/operators/state"
	"kinesql/window"
)

// until lets the rows go that no frame of RANGE at t or later holds.
func (o *op) until(t window.Micros) {
	least := int64(max(t, window.Earliest)) - o.cfg.Preceding
	for ; o.from < len(o.queue) && o.queue[o.from].time < least; o.from++ {
		e := o.queue[o.from]
		for i, t := range o.tracks {
			if t.reach == inFrame && o.on[e.id]&(1<<i) != 0 {
				o.leave(i, e.part, e.id)
			}
		}
		o.parts[e.part].framed--
		o.maybeForget(e.part)
	}
	if o.from > len(o.queue)/2 {
		o.queue = slices.Delete(o.queue, 0, o.from)
		o.from = 0
	}
}

// maybeForget forgets a partition of which nothing is left that a later row may look
// at.
func (o *op) maybeForget(part uint32) {
	if o.memory || o.parts[part].framed > 0 || o.parts[part].waiting > 0 {
		return
	}
	o.parts[part] = partition{}
	o.table.Remove([]uint32{part})
}

// forget drops the partitions whose time to live is over.
func (o *op) forget() {
	for _, k := range o.ages.Over(o.watermark) {
		p := &o.parts[k]
		if p.rows == 0 {
			continue // it was forgotten before
		}
		if p.waiting > 0 || p.framed > 0 {
			o.ages.Touch(k, o.watermark)
			continue
		}
		o.restart(k)
		*p = partition{}
		o.table.Remove([]uint32{k})
	}
}

// silent reports whether the partition of a row had no row for the time to live.
func (o *op) silent(e entry) bool {
	p, ttl := &o.parts[e.part], o.cfg.TTL.Microseconds()
	return ttl > 0 && p.rows > 0 && e.time-p.time >= ttl
}

// restart makes the next row of a partition its first. Rows in a frame of time stay:
// they leave it by themselves.
func (o *op) restart(k uint32) {
	for i := range o.plans {
		if l := o.plans[i].lead; l != nil {
			o.settle(i, k)
			if int(k) < len(l.count) {
				l.count[k] = 0
			}
		}
	}
	for i, t := range o.tracks {
		if t.reach == inFrame && !o.cfg.Rows {
			continue
		}
		for id := t.First(k); id != state.None; id = t.First(k) {
			o.leave(i, k, id)
		}
	}
	p := &o.parts[k]
	*p = partition{waiting: p.waiting, framed: p.framed}
}
