// Package sortkey writes rows as bytes that compare as ORDER BY asks, so that
// rows which lie apart are put in order without a look at their columns.
package sortkey

import (
	"bytes"
	"encoding/binary"
	"math"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// Keys writes the keys of rows: bytes that compare as Order asks, and after them
// bytes that compare as the columns Ties do, NULL first. No key begins with
// another one.
type Keys struct {
	Order []aggregate.SortKey
	Ties  []int
}

// Columns is the key columns of a batch, borrowed like the batch.
type Columns struct {
	order, ties []batch.Vector
}

// Columns returns the key columns of a batch.
func (k Keys) Columns(b batch.Batch) Columns {
	order := make([]int, len(k.Order))
	for i, o := range k.Order {
		order[i] = o.Column
	}
	return Columns{order: aggregate.Keys(b, order), ties: aggregate.Keys(b, k.Ties)}
}

// Append appends the key of a row, and says how long its part of ORDER BY is.
func (k Keys) Append(dst []byte, c Columns, row int) (key []byte, order int) {
	start := len(dst)
	for i, o := range k.Order {
		dst = appendValue(dst, &c.order[i], row, o)
	}
	order = len(dst) - start
	for i := range c.ties {
		dst = appendValue(dst, &c.ties[i], row, aggregate.SortKey{NullsFirst: true})
	}
	return dst, order
}

// Prefix orders rows as far as one word can: a smaller one means an earlier row.
func (k Keys) Prefix(c Columns, row int) uint64 {
	if len(k.Order) == 0 {
		return 0
	}
	v, o := &c.order[0], k.Order[0]
	switch {
	case !valid(v, row) && o.NullsFirst:
		return 0
	case !valid(v, row):
		return math.MaxUint64
	}
	word := head(v, row)
	if o.Desc {
		return ^word
	}
	return word
}

// head is the most significant word of a value.
func head(v *batch.Vector, row int) uint64 {
	at := v.At(row)
	switch v.Type.Lane() {
	case batch.LaneInt:
		return signed(v.I64[at])
	case batch.LaneFloat:
		return floating(v.F64[at])
	case batch.LaneBool:
		return uint64(one(v.Bool[at]))
	case batch.LaneDecimal:
		return signed(v.Dec[at].HighBits())
	case batch.LaneBytes:
		var word [8]byte
		copy(word[:], v.Bytes(row))
		return binary.BigEndian.Uint64(word[:])
	}
	return 0
}

// valid knows also of nested columns, which have their own NULLs.
func valid(v *batch.Vector, row int) bool {
	if v.Nested != nil {
		return !v.Nested.IsNull(row)
	}
	return v.IsValid(row)
}

func appendValue(dst []byte, v *batch.Vector, row int, o aggregate.SortKey) []byte {
	ok := valid(v, row)
	dst = append(dst, one(ok == o.NullsFirst))
	if !ok {
		return dst
	}
	start := len(dst)
	dst = appendPlain(dst, v, row)
	if o.Desc {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

func appendPlain(dst []byte, v *batch.Vector, row int) []byte {
	at := v.At(row)
	switch v.Type.Lane() {
	case batch.LaneInt:
		return binary.BigEndian.AppendUint64(dst, signed(v.I64[at]))
	case batch.LaneFloat:
		return binary.BigEndian.AppendUint64(dst, floating(v.F64[at]))
	case batch.LaneBool:
		return append(dst, one(v.Bool[at]))
	case batch.LaneDecimal:
		dst = binary.BigEndian.AppendUint64(dst, signed(v.Dec[at].HighBits()))
		return binary.BigEndian.AppendUint64(dst, v.Dec[at].LowBits())
	case batch.LaneBytes:
		return appendText(dst, v.Bytes(row))
	}
	return appendText(dst, batch.ValueJSON(v.Nested, row))
}

// appendText ends a text with two zero bytes; a zero within is followed by 255.
func appendText(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, 0)
		if i < 0 {
			return append(append(dst, text...), 0, 0)
		}
		dst = append(append(dst, text[:i]...), 0, 0xff)
		text = text[i+1:]
	}
}

func signed(x int64) uint64 { return uint64(x) ^ 1<<63 }

// floating has -0 equal to 0, and NaN as the greatest value.
func floating(f float64) uint64 {
	switch {
	case f != f:
		return math.MaxUint64
	case f == 0:
		f = 0
	}
	bits := math.Float64bits(f)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func one(b bool) byte {
	if b {
		return 1
	}
	return 0
}
