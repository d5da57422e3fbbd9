package generator

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"kinesql/operators/batch"
)

// cell is one value of a row.
type cell struct {
	null bool
	num  int64   // integers and instants
	dbl  float64 // REAL, DOUBLE
	text []byte
	row  []cell // of a ROW, by member
}

func (c *cell) set(text string) { c.null, c.text = false, append(c.text[:0], text...) }

func (c *cell) setNum(v int64) { c.null, c.num = false, v }

func (c *cell) setDbl(v float64) { c.null, c.dbl = false, v }

// members returns the cell's members, n of them.
func (c *cell) members(n int) []cell {
	if c.null = false; c.row == nil {
		c.row = make([]cell, n)
	}
	return c.row
}

var nullCell = cell{null: true}

// at follows a path of member indexes.
func at(row []cell, path []int) *cell {
	c := &row[path[0]]
	for _, i := range path[1:] {
		if c.null {
			return &nullCell
		}
		c = &c.row[i]
	}
	return c
}

// pathOf turns names into member indexes.
func pathOf(fields []batch.Field, names []string) (path []int, err error) {
	for _, name := range names {
		i := find(fields, name)
		if i < 0 {
			return nil, fmt.Errorf("the generator has no value %q", names)
		}
		path, fields = append(path, i), fields[i].Type.Fields
	}
	return path, nil
}

// appendTo appends the cell to column i of a batch.
func (c *cell) appendTo(out *batch.Builder, i int) {
	if out.Nested[i] != nil {
		c.appendNested(out.Nested[i])
		return
	}
	if c.null {
		out.Null(i)
		return
	}
	v := &out.Cols[i]
	switch v.Type.Lane() {
	case batch.LaneInt:
		v.I64 = append(v.I64, c.num)
	case batch.LaneFloat:
		v.F64 = append(v.F64, c.dbl)
	case batch.LaneBytes:
		v.Buf = append(v.Buf, c.text...)
		v.Off = append(v.Off, int32(len(v.Buf)))
	default:
		panic("generator: no kind has values of type " + v.Type.String())
	}
}

func (c *cell) appendNested(to array.Builder) {
	if c.null {
		to.AppendNull()
		return
	}
	switch to := to.(type) {
	case *array.StructBuilder:
		to.Append(true)
		for i := range c.row {
			c.row[i].appendNested(to.FieldBuilder(i))
		}
	case *array.Int64Builder:
		to.Append(c.num)
	case *array.Float64Builder:
		to.Append(c.dbl)
	case *array.TimestampBuilder:
		to.Append(arrow.Timestamp(c.num))
	case *array.StringBuilder:
		to.Append(string(c.text))
	default:
		panic(fmt.Sprintf("generator: no kind has values for %T", to))
	}
}
