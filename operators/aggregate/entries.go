package aggregate

import (
	"errors"

	"kinesql/operators/batch"
)

// ErrUnseen says that a row was taken back that had not been added.
var ErrUnseen = errors.New("the input took back a row that it had never given: this is a defect of the engine, not of the query")

// entries numbers the different rows of each group and counts them. A count is
// negative while a row was taken back that is yet to be merged.
type entries struct {
	types    []batch.Type // of the group's id, then of the columns of a row
	table    Table
	counts   []int64  // by entry
	groups   []uint32 // of an entry
	negative int      // entries with a count below zero

	ids   []int64 // scratch
	found []uint32
	gone  []uint32 // entries whose count has become zero
}

// newEntries returns what makes entries of rows with columns of the given types.
func newEntries(columns []batch.Type) (func() entries, error) {
	types := append([]batch.Type{batch.Of(batch.BigInt)}, columns...)
	if _, err := NewTable(types); err != nil {
		return nil, err
	}
	return func() entries {
		table, _ := NewTable(types) // checked above
		return entries{types: types, table: table}
	}, nil
}

// assign finds the entries of rows, and makes those that are new.
func (s *entries) assign(columns []batch.Vector, rows []int32, ids []uint32) []uint32 {
	if len(rows) == 0 {
		return nil
	}
	highest := rows[0]
	for _, r := range rows {
		highest = max(highest, r)
	}
	s.ids = grow(s.ids, int(highest)+1)
	for i, r := range rows {
		s.ids[r] = int64(ids[i])
	}
	keys := append([]batch.Vector{{Type: s.types[0], Len: len(s.ids), I64: s.ids}}, columns...)
	s.found = grow(s.found, len(rows))
	list := s.found[:len(rows)]
	s.table.Assign(keys, rows, list)
	n := s.table.Len()
	s.counts, s.groups = grow(s.counts, n), grow(s.groups, n)
	return list
}

// change adds to the count of an entry and returns what it was and is.
func (s *entries) change(e uint32, by int64) (was, is int64) {
	was = s.counts[e]
	is = was + by
	s.counts[e] = is
	switch {
	case was >= 0 && is < 0:
		s.negative++
	case was < 0 && is >= 0:
		s.negative--
	}
	if is == 0 {
		s.gone = append(s.gone, e)
	}
	return was, is
}

// sweep forgets the entries that a batch has left without rows.
func (s *entries) sweep() {
	n := 0
	for _, e := range s.gone {
		if s.counts[e] == 0 && s.groups[e] != swept {
			s.groups[e] = swept
			s.gone[n] = e
			n++
		}
	}
	s.table.Remove(s.gone[:n])
	s.gone = s.gone[:0]
}

// swept stands for the group of an entry that is forgotten.
const swept = 1<<32 - 1

// drop forgets an entry of a group that is reset.
func (s *entries) drop(e uint32) {
	if s.counts[e] < 0 {
		s.negative--
	}
	s.counts[e] = 0
	s.gone = append(s.gone, e)
}

// columns returns the rows of entries, each once.
func (s *entries) columns(list []uint32) []batch.Vector {
	out := make([]batch.Vector, len(s.types)-1)
	for c := range out {
		out[c].Type = s.types[c+1]
		s.table.Append(c+1, list, &out[c])
	}
	return out
}

// Fault implements faulty.
func (s *entries) Fault() error {
	if s.negative > 0 {
		return ErrUnseen
	}
	return nil
}

func (s *entries) clear() {
	s.table.Clear()
	s.counts, s.groups, s.negative = s.counts[:0], s.groups[:0], 0
}

func (s *entries) bytes() int64 {
	return s.table.Bytes() + sizeOf(s.counts) + sizeOf(s.groups) + sizeOf(s.ids) + sizeOf(s.found) + sizeOf(s.gone)
}

func timesOf(times []int64, i int) int64 {
	if times == nil {
		return 1
	}
	return times[i]
}

// upTo returns 0, 1, ... n-1.
func upTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}
