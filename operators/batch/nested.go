package batch

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// takeNested returns the rows of a List or Struct array at the given indices.
// Nested columns are rare on hot paths, so runs of slices are concatenated.
func takeNested(a arrow.Array, rows []int32) arrow.Array {
	if len(rows) == 0 {
		return array.NewSlice(a, 0, 0)
	}
	parts := make([]arrow.Array, 0, len(rows))
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && rows[end] == rows[end-1]+1 {
			end++
		}
		parts = append(parts, array.NewSlice(a, int64(rows[start]), int64(rows[end-1])+1))
		start = end
	}
	out, err := array.Concatenate(parts, memory.DefaultAllocator)
	for _, p := range parts {
		p.Release()
	}
	if err != nil {
		panic("batch: " + err.Error()) // the parts are slices of one array
	}
	return out
}

// Member returns member i of a ROW column, borrowed, with the ROW's NULLs laid
// over the member's.
func (v *Vector) Member(i int) Vector {
	s := v.Nested.(*array.Struct)
	m := view(v.Type.Fields[i].Type, s.Field(i))
	if s.NullN() == 0 {
		return m
	}
	valid := make([]bool, s.Len())
	for r := range valid {
		valid[r] = s.IsValid(r) && (m.Valid == nil || m.Valid[r])
	}
	m.Valid, m.src = valid, nil
	return m
}

// Items returns the values of all rows of an ARRAY column end to end, borrowed,
// and where each row's values start: row r holds items [starts[r], starts[r+1]).
func (v *Vector) Items() (items Vector, starts []int32) {
	l := v.Nested.(*array.List)
	return view(*v.Type.Elem, l.ListValues()), l.Offsets()[l.Data().Offset() : l.Data().Offset()+l.Len()+1]
}
