package encode

import (
	"encoding/base64"
	"math"
	"math/bits"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// cell writes the values of a column, or of what is nested in one.
type cell struct {
	batch.Vector
	members []cell   // ROW
	heads   []string // ROW: `{"a":`, `,"b":`
	items   *cell    // ARRAY
	starts  []int32  // ARRAY: row r holds items [starts[r], starts[r+1])
	dates   dates
	manner  manner
}

func newCell(v batch.Vector) cell {
	c := cell{Vector: v}
	switch v.Type.ID {
	case batch.Row:
		for i, f := range v.Type.Fields {
			c.members = append(c.members, newCell(v.Member(i)))
			c.heads = append(c.heads, head(i, f.Name))
		}
	case batch.Array:
		items, starts := v.Items()
		child := newCell(items)
		c.items, c.starts = &child, starts
	}
	return c
}

func newCells(b batch.Batch) []cell {
	cells := make([]cell, b.SQLSchema().Len())
	for i := range cells {
		cells[i] = newCell(b.Vector(i))
	}
	return cells
}

// head is what stands before the value of member i of an object.
func head(i int, name string) string {
	open := "{"
	if i > 0 {
		open = ","
	}
	return open + string(appendString(nil, []byte(name))) + ":"
}

// appendJSON appends the value of row i as JSON.
func (c *cell) appendJSON(dst []byte, i int) []byte {
	if c.Valid != nil && !c.Valid[i] {
		return append(dst, "null"...)
	}
	switch c.Type.ID {
	case batch.Char, batch.Varchar, batch.Null:
		return appendString(dst, c.Buf[c.Off[i]:c.Off[i+1]])
	case batch.TinyInt, batch.SmallInt, batch.Integer, batch.BigInt:
		return strconv.AppendInt(dst, c.I64[i], 10)
	case batch.Timestamp:
		dst = c.dates.appendTimestamp(append(dst, '"'), c.I64[i], 'T')
		return append(dst, 'Z', '"')
	case batch.Real, batch.Double:
		if x := c.F64[i]; math.IsNaN(x) || math.IsInf(x, 0) {
			return append(dst, "null"...)
		}
		return appendFloat(dst, c.F64[i], c.Type)
	case batch.Binary, batch.Varbinary:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), c.Bytes(i))
		return append(dst, '"')
	case batch.Date, batch.Time, batch.IntervalDay, batch.IntervalMonth:
		return append(c.appendText(append(dst, '"'), i), '"')
	}
	return c.appendText(dst, i)
}

// appendText appends the value of row i, which is not NULL, as plain text.
func (c *cell) appendText(dst []byte, i int) []byte {
	switch c.Type.ID {
	case batch.Boolean:
		return strconv.AppendBool(dst, c.Bool[i])
	case batch.Real, batch.Double:
		return appendFloat(dst, c.F64[i], c.Type)
	case batch.Decimal:
		return appendDecimal(dst, c.Dec[i], c.Type.Scale)
	case batch.Date:
		return appendDate(dst, c.I64[i])
	case batch.Time:
		return appendClock(dst, c.I64[i])
	case batch.Timestamp:
		return c.dates.appendTimestamp(dst, c.I64[i], ' ')
	case batch.IntervalDay:
		return appendInterval(dst, c.I64[i])
	case batch.IntervalMonth:
		return appendMonths(dst, c.I64[i])
	case batch.JSON:
		return appendOneLine(dst, c.Bytes(i))
	case batch.Array:
		return c.appendArray(dst, i)
	case batch.Row:
		return c.appendRow(dst, i)
	}
	if c.Type.Lane() == batch.LaneInt {
		return strconv.AppendInt(dst, c.I64[i], 10)
	}
	return append(dst, c.Bytes(i)...)
}

func (c *cell) appendArray(dst []byte, i int) []byte {
	dst = append(dst, '[')
	for j := c.starts[i]; j < c.starts[i+1]; j++ {
		if j > c.starts[i] {
			dst = append(dst, ',')
		}
		dst = c.items.appendJSON(dst, int(j))
	}
	return append(dst, ']')
}

func (c *cell) appendRow(dst []byte, i int) []byte {
	if len(c.members) == 0 {
		return append(dst, "{}"...)
	}
	for m := range c.members {
		dst = append(dst, c.heads[m]...)
		dst = c.members[m].appendJSON(dst, i)
	}
	return append(dst, '}')
}

// appendFloat writes the shortest text that reads back as x, without an
// exponent unless x is very small or large, as encoding/json does.
func appendFloat(dst []byte, x float64, t batch.Type) []byte {
	switch {
	case math.IsNaN(x):
		return append(dst, "NaN"...)
	case math.IsInf(x, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(x, -1):
		return append(dst, "-Infinity"...)
	}
	size := 64
	if t.ID == batch.Real {
		size = 32
	}
	layout := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		layout = 'e'
	}
	return strconv.AppendFloat(dst, x, layout, -1, size)
}

// appendDecimal writes n * 10^-scale with all of its scale's digits.
func appendDecimal(dst []byte, n decimal128.Num, scale int) []byte {
	if n.Sign() < 0 {
		dst, n = append(dst, '-'), n.Negate()
	}
	var room [40]byte
	digits := appendUint128(room[:0], uint64(n.HighBits()), n.LowBits())
	if scale <= 0 {
		return append(dst, digits...)
	}
	if point := len(digits) - scale; point > 0 {
		dst, digits = append(dst, digits[:point]...), digits[point:]
	} else {
		dst = append(dst, '0')
	}
	dst = append(dst, '.')
	for range scale - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

func appendUint128(dst []byte, high, low uint64) []byte {
	if high == 0 {
		return strconv.AppendUint(dst, low, 10)
	}
	const chunk = 1e19
	top, rest := bits.Div64(high%chunk, low, chunk)
	if high >= chunk {
		dst = strconv.AppendUint(dst, high/chunk, 10) // beyond 38 digits
	}
	dst = strconv.AppendUint(dst, top, 10)
	tail := strconv.AppendUint(nil, rest, 10)
	for range 19 - len(tail) {
		dst = append(dst, '0')
	}
	return append(dst, tail...)
}

// Text returns a value as the text formats show it, NULL as "NULL".
func Text(b batch.Batch, column, row int) string {
	c := newCell(b.Vector(column))
	if !c.IsValid(row) {
		return "NULL"
	}
	return string(c.appendText(nil, row))
}
