package batch

// takeKinds returns the kinds of the given rows. An update of which only one
// half is taken, or whose halves come apart, becomes a Delete and an Insert.
func takeKinds(kinds []Kind, rows []int32) []Kind {
	out := gather(kinds, rows)
	for i, k := range out {
		switch {
		case k == UpdateBefore && (i+1 == len(out) || rows[i+1] != rows[i]+1):
			out[i] = Delete
		case k == UpdateAfter && (i == 0 || rows[i-1] != rows[i]-1):
			out[i] = Insert
		}
	}
	return out
}

// cutKinds is takeKinds for rows [from, to). It copies only where it cuts an
// update in two.
func cutKinds(kinds []Kind, from, to int) []Kind {
	out := cut(kinds, from, to)
	if len(out) == 0 {
		return out
	}
	first, last := out[0] == UpdateAfter, out[len(out)-1] == UpdateBefore
	if !first && !last {
		return out
	}
	out = append([]Kind(nil), out...)
	if first {
		out[0] = Insert
	}
	if last {
		out[len(out)-1] = Delete
	}
	return out
}
