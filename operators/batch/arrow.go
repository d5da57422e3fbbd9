package batch

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// array returns the vector as a counted Arrow array of n rows laid out as t.
func (v *Vector) array(t Type, n int) arrow.Array {
	if v.src != nil && v.src.Len() == n && arrow.TypeEqual(v.src.DataType(), t.Arrow()) {
		v.src.Retain()
		return v.src
	}
	if v.Const {
		spread := v.spread(n)
		return spread.array(t, n)
	}
	if v.Type.Lane() != t.Lane() || v.Len != n {
		panic(fmt.Sprintf("batch: a column of %d %s values given for %d of %s", v.Len, v.Type, n, t))
	}
	if t.Lane() == LaneNested {
		v.Nested.Retain()
		return v.Nested
	}
	bits, nulls := packed(v.Valid)
	buffers := append([]*memory.Buffer{bits}, v.buffers(t)...)
	data := array.NewData(t.Arrow(), n, buffers, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func (v *Vector) buffers(t Type) []*memory.Buffer {
	switch t.Lane() {
	case LaneFloat:
		return []*memory.Buffer{memory.NewBufferBytes(arrow.Float64Traits.CastToBytes(v.F64))}
	case LaneBool:
		bits, _ := packed(v.Bool)
		if bits == nil {
			bits = memory.NewBufferBytes(nil)
		}
		return []*memory.Buffer{bits}
	case LaneDecimal:
		return []*memory.Buffer{memory.NewBufferBytes(arrow.Decimal128Traits.CastToBytes(v.Dec))}
	case LaneBytes:
		off := v.Off
		if len(off) == 0 {
			off = []int32{0}
		}
		return []*memory.Buffer{
			memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(off)), memory.NewBufferBytes(v.Buf),
		}
	}
	if t.ID == Date {
		days := make([]int32, len(v.I64))
		for i, d := range v.I64 {
			days[i] = int32(d)
		}
		return []*memory.Buffer{memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(days))}
	}
	return []*memory.Buffer{memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(v.I64))}
}

// packed turns a bool a row into a bitmap, and counts the false ones.
func packed(set []bool) (bits *memory.Buffer, unset int) {
	if set == nil {
		return nil, 0
	}
	out := make([]byte, bitutil.BytesForBits(int64(len(set))))
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(set))), len(set))
	for i, b := range bytes {
		out[i>>3] |= b << (i & 7)
		unset += int(1 - b)
	}
	return memory.NewBufferBytes(out), unset
}

// Spread returns v with a value of its own for each row.
func (v *Vector) Spread() Vector {
	if !v.Const {
		return *v
	}
	return v.spread(v.Len)
}

func (v *Vector) spread(n int) Vector {
	return v.Take(make([]int32, n))
}

// Take returns the rows at the given indices, in that order, as a computed
// vector.
func (v *Vector) Take(rows []int32) Vector {
	out := Vector{Type: v.Type, Len: len(rows)}
	out.Valid = gather(v.Valid, rows)
	switch v.Type.Lane() {
	case LaneInt:
		out.I64 = gather(v.I64, rows)
	case LaneFloat:
		out.F64 = gather(v.F64, rows)
	case LaneBool:
		out.Bool = gather(v.Bool, rows)
	case LaneDecimal:
		out.Dec = gather[decimal128.Num](v.Dec, rows)
	case LaneBytes:
		out.Off, out.Buf = v.gatherBytes(rows)
	case LaneNested:
		out.Nested = takeNested(v.Nested, rows)
		out.src = out.Nested
	}
	return out
}

func gather[T any](in []T, rows []int32) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = in[r]
	}
	return out
}

func (v *Vector) gatherBytes(rows []int32) ([]int32, []byte) {
	total := 0
	for _, r := range rows {
		total += int(v.Off[r+1] - v.Off[r])
	}
	off, buf := make([]int32, 1, len(rows)+1), make([]byte, 0, total)
	for _, r := range rows {
		buf = append(buf, v.Buf[v.Off[r]:v.Off[r+1]]...)
		off = append(off, int32(len(buf)))
	}
	return off, buf
}
