package aggregate

import "kinesql/operators/batch"

// interleave takes row r/2 of before where r is even and of after where odd.
func interleave(before, after *batch.Vector, rows []int32) batch.Vector {
	out := batch.Vector{Type: after.Type}
	for _, r := range rows {
		from := before
		if r&1 != 0 {
			from = after
		}
		appendRow(&out, from, int(r/2))
	}
	return out
}

// appendRow appends row i of a column.
func appendRow(out, from *batch.Vector, i int) {
	if !from.IsValid(i) {
		appendNull(out)
		return
	}
	switch from.Type.Lane() {
	case batch.LaneInt:
		appendInt(out, from.I64[i])
	case batch.LaneFloat:
		appendFloat(out, from.F64[i])
	case batch.LaneBool:
		appendBool(out, from.Bool[i])
	case batch.LaneDecimal:
		appendDecimal(out, from.Dec[i])
	case batch.LaneBytes:
		appendBytes(out, from.Bytes(i))
	}
}

// sameRows reports whether row i of a is row k of b.
func sameRows(a []batch.Vector, i int, b []batch.Vector, k int) bool {
	for c := range b {
		x, y := &a[c], &b[c]
		if x.IsValid(i) != y.IsValid(k) {
			return false
		}
		if x.IsValid(i) && !sameValues(x, i, y, k) {
			return false
		}
	}
	return true
}

func sameValues(x *batch.Vector, i int, y *batch.Vector, k int) bool {
	switch x.Type.Lane() {
	case batch.LaneInt:
		return x.I64[i] == y.I64[k]
	case batch.LaneFloat:
		return compareFloats(x.F64[i], y.F64[k]) == 0
	case batch.LaneBool:
		return x.Bool[i] == y.Bool[k]
	case batch.LaneDecimal:
		return x.Dec[i] == y.Dec[k]
	}
	return x.Str(i) == y.Str(k)
}
