package rank

import (
	"time"

	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// life tells which partitions no row has touched for the TTL.
type life struct {
	*state.Ages
	on     bool
	column int // event time; -1: the processing clock counts
}

func newLife(cfg Config) life {
	return life{Ages: state.NewAges(cfg.ttl()), on: cfg.TTL > 0, column: cfg.Time}
}

// touch notes that rows of a batch belong to partitions.
func (l *life) touch(in batch.Batch, rows []int32, ids []uint32, now time.Time) {
	switch {
	case !l.on:
	case l.column < 0:
		for _, k := range ids {
			l.Touch(k, window.At(now))
		}
	default:
		times := in.Vector(l.column)
		for i, row := range rows {
			at := max(in.Mark(int(row)), window.Earliest)
			if t := window.Micros(times.I64[row]); times.IsValid(int(row)) && window.InRange(t) {
				at = t
			}
			l.Touch(ids[i], at)
		}
	}
}

// over returns the partitions whose time is up.
func (l *life) over(wm window.Micros, now time.Time) []uint32 {
	if l.column < 0 {
		wm = window.At(now)
	}
	return l.Over(wm)
}
