package json

import (
	"math"

	"kinesql/operators/batch"
)

// commit appends the values of the record at hand to all columns, and ends the
// row.
func (d *decoder) commit(out *batch.Builder) {
	for c := range d.values {
		d.append(c, out)
	}
	out.EndRow()
}

// append appends the value of column c.
func (d *decoder) append(c int, out *batch.Builder) {
	v := &d.values[c]
	col := &out.Cols[c]
	lane := d.columns[c].lane
	if v.null && lane != batch.LaneNested {
		out.Null(c)
		return
	}
	switch lane {
	case batch.LaneInt:
		col.I64 = append(col.I64, v.bits)
	case batch.LaneBytes:
		col.Buf = append(col.Buf, d.read.bytes(v)...)
		col.Off = append(col.Off, int32(len(col.Buf)))
	case batch.LaneFloat:
		col.F64 = append(col.F64, math.Float64frombits(uint64(v.bits)))
	case batch.LaneBool:
		col.Bool = append(col.Bool, v.bits != 0)
	case batch.LaneDecimal:
		col.Dec = append(col.Dec, d.decimals[c])
	case batch.LaneNested:
		d.columns[c].nested.append(&d.read, d.spanOf(v), out.Nested[c])
	}
}

// spanOf is the place of a nested value that has been checked.
func (d *decoder) spanOf(v *value) span {
	if v.null {
		return span{}
	}
	return span{start: v.start, end: v.end, kind: kindOf[d.read.b[v.start]]}
}
