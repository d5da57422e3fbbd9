package batch

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Take returns the rows at the given indices, in that order, as a new batch.
func (b Batch) Take(rows []int32) Batch {
	cols := make([]Vector, b.schema.Len())
	for i := range cols {
		v := b.Vector(i)
		cols[i] = v.Take(rows)
	}
	out := New(b.schema, len(rows), cols, b.Beside.take(rows))
	for i := range cols {
		if cols[i].Nested != nil {
			cols[i].Nested.Release()
		}
	}
	return out
}

func (s Beside) take(rows []int32) Beside {
	return Beside{
		Kinds: takeKinds(s.Kinds, rows), Marks: gather(s.Marks, rows),
		Origin: s.Origin, Starts: gather(s.Starts, rows),
	}
}

// Slice returns rows [from, to), sharing memory, as a new batch.
func (b Batch) Slice(from, to int) Batch {
	return Batch{Record: b.NewSlice(int64(from), int64(to)), schema: b.schema, Beside: b.Beside.slice(from, to)}
}

func (s Beside) slice(from, to int) Beside {
	return Beside{
		Kinds: cutKinds(s.Kinds, from, to), Marks: cut(s.Marks, from, to),
		Origin: s.Origin, Starts: cut(s.Starts, from, to),
	}
}

func cut[T any](s []T, from, to int) []T {
	if s == nil {
		return nil
	}
	return s[from:to:to]
}

// Concat returns the rows of all batches, which share a schema, as one new
// batch. It keeps kinds and marks and drops origins, which differ.
func Concat(alloc memory.Allocator, batches []Batch) (Batch, error) {
	first := batches[0]
	cols := make([]arrow.Array, first.schema.Len())
	defer func() {
		for _, c := range cols {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i := range cols {
		parts := make([]arrow.Array, len(batches))
		for j, b := range batches {
			parts[j] = b.Column(i)
		}
		joined, err := array.Concatenate(parts, alloc)
		if err != nil {
			return Batch{}, err
		}
		cols[i] = joined
	}
	rows := int64(0)
	for _, b := range batches {
		rows += b.NumRows()
	}
	return Wrap(first.schema, array.NewRecord(first.schema.arrow, cols, rows), besideAll(batches)), nil
}

func besideAll(batches []Batch) Beside {
	var out Beside
	kinds, marks := false, false
	for _, b := range batches {
		kinds, marks = kinds || b.Kinds != nil, marks || b.Marks != nil
	}
	for _, b := range batches {
		for i := range b.Rows() {
			if kinds {
				out.Kinds = append(out.Kinds, b.Kind(i))
			}
			if marks {
				out.Marks = append(out.Marks, b.Mark(i))
			}
		}
	}
	return out
}
