package join

import (
	"slices"

	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// side is what is kept of the rows of one input.
type side struct {
	Input
	rows     *state.Rows
	byKey    state.Lists     // rows of a key
	contents *state.Contents // nil: rows are not taken back
	calendar *state.Calendar // nil: rows stay
	counts   bool            // partners are counted
	partners []uint32        // by ID: how many partners a row has
}

func newSide(in Input, counts bool) *side {
	s := &side{Input: in, rows: state.NewRows(in.Schema), counts: counts}
	if in.Retracts {
		s.contents = state.NewContents(s.rows)
	}
	return s
}

// put enters a row that is in rows already.
func (s *side) put(id state.ID, key uint32, day window.Micros, partners uint32) {
	s.byKey.Add(key, id)
	s.note(id, day, partners)
}

// note enters a row, but not under its key.
func (s *side) note(id state.ID, day window.Micros, partners uint32) {
	if s.contents != nil {
		s.contents.Add(id)
	}
	if s.calendar != nil {
		s.calendar.Add(id, day)
	}
	if s.counts {
		if n := int(id) + 1; n > len(s.partners) {
			s.partners = slices.Grow(s.partners, n-len(s.partners))[:n]
		}
		s.partners[id] = partners
	}
}

// drop forgets a row, which is off the calendar already where that is why. It
// returns the key that has no row of this side any more, or -1.
func (s *side) drop(id state.ID, expired bool) (emptied int64) {
	emptied = s.byKey.Remove(id)
	s.unnote(id, expired)
	return emptied
}

// unnote forgets a row that is not under its key.
func (s *side) unnote(id state.ID, expired bool) {
	if s.contents != nil {
		s.contents.Remove(id)
	}
	if s.calendar != nil && !expired {
		s.calendar.Remove(id)
	}
	s.rows.Drop(id)
}

// bytes is the memory held.
func (s *side) bytes() int64 {
	n := s.rows.Bytes() + s.byKey.Bytes() + int64(4*cap(s.partners))
	if s.contents != nil {
		n += s.contents.Bytes()
	}
	if s.calendar != nil {
		n += s.calendar.Bytes()
	}
	return n
}

// time is a row's event time, which is not NULL.
func (s *side) time(id state.ID) window.Micros {
	t, _ := s.rows.Int(id, s.Time)
	return window.Micros(t)
}

// joinable lists the rows whose keys are not NULL, or are NULL where that is a key.
func joinable(keys []batch.Vector, safe []bool, rows []int32) []int32 {
	for k := range keys {
		if keys[k].Valid == nil || safe != nil && safe[k] {
			continue
		}
		valid := keys[k].Valid
		rows = slices.DeleteFunc(rows, func(r int32) bool { return !valid[r] })
	}
	return rows
}
