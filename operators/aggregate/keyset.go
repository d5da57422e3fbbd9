package aggregate

import "kinesql/operators/batch"

// KeySet counts different keys, for those who ask how many there are.
type KeySet struct {
	table Table
	types []batch.Type
	ids   []uint32
}

// NewKeySet returns a set of keys of types that a table can have.
func NewKeySet(types []batch.Type) (*KeySet, error) {
	t, err := NewTable(types)
	return &KeySet{table: t, types: types}, err
}

// Len is the number of keys.
func (s *KeySet) Len() int { return s.table.Live() }

// Add adds the keys of rows, and returns the numbers that they have in the set,
// borrowed until the next call.
func (s *KeySet) Add(keys []batch.Vector, rows []int32) []uint32 {
	if n := len(rows); len(s.ids) < n {
		s.ids = make([]uint32, n)
	}
	ids := s.ids[:len(rows)]
	s.table.Assign(keys, rows, ids)
	return ids
}

// AddFrom is Add for keys of a table of the same types.
func (s *KeySet) AddFrom(from Table, ids []uint32) []uint32 {
	keys, rows := make([]batch.Vector, len(s.types)), make([]int32, len(ids))
	for c := range keys {
		keys[c].Type = s.types[c]
		from.Append(c, ids, &keys[c])
	}
	for i := range rows {
		rows[i] = int32(i)
	}
	return s.Add(keys, rows)
}
