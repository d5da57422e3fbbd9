package aggregate

import (
	"errors"
	"math"

	"kinesql/operators/batch"
)

// ranked is the state of the functions whose result is a value of one of the
// group's rows, over rows that may be taken back. Rows are in order of the columns
// that the function goes by, then of the value: a tie is decided by the value, as
// rows that come and go have no order of arrival.
type ranked struct {
	bag
	columns func(in *Rows) []batch.Vector // the value last
	at      func(rows int64) int64        // which row is the result, of at least one
	limit   float64                       // of a percentile: the greatest number there is; else 0
}

func first(int64) int64     { return 0 }
func last(rows int64) int64 { return rows - 1 }

// changingExtreme makes MIN and MAX.
func changingExtreme(sign int) func(spec) (func() State, error) {
	at := first
	if sign > 0 {
		at = last
	}
	return func(s spec) (func() State, error) {
		return newRanked(s.args, ranked{at: at, columns: func(in *Rows) []batch.Vector { return in.Args }})
	}
}

// changingBy makes MIN_BY and MAX_BY.
func changingBy(sign int) func(spec) (func() State, error) {
	at := first
	if sign > 0 {
		at = last
	}
	return func(s spec) (func() State, error) {
		return newRanked([]batch.Type{s.args[1], s.args[0]}, ranked{at: at, columns: func(in *Rows) []batch.Vector {
			return []batch.Vector{in.Args[1], in.Args[0]}
		}})
	}
}

// changingPlace makes FIRST_VALUE and LAST_VALUE.
func changingPlace(name string, at func(int64) int64) func(spec) (func() State, error) {
	return func(s spec) (func() State, error) {
		if !s.timed {
			return nil, errors.New(name + " goes by event time, but these rows may be taken back and have none: " +
				"MIN_BY(x, y) and MAX_BY(x, y) go by a column")
		}
		return newRanked([]batch.Type{batch.Of(batch.BigInt), s.args[0]}, ranked{at: at, columns: func(in *Rows) []batch.Vector {
			return []batch.Vector{{Type: batch.Of(batch.BigInt), Len: len(in.Time), I64: in.Time}, in.Args[0]}
		}})
	}
}

func newRanked(types []batch.Type, like ranked) (func() State, error) {
	made, err := newEntries(types)
	if err != nil {
		return nil, err
	}
	return func() State {
		s := like
		s.entries = made()
		return &s
	}, nil
}

func (s *ranked) Add(in *Rows, rows []int32, ids []uint32) {
	s.count(s.columns(in), rows, ids, nil, 1)
}

func (s *ranked) Retract(in *Rows, rows []int32, ids []uint32) {
	s.count(s.columns(in), rows, ids, nil, -1)
}

func (s *ranked) Merge(from State, src, dst []uint32) { s.merge(&from.(*ranked).bag, src, dst, 1) }

func (s *ranked) Unmerge(from State, src, dst []uint32) { s.merge(&from.(*ranked).bag, src, dst, -1) }

func (s *ranked) Result(ids []uint32, out *batch.Vector, _ Fail) {
	value := len(s.types) - 1
	for _, id := range ids {
		n := s.size(id)
		if n == 0 {
			appendNull(out)
			continue
		}
		s.table.Append(value, []uint32{s.nth(id, s.at(n))}, out)
		if s.limit > 0 {
			f := &out.F64[len(out.F64)-1]
			*f = max(-s.limit, min(s.limit, *f))
		}
	}
}

// changingPercentile makes APPROX_PERCENTILE: a sketch cannot give values back, so
// the result is exact.
func changingPercentile(s spec) (func() State, error) {
	made, err := makePercentile(s)
	if err != nil {
		return nil, err
	}
	sketch := made().(*percentile)
	like := ranked{
		limit:   sketch.mapping.MaxIndexableValue(),
		columns: func(in *Rows) []batch.Vector { return in.Args },
		at:      func(rows int64) int64 { return int64(sketch.share * float64(rows-1)) },
	}
	newState, err := newRanked(s.args, like)
	if err != nil {
		return nil, err
	}
	return func() State { return &numbers{newState().(*ranked)} }, nil
}

// numbers leaves NaN out, which is no value to a percentile.
type numbers struct{ *ranked }

func (s *numbers) pick(in *Rows, rows []int32, ids []uint32) (p picked) {
	for i, r := range rows {
		if !math.IsNaN(in.Args[0].F64[r]) {
			p.add(r, ids[i])
		}
	}
	return p
}

func (s *numbers) Add(in *Rows, rows []int32, ids []uint32) {
	p := s.pick(in, rows, ids)
	s.ranked.Add(in, p.rows, p.groups)
}

func (s *numbers) Retract(in *Rows, rows []int32, ids []uint32) {
	p := s.pick(in, rows, ids)
	s.ranked.Retract(in, p.rows, p.groups)
}

func (s *numbers) Merge(from State, src, dst []uint32) {
	s.ranked.Merge(from.(*numbers).ranked, src, dst)
}

func (s *numbers) Unmerge(from State, src, dst []uint32) {
	s.ranked.Unmerge(from.(*numbers).ranked, src, dst)
}
