package windowed

import "kinesql/operators/batch"

// sameRows reports whether two rows of the same columns are equal.
func sameRows(cols []batch.Vector, a, b int) bool {
	for c := range cols {
		v := &cols[c]
		if v.IsValid(a) != v.IsValid(b) || v.IsValid(a) && !sameValues(v, a, b) {
			return false
		}
	}
	return true
}

func sameValues(v *batch.Vector, a, b int) bool {
	switch v.Type.Lane() {
	case batch.LaneInt:
		return v.I64[a] == v.I64[b]
	case batch.LaneFloat:
		x, y := v.F64[a], v.F64[b]
		return x == y || x != x && y != y
	case batch.LaneBool:
		return v.Bool[a] == v.Bool[b]
	case batch.LaneDecimal:
		return v.Dec[a] == v.Dec[b]
	}
	return v.Str(a) == v.Str(b)
}

// truncate leaves the first n rows of a computed column.
func truncate(v *batch.Vector, n int) {
	v.Len = n
	if v.Valid != nil {
		v.Valid = v.Valid[:n]
	}
	switch v.Type.Lane() {
	case batch.LaneInt:
		v.I64 = v.I64[:n]
	case batch.LaneFloat:
		v.F64 = v.F64[:n]
	case batch.LaneBool:
		v.Bool = v.Bool[:n]
	case batch.LaneDecimal:
		v.Dec = v.Dec[:n]
	case batch.LaneBytes:
		v.Off = v.Off[:min(n+1, len(v.Off))]
		v.Buf = v.Buf[:endOf(v.Off)]
	}
}

func endOf(offsets []int32) int32 {
	if len(offsets) == 0 {
		return 0
	}
	return offsets[len(offsets)-1]
}
