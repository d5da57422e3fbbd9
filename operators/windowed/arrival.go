package windowed

import (
	"fmt"
	"slices"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// arrival is a batch on its way into spans.
type arrival struct {
	in     batch.Batch
	times  []int64  // by row
	rows   []int32  // that have a time
	keys   []uint32 // theirs
	placed []int32  // rows that wait to be added to spans
	ids    []uint32 // theirs
	missed []uint32 // keys of late rows
	spans  *spans
	pace   pace
	now    []int64 // times on the processing clock
}

// put gives a row to a span.
func (a *arrival) put(r int32, id uint32) {
	a.placed, a.ids = append(a.placed, r), append(a.ids, id)
}

// flush adds the rows that wait.
func (a *arrival) flush(to content) {
	if len(a.placed) > 0 {
		to.add(a.placed, a.ids, len(a.spans.list))
		for _, id := range a.ids {
			a.spans.rows[id]++
		}
		a.placed, a.ids = a.placed[:0], a.ids[:0]
	}
}

// limit is the end up to which windows take row r no more.
func (a *arrival) limit(r int32) window.Micros {
	if a.in.Marks == nil {
		return a.pace.limit()
	}
	return less(max(a.pace.watermark, a.in.Marks[r]), a.pace.lateness)
}

// late tells of row i of those that have a time: it is in no window.
func (a *arrival) late(to faults, i int, l operators.LateRow) {
	r := a.rows[i]
	a.missed = append(a.missed, a.keys[i])
	l.EventTime, l.Watermark = window.Micros(a.times[r]), max(a.pace.watermark, a.in.Mark(int(r)))
	to.late(a.in, int(r), l)
}

// arrive begins a batch: it leaves out the rows that have no usable time.
func (o *keyedOp) arrive(in batch.Batch) {
	a, n := &o.at, in.Rows()
	if o.cfg.Window.Processing {
		in.Marks = nil // they are of event time
	}
	a.in, a.spans, a.pace = in, o.spans, o.pace
	a.rows, a.missed = slices.Grow(a.rows[:0], n), a.missed[:0]
	times := o.times(in)
	a.times = times.I64
	for i := range n {
		if times.Valid == nil && window.InRange(window.Micros(a.times[i])) || usableTime(o.write, in, o.cfg.Time, &times, i) {
			a.rows = append(a.rows, int32(i))
		}
	}
	a.keys = slices.Grow(a.keys[:0], len(a.rows))[:len(a.rows)]
}

// times is the time of each row: its event time, or now.
func (o *keyedOp) times(in batch.Batch) batch.Vector {
	if !o.cfg.Window.Processing && o.cfg.Time >= 0 {
		return in.Vector(o.cfg.Time)
	}
	n, now := in.Rows(), int64(0)
	if o.cfg.Window.Processing {
		now = o.env.Now().UnixMicro()
	}
	o.at.now = slices.Grow(o.at.now[:0], n)[:n]
	for i := range o.at.now {
		o.at.now[i] = now
	}
	return batch.Vector{Type: batch.Of(batch.Timestamp), Len: n, I64: o.at.now}
}

// usableTime reports whether windows can be computed for a row, and tells of it
// if not.
func usableTime(to faults, in batch.Batch, column int, times *batch.Vector, i int) bool {
	switch t := window.Micros(times.I64[i]); {
	case !times.IsValid(i):
		to.bad(in, i, fmt.Sprintf("event time %s is NULL", in.SQLSchema().Field(column).Name))
	case !window.InRange(t):
		to.bad(in, i, fmt.Sprintf("event time %s = %s is out of range", in.SQLSchema().Field(column).Name, t))
	default:
		return true
	}
	return false
}
