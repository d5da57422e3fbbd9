package state

import (
	"encoding/binary"
	"math"

	"kinesql/operators/batch"
)

// layout is how a row lies in its record: a bit a column that says NULL, then the
// columns in words of their own width, where text, ARRAY and ROW have the end of
// their bytes in what follows, then those bytes. A NULL is zeros and no bytes.
type layout struct {
	types  []batch.Type
	at     []int // by column, from the start of the record
	before []int // by column of bytes: the column whose end is its start, or -1
	fixed  int   // bytes before the variable part
}

func newLayout(schema *batch.Schema) layout {
	n := schema.Len()
	l := layout{types: make([]batch.Type, n), at: make([]int, n), before: make([]int, n), fixed: (n + 7) / 8}
	last := -1
	for i, f := range schema.Fields() {
		l.types[i], l.at[i], l.before[i] = f.Type, l.fixed, last
		switch f.Type.Lane() {
		case batch.LaneBool:
			l.fixed++
		case batch.LaneDecimal:
			l.fixed += 16
		case batch.LaneBytes, batch.LaneNested:
			l.fixed += 4
			last = i
		default:
			l.fixed += 8
		}
	}
	return l
}

// span is the bytes of a column of bytes in a record.
func (l *layout) span(body []byte, c int) []byte {
	from := 0
	if b := l.before[c]; b >= 0 {
		from = int(binary.LittleEndian.Uint32(body[l.at[b]:]))
	}
	to := int(binary.LittleEndian.Uint32(body[l.at[c]:]))
	return body[l.fixed+from : l.fixed+to]
}

func isNull(body []byte, c int) bool { return body[c>>3]>>(c&7)&1 != 0 }

// encoder writes rows of one batch.
type encoder struct {
	*layout
	cols  []batch.Vector
	trees []tree // by column, of ARRAY and ROW
}

func (l *layout) encoder(cols []batch.Vector) encoder {
	e := encoder{layout: l, cols: cols}
	for i := range cols {
		if l.types[i].Lane() == batch.LaneNested {
			if e.trees == nil {
				e.trees = make([]tree, len(cols))
			}
			e.trees[i] = newTree(cols[i])
		}
	}
	return e
}

// encode appends a row to dst, which is empty.
func (e *encoder) encode(dst []byte, row int) []byte {
	if cap(dst) < e.fixed {
		dst = make([]byte, 0, e.fixed+64)
	}
	dst = dst[:e.fixed]
	clear(dst)
	for c := range e.cols {
		v, at := &e.cols[c], e.at[c]
		lane := v.Type.Lane()
		if !v.IsValid(row) {
			dst[c>>3] |= 1 << (c & 7)
			if lane == batch.LaneBytes || lane == batch.LaneNested {
				binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-e.fixed))
			}
			continue
		}
		switch lane {
		case batch.LaneInt:
			binary.LittleEndian.PutUint64(dst[at:], uint64(v.I64[row]))
		case batch.LaneFloat:
			binary.LittleEndian.PutUint64(dst[at:], floatBits(v.F64[row]))
		case batch.LaneBool:
			dst[at] = boolByte(v.Bool[row])
		case batch.LaneDecimal:
			binary.LittleEndian.PutUint64(dst[at:], v.Dec[row].LowBits())
			binary.LittleEndian.PutUint64(dst[at+8:], uint64(v.Dec[row].HighBits()))
		case batch.LaneBytes:
			dst = append(dst, v.Buf[v.Off[row]:v.Off[row+1]]...)
			binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-e.fixed))
		case batch.LaneNested:
			dst = e.trees[c].encode(dst, row)
			binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-e.fixed))
		}
	}
	return dst
}

// floatBits knows one NaN.
func floatBits(f float64) uint64 {
	if f != f {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
