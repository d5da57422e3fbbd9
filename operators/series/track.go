package series

import (
	"slices"

	"kinesql/operators/state"
)

// reach says which rows of a partition a track holds.
type reach uint8

const (
	inFrame reach = iota // those of the frame
	first                // the first ones there were
	last                 // the last ones there were
)

// track is rows of each partition, in their order.
type track struct {
	state.Lists
	column int // only rows with a value here; -1: all
	reach  reach
	keep   int64   // of first and last: how many
	have   []int64 // by partition: how many there are
}

// trackOf returns the number of a track of that sort, which reaches as far as keep
// at least.
func (o *op) trackOf(column int, r reach, keep int64) int {
	i := slices.IndexFunc(o.tracks, func(t *track) bool { return t.column == column && t.reach == r })
	if i < 0 {
		i = len(o.tracks)
		o.tracks = append(o.tracks, &track{column: column, reach: r})
	}
	o.tracks[i].keep = max(o.tracks[i].keep, keep)
	return i
}

// tracksOf finds the tracks that a function looks at, and is its plan.
func (o *op) tracksOf(f Func) plan {
	p := plan{Func: f, track: -1}
	column := -1
	if f.IgnoreNulls {
		column = f.Arg
	}
	frame := o.cfg.Preceding >= 0
	switch {
	case f.Name == "LAG" && f.Count > 0:
		p.track = o.trackOf(column, last, f.Count)
	case f.Name == "LAG" || f.Name == "LEAD" || f.numbers():
	case frame:
		p.track = o.trackOf(column, inFrame, 0)
	case f.Name == "LAST_VALUE":
		p.track = o.trackOf(column, last, 1)
	default:
		p.track = o.trackOf(column, first, f.Count)
	}
	return p
}

// plan is a function and the number of its track.
type plan struct {
	Func
	track int
	lead  *lead // of LEAD
}

// back is the n-th row from the end of a partition's track, or none.
func (t *track) back(part uint32, n int64) state.ID {
	id := t.Last(part)
	for ; n > 1 && id != state.None; n-- {
		id = t.Prev(id)
	}
	return id
}

// forth is the n-th row of a partition's track, or none.
func (t *track) forth(part uint32, n int64) state.ID {
	id := t.First(part)
	for ; n > 1 && id != state.None; n-- {
		id = t.Next(id)
	}
	return id
}

// lead is the rows whose LEAD is not known yet, by partition.
type lead struct {
	state.Lists
	due   []int64 // by row: the count at which it is known
	count []int64 // by partition: the rows that count
}
