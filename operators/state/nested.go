package state

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// tree is a column with the columns nested in it.
type tree struct {
	v      batch.Vector
	starts []int32 // of the items of an ARRAY
	kids   []tree
}

func newTree(v batch.Vector) tree {
	t := tree{v: v}
	switch v.Type.ID {
	case batch.Array:
		items, starts := v.Items()
		t.starts, t.kids = starts, []tree{newTree(items)}
	case batch.Row:
		for i := range v.Type.Fields {
			t.kids = append(t.kids, newTree(v.Member(i)))
		}
	}
	return t
}

// encode appends a value: a byte that says whether it is there, then for an ARRAY
// the number of items and the items, for a ROW its members, else its bytes.
func (t *tree) encode(dst []byte, row int) []byte {
	v := &t.v
	if !v.IsValid(row) {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	switch v.Type.Lane() {
	case batch.LaneInt:
		return binary.LittleEndian.AppendUint64(dst, uint64(v.I64[row]))
	case batch.LaneFloat:
		return binary.LittleEndian.AppendUint64(dst, floatBits(v.F64[row]))
	case batch.LaneBool:
		return append(dst, boolByte(v.Bool[row]))
	case batch.LaneDecimal:
		dst = binary.LittleEndian.AppendUint64(dst, v.Dec[row].LowBits())
		return binary.LittleEndian.AppendUint64(dst, uint64(v.Dec[row].HighBits()))
	case batch.LaneBytes:
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v.Off[row+1]-v.Off[row]))
		return append(dst, v.Buf[v.Off[row]:v.Off[row+1]]...)
	}
	if v.Type.ID == batch.Row {
		for i := range t.kids {
			dst = t.kids[i].encode(dst, row)
		}
		return dst
	}
	from, to := t.starts[row], t.starts[row+1]
	dst = binary.LittleEndian.AppendUint32(dst, uint32(to-from))
	for i := from; i < to; i++ {
		dst = t.kids[0].encode(dst, int(i))
	}
	return dst
}

// decode appends the value at the head of src to a builder and returns what
// follows it.
func decode(src []byte, t batch.Type, b array.Builder) []byte {
	there := src[0] != 0
	src = src[1:]
	if !there {
		b.AppendNull()
		return src
	}
	switch t.Lane() {
	case batch.LaneNested:
		return decodeNested(src, t, b)
	case batch.LaneBool:
		b.(*array.BooleanBuilder).Append(src[0] != 0)
		return src[1:]
	case batch.LaneDecimal:
		low, high := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[8:])
		b.(*array.Decimal128Builder).Append(decimal128.New(int64(high), low))
		return src[16:]
	case batch.LaneBytes:
		n := 4 + binary.LittleEndian.Uint32(src)
		appendText(b, src[4:n])
		return src[n:]
	}
	appendNumber(b, binary.LittleEndian.Uint64(src))
	return src[8:]
}

func decodeNested(src []byte, t batch.Type, b array.Builder) []byte {
	if t.ID == batch.Row {
		rows := b.(*array.StructBuilder)
		rows.Append(true)
		for i, f := range t.Fields {
			src = decode(src, f.Type, rows.FieldBuilder(i))
		}
		return src
	}
	list := b.(*array.ListBuilder)
	list.Append(true)
	n := binary.LittleEndian.Uint32(src)
	src = src[4:]
	for range n {
		src = decode(src, *t.Elem, list.ValueBuilder())
	}
	return src
}

func appendText(b array.Builder, text []byte) {
	if s, ok := b.(*array.StringBuilder); ok {
		s.Append(string(text))
		return
	}
	b.(*array.BinaryBuilder).Append(text)
}

func appendNumber(b array.Builder, word uint64) {
	switch b := b.(type) {
	case *array.Int64Builder:
		b.Append(int64(word))
	case *array.Float64Builder:
		b.Append(math.Float64frombits(word))
	case *array.Date32Builder:
		b.Append(arrow.Date32(word))
	case *array.Time64Builder:
		b.Append(arrow.Time64(word))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(word))
	}
}
