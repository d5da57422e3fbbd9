package windowed

import (
	"cmp"
	"slices"

	"kinesql/operators"
	"kinesql/window"
)

// supposed is a window of a key as it would be were the watermark past all rows.
type supposed struct {
	first, last window.Micros
	rows        int64
	sealed      bool
}

// open tells of the windows that end behind the watermark, with the rows that wait
// placed as pass will place them.
func (s *staged) open(watermark window.Micros, out *operators.FirstWindows) {
	waits := s.waitingRows()
	for key := range s.heads {
		var list []supposed
		for id := range s.older(uint32(key)) {
			x := &s.list[id]
			list = append(list, supposed{x.first, x.last, int64(s.spans.rows[id]), s.is(id, sealed)})
		}
		slices.Reverse(list)
		for _, w := range waits[uint32(key)] {
			list = s.suppose(list, w)
		}
		for _, w := range list {
			if end := s.endOf(w); end > watermark {
				out.Add(operators.OpenWindow{Start: w.first, End: end, Rows: w.rows, Groups: 1})
			}
		}
	}
}

// suppose puts a row where settle would.
func (s *staged) suppose(list []supposed, w waiting) []supposed {
	t := s.list[w.id].first
	if n := len(list) - 1; n >= 0 && !list[n].sealed && s.endOf(list[n]) > w.until {
		at := &list[n]
		at.first, at.last, at.rows = min(at.first, t), max(at.last, t), at.rows+1
		return list
	}
	return append(list, supposed{first: t, last: t, rows: 1})
}

func (s *staged) endOf(w supposed) window.Micros { return min(w.last+s.gap, w.first+s.size) }

// waitingRows is the rows that wait, by key, in the order in which they are placed.
func (s *staged) waitingRows() map[uint32][]waiting {
	out := map[uint32][]waiting{}
	for _, first := range s.rows.lists {
		for i := first; i != 0; i = s.rows.next[i-1] {
			x := &s.list[i-1]
			out[x.key] = append(out[x.key], waiting{x.last, i - 1})
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b waiting) int { return cmp.Or(cmp.Compare(a.until, b.until), cmp.Compare(a.id, b.id)) })
	}
	return out
}
