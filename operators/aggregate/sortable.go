package aggregate

import (
	"bytes"
	"encoding/binary"
	"math"

	"kinesql/operators/batch"
)

const signBit = 1 << 63

// appendSortable appends the value of row r, which is not NULL, in a form whose
// bytes sort as values do; see bytesTable. Last leaves out the end of a string.
func appendSortable(dst []byte, v *batch.Vector, r int32, last bool) []byte {
	switch v.Type.Lane() {
	case batch.LaneInt:
		return binary.BigEndian.AppendUint64(dst, uint64(v.I64[r])^signBit)
	case batch.LaneFloat:
		return binary.BigEndian.AppendUint64(dst, sortable(floatKey(v.F64[r])))
	case batch.LaneBool:
		if v.Bool[r] {
			return append(dst, 1)
		}
		return append(dst, 0)
	case batch.LaneDecimal:
		dst = binary.BigEndian.AppendUint64(dst, uint64(v.Dec[r].HighBits())^signBit)
		return binary.BigEndian.AppendUint64(dst, v.Dec[r].LowBits())
	}
	b := v.Buf[v.Off[r]:v.Off[r+1]]
	if last {
		return append(dst, b...)
	}
	return appendEnded(dst, b)
}

// appendEnded appends a string with 0 written as 0 255, and the end 0 0.
func appendEnded(dst, b []byte) []byte {
	for {
		zero := bytes.IndexByte(b, 0)
		if zero < 0 {
			return append(append(dst, b...), 0, 0)
		}
		dst = append(append(dst, b[:zero]...), 0, 255)
		b = b[zero+1:]
	}
}

// sortable maps the bits of a float to an integer of the same order.
func sortable(f uint64) uint64 {
	if f&signBit != 0 {
		return ^f
	}
	return f | signBit
}

func unsortable(s uint64) float64 {
	if s&signBit != 0 {
		return math.Float64frombits(s &^ signBit)
	}
	return math.Float64frombits(^s)
}

// appendSortKey appends row r's value of an ORDER BY column.
func appendSortKey(dst []byte, key SortKey, v *batch.Vector, r int32) []byte {
	if !v.IsValid(int(r)) {
		if key.NullsFirst {
			return append(dst, 0)
		}
		return append(dst, 2)
	}
	from := len(dst) + 1
	dst = appendSortable(append(dst, 1), v, r, false)
	if key.Desc {
		for i := from; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}
