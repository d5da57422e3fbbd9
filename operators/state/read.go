package state

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
)

// Int returns column c, of LaneInt, of a row; ok is false where it is NULL.
func (r *Rows) Int(id ID, c int) (value int64, ok bool) {
	body := r.body(id)
	return int64(binary.LittleEndian.Uint64(body[r.layout.at[c]:])), !isNull(body, c)
}

// Batch returns rows as a new batch, in the order of ids. None is a row of NULLs.
func (r *Rows) Batch(ids []ID, beside batch.Beside) batch.Batch {
	cols := make([]batch.Vector, r.schema.Len())
	r.Append(ids, cols)
	defer Release(cols)
	return batch.New(r.schema, len(ids), cols, beside)
}

// Append appends rows to columns of the schema's types. An ARRAY or ROW column
// must be empty before, and is counted then: see Release.
func (r *Rows) Append(ids []ID, cols []batch.Vector) {
	for c := range cols {
		r.Column(c, ids, &cols[c])
	}
}

// Release gives back the ARRAY and ROW columns that Append made.
func Release(cols []batch.Vector) {
	for i := range cols {
		if cols[i].Nested != nil {
			cols[i].Nested.Release()
		}
	}
}

// Column is Append for one column.
func (r *Rows) Column(c int, ids []ID, out *batch.Vector) {
	out.Type = r.layout.types[c]
	if out.Type.Lane() == batch.LaneNested {
		r.nested(c, ids, out)
		return
	}
	from := out.Len
	r.values(c, ids, out)
	out.Len = from + len(ids)
	if out.Valid == nil && !isNull(r.nulls, c) && !slices.Contains(ids, None) {
		return
	}
	if out.Valid != nil {
		out.Valid = slices.Grow(out.Valid, len(ids))
	}
	for i, id := range ids {
		switch null := id == None || isNull(r.body(id), c); {
		case null && out.Valid == nil:
			out.Valid = allTrue(from+i, out.Len)
			fallthrough
		case out.Valid != nil:
			out.Valid = append(out.Valid, !null)
		}
	}
}

func allTrue(n, capacity int) []bool {
	valid := make([]bool, n, capacity)
	for i := range valid {
		valid[i] = true
	}
	return valid
}

// values appends the values of a column without regard to NULLs, which are zero.
func (r *Rows) values(c int, ids []ID, out *batch.Vector) {
	switch out.Type.Lane() {
	case batch.LaneInt:
		out.I64 = slices.Grow(out.I64, len(ids))
		for _, id := range ids {
			out.I64 = append(out.I64, int64(r.word(c, id)))
		}
	case batch.LaneFloat:
		out.F64 = slices.Grow(out.F64, len(ids))
		for _, id := range ids {
			out.F64 = append(out.F64, math.Float64frombits(r.word(c, id)))
		}
	case batch.LaneBool:
		out.Bool = slices.Grow(out.Bool, len(ids))
		for _, id := range ids {
			out.Bool = append(out.Bool, id != None && r.body(id)[r.layout.at[c]] != 0)
		}
	case batch.LaneDecimal:
		out.Dec = slices.Grow(out.Dec, len(ids))
		for _, id := range ids {
			out.Dec = append(out.Dec, r.decimal(c, id))
		}
	case batch.LaneBytes:
		r.texts(c, ids, out)
	}
}

func (r *Rows) word(c int, id ID) uint64 {
	if id == None {
		return 0
	}
	return binary.LittleEndian.Uint64(r.body(id)[r.layout.at[c]:])
}

func (r *Rows) decimal(c int, id ID) decimal128.Num {
	if id == None {
		return decimal128.Num{}
	}
	at := r.body(id)[r.layout.at[c]:]
	return decimal128.New(int64(binary.LittleEndian.Uint64(at[8:])), binary.LittleEndian.Uint64(at))
}

func (r *Rows) texts(c int, ids []ID, out *batch.Vector) {
	if len(out.Off) == 0 {
		out.Off = append(slices.Grow(out.Off, len(ids)+1), 0)
	}
	for _, id := range ids {
		if id != None {
			out.Buf = append(out.Buf, r.layout.span(r.body(id), c)...)
		}
		out.Off = append(out.Off, int32(len(out.Buf)))
	}
}

func (r *Rows) nested(c int, ids []ID, out *batch.Vector) {
	b := array.NewBuilder(memory.DefaultAllocator, out.Type.Arrow())
	defer b.Release()
	b.Reserve(len(ids))
	for _, id := range ids {
		if id == None || isNull(r.body(id), c) {
			b.AppendNull()
			continue
		}
		decode(r.layout.span(r.body(id), c), out.Type, b)
	}
	out.Nested, out.Len = b.NewArray(), len(ids)
}
