package aggregate

import (
	"bytes"
	"cmp"

	"kinesql/operators/batch"
)

// Compare orders rows i and j of a column as the key asks.
func (k SortKey) Compare(v *batch.Vector, i, j int) int {
	iNull, jNull := !v.IsValid(i), !v.IsValid(j)
	if iNull || jNull {
		order := compareNulls(iNull, jNull)
		if k.NullsFirst {
			return order
		}
		return -order
	}
	order := compareValues(v, v.At(i), v.At(j))
	if k.Desc {
		return -order
	}
	return order
}

func compareValues(v *batch.Vector, i, j int) int {
	switch v.Type.Lane() {
	case batch.LaneInt:
		return cmp.Compare(v.I64[i], v.I64[j])
	case batch.LaneFloat:
		return compareFloats(v.F64[i], v.F64[j])
	case batch.LaneBool:
		return compareNulls(!v.Bool[i], !v.Bool[j])
	case batch.LaneDecimal:
		return v.Dec[i].Cmp(v.Dec[j])
	case batch.LaneBytes:
		return bytes.Compare(v.Bytes(i), v.Bytes(j))
	}
	return 0
}
