package rank

import (
	"kinesql/operators"
	"kinesql/window"
)

// OpenWindows implements operators.Windower. Its rows are those that are kept: no
// more of a key than the bound lets through.
func (o *finalOp) OpenWindows(most int) []operators.OpenWindow {
	return o.window.list(most, &o.lists)
}

// OpenWindows implements operators.Windower, as that of the rank shown once.
func (o *changesOp) OpenWindows(most int) []operators.OpenWindow {
	return o.window.list(most, &o.lists)
}

// list tells of the windows that are open.
func (w *windows) list(most int, rows *lists) []operators.OpenWindow {
	out := operators.NewFirstWindows(most)
	if w.column < 0 {
		return nil
	}
	for end, keys := range w.open {
		open := operators.OpenWindow{Start: window.Min, End: end}
		seen := map[uint32]bool{}
		for _, k := range keys {
			if n := rows.len(k); n > 0 && w.ends[k] == end && !seen[k] {
				seen[k] = true
				open.Rows += int64(n)
				open.Groups++
			}
		}
		out.Add(open)
	}
	return out.List()
}
