package rank

import (
	"time"

	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// life tells which partitions no row has touched for the TTL.
type life struct {
	ttl    window.Micros
	column int // event time; -1: the processing clock counts
	last   []window.Micros
	listed []bool // by partition: it is in days
	days   *state.Calendar
}

func newLife(cfg Config) life {
	return life{ttl: cfg.ttl(), column: cfg.Time, days: state.NewCalendar(cfg.ttl() / 16)}
}

// touch notes that rows of a batch belong to partitions.
func (l *life) touch(in batch.Batch, rows []int32, ids []uint32, now time.Time) {
	if l.ttl <= 0 || len(rows) == 0 {
		return
	}
	at := func(int32) window.Micros { return window.At(now) }
	if l.column >= 0 {
		times := in.Vector(l.column)
		at = func(row int32) window.Micros {
			if t := window.Micros(times.I64[row]); times.IsValid(int(row)) && window.InRange(t) {
				return t
			}
			return max(in.Mark(int(row)), window.Earliest)
		}
	}
	for i, row := range rows {
		l.note(ids[i], at(row))
	}
}

func (l *life) note(k uint32, at window.Micros) {
	for int(k) >= len(l.last) {
		l.last, l.listed = append(l.last, window.Earliest), append(l.listed, false)
	}
	l.last[k] = max(l.last[k], at)
	if !l.listed[k] {
		l.listed[k] = true
		l.days.Add(state.ID(k), l.last[k])
	}
}

// over returns the partitions whose time is up.
func (l *life) over(wm window.Micros, now time.Time) []uint32 {
	if l.ttl <= 0 {
		return nil
	}
	if l.column < 0 {
		wm = window.At(now)
	}
	if wm < window.Earliest+l.ttl {
		return nil
	}
	var out []uint32
	for _, id := range l.days.Until(wm-l.ttl, nil) {
		k := uint32(id)
		if l.last[k] > wm-l.ttl {
			l.days.Add(id, l.last[k])
			continue
		}
		l.listed[k], l.last[k] = false, window.Earliest
		out = append(out, k)
	}
	return out
}
