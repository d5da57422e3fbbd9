package series

import (
	"math"

	"kinesql/operators/state"
	"kinesql/window"
)

// enter counts a row of its partition, and computes what goes by rows before it.
func (o *op) enter(e entry) {
	if o.silent(e) {
		o.restart(e.part)
	}
	p := &o.parts[e.part]
	p.waiting--
	p.rows++
	if p.rows == 1 || p.time != e.time {
		p.time, p.rank, p.dense = e.time, p.rows, p.dense+1
	}
	if o.cfg.Rows {
		o.seqs[e.id] = p.rows
	}
	for i := range o.plans {
		f := &o.plans[i]
		switch {
		case f.numbers():
			o.numbers[i][e.id] = p.number(f.Name)
		case f.Name == "LAG":
			o.lag(i, e)
		case f.lead != nil:
			o.lead(i, e)
		}
	}
	for i := range o.tracks {
		o.track(i, e)
	}
	o.ages.Touch(e.part, window.Micros(e.time))
}

// number is what a function gives the last row of the partition.
func (p *partition) number(function string) int64 {
	switch function {
	case "RANK":
		return p.rank
	case "DENSE_RANK":
		return p.dense
	}
	return p.rows
}

func (o *op) lag(i int, e entry) {
	f := &o.plans[i]
	if f.Count == 0 {
		o.refer(i, e.id, e.id)
		return
	}
	to := o.tracks[f.track].back(e.part, f.Count)
	if to != state.None && f.Framed && o.beyond(to, e) {
		to = state.None
	}
	o.refer(i, e.id, to)
}

// beyond reports whether a row is before the frame of a later one.
func (o *op) beyond(id state.ID, e entry) bool {
	switch {
	case o.cfg.Preceding < 0:
		return false
	case o.cfg.Rows:
		return o.seqs[id] < o.parts[e.part].rows-o.cfg.Preceding
	}
	t, _ := o.rows.Int(id, o.cfg.Time)
	return t < e.time-o.cfg.Preceding
}

// lead tells rows that wait for this one, and lets this one wait.
func (o *op) lead(i int, e entry) {
	f := &o.plans[i]
	l := f.lead
	for len(l.count) <= int(e.part) {
		l.count = append(l.count, 0)
	}
	l.due = fit(l.due, int(e.id)+1)
	if !f.IgnoreNulls || !o.rows.IsNull(e.id, f.Arg) {
		l.count[e.part]++
		for id := l.First(e.part); id != state.None && l.due[id] <= l.count[e.part]; id = l.First(e.part) {
			o.known(i, id, e.id)
		}
	}
	if f.Count == 0 {
		o.refer(i, e.id, e.id)
		return
	}
	l.due[e.id] = l.count[e.part] + min(f.Count, math.MaxInt64-l.count[e.part])
	l.Add(e.part, e.id)
	o.waits[e.id]++
}

// known ends the wait of a row for its LEAD.
func (o *op) known(i int, id, to state.ID) {
	o.plans[i].lead.Remove(id)
	o.refer(i, id, to)
	if o.waits[id]--; o.waits[id] == 0 {
		o.ready = append(o.ready, id)
	}
}

// refer has function i of a row look at another row.
func (o *op) refer(i int, id, to state.ID) {
	o.refs[i][id] = to
	if to != state.None {
		o.uses[to]++
	}
}

// track puts a row on a track, and takes off what the track need not hold.
func (o *op) track(i int, e entry) {
	t := o.tracks[i]
	for len(t.have) <= int(e.part) {
		t.have = append(t.have, 0)
	}
	if t.reach == inFrame && o.cfg.Rows {
		for id := t.First(e.part); id != state.None && o.beyond(id, e); id = t.First(e.part) {
			o.leave(i, e.part, id)
		}
	}
	if t.column >= 0 && o.rows.IsNull(e.id, t.column) || t.reach == first && t.have[e.part] >= t.keep {
		return
	}
	t.Add(e.part, e.id)
	t.have[e.part]++
	o.on[e.id] |= 1 << i
	if t.reach == last && t.have[e.part] > t.keep {
		o.leave(i, e.part, t.First(e.part))
	}
}

// leave takes a row off a track.
func (o *op) leave(i int, part uint32, id state.ID) {
	o.tracks[i].Remove(id)
	o.tracks[i].have[part]--
	o.on[id] &^= 1 << i
	o.maybeDrop(id)
}

// maybeDrop forgets a row that is on no track and that no row to be shown needs.
func (o *op) maybeDrop(id state.ID) {
	if o.on[id] == 0 && o.uses[id] == 0 {
		o.rows.Drop(id)
	}
}

// frames computes what goes by the frame of a row, all rows of which have entered.
func (o *op) frames(e entry) {
	for i := range o.plans {
		f := &o.plans[i]
		if f.track < 0 || f.Name == "LAG" {
			continue
		}
		t := o.tracks[f.track]
		switch f.Name {
		case "LAST_VALUE":
			o.refer(i, e.id, t.Last(e.part))
		case "FIRST_VALUE":
			o.refer(i, e.id, t.First(e.part))
		default:
			o.refer(i, e.id, t.forth(e.part, f.Count))
		}
	}
}
