package series

import (
	"cmp"
	"container/heap"
	"slices"

	"kinesql/operators/state"
	"kinesql/window"
)

// entry is a row with its time and partition.
type entry struct {
	time int64
	id   state.ID
	part uint32
}

// run is rows of one batch that wait, by time.
type run []entry

// waiting gives rows out by time. It is a heap of runs by their first row.
type waiting []run

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i][0].time < w[j][0].time }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

// Push implements heap.Interface.
func (w *waiting) Push(x any) { *w = append(*w, x.(run)) }

// Pop implements heap.Interface.
func (w *waiting) Pop() any {
	n := len(*w) - 1
	last := (*w)[n]
	(*w)[n] = nil
	*w = (*w)[:n]
	return last
}

// add takes over the rows of a batch.
func (w *waiting) add(r run) {
	if len(r) == 0 {
		return
	}
	byTime := func(a, b entry) int { return cmp.Compare(a.time, b.time) }
	if !slices.IsSortedFunc(r, byTime) {
		slices.SortStableFunc(r, byTime)
	}
	heap.Push(w, r)
}

// next appends the rows of the least time to out, if it is before wm.
func (w *waiting) next(wm window.Micros, out []entry) []entry {
	for len(*w) > 0 {
		r := (*w)[0]
		if window.Micros(r[0].time) >= wm || len(out) > 0 && out[0].time != r[0].time {
			break
		}
		n := 1
		for n < len(r) && r[n].time == r[0].time {
			n++
		}
		out = append(out, r[:n]...)
		if n == len(r) {
			heap.Pop(w)
		} else {
			(*w)[0] = r[n:]
			heap.Fix(w, 0)
		}
	}
	return out
}
