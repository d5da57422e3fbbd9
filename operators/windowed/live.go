package windowed

import (
	"cmp"
	"fmt"
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// live is the groups of a window that may still change.
type live struct {
	bounds
	aggregate.Revision
	table  aggregate.Table
	states *aggregate.States
	counts []int64 // by group: its rows
	closed bool    // the watermark has reached its end
	filled bool    // all known keys are groups of it: those without rows are shown
	waits  bool    // it is among those that wait to be shown

	added, taken []int32 // rows of the batch being taken in
	ids          []uint32
}

// present reports whether a group has a row in the result.
func (w *live) present(id uint32) bool { return w.counts[id] != 0 || w.filled }

// grow makes room for the groups of the table.
func (w *live) grow() {
	n := w.table.Len()
	w.states.Grow(n)
	w.Grow(n)
	for len(w.counts) < n {
		w.counts = append(w.counts, 0)
	}
}

// assign returns the ids of the keys of rows, borrowed until the next call.
func (w *live) assign(keys []batch.Vector, rows []int32) []uint32 {
	w.ids = slices.Grow(w.ids[:0], len(rows))[:len(rows)]
	w.table.Assign(keys, rows, w.ids)
	w.grow()
	w.Touch(w.states, w.ids)
	return w.ids
}

// take counts the rows picked for the window.
func (w *live) take(in *aggregate.Input, keys []batch.Vector) error {
	if len(w.added) > 0 {
		ids := w.assign(keys, w.added)
		for _, id := range ids {
			w.counts[id]++
		}
		w.states.Add(in, w.added, ids)
		w.added = w.added[:0]
	}
	if len(w.taken) == 0 {
		return nil
	}
	ids := w.assign(keys, w.taken)
	for _, id := range ids {
		if w.counts[id]--; w.counts[id] < 0 {
			return fmt.Errorf("the window from %s to %s is to take back a row that it never had", w.start, w.end)
		}
	}
	w.states.Retract(in, w.taken, ids)
	w.taken = w.taken[:0]
	return w.states.Fault()
}

// drop forgets groups without a row in the result.
func (w *live) drop(ids []uint32) {
	for _, id := range ids {
		w.Forget(id)
	}
	w.states.Reset(ids)
	w.table.Remove(ids)
}

// lives is the windows that may still change, in the order of their ends.
type lives struct {
	set   *aggregate.Set
	types []batch.Type
	queue []*live
	open  int // queue[open:] are not closed
}

func compareBounds(a, b bounds) int {
	return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start))
}

func (l *lives) find(s bounds) (int, bool) {
	return slices.BinarySearchFunc(l.queue, s, func(w *live, s bounds) int { return compareBounds(w.bounds, s) })
}

// at returns a window, made if need be; closed says what it is then.
func (l *lives) at(s bounds, closed bool) *live {
	i, ok := l.find(s)
	if ok {
		return l.queue[i]
	}
	table, _ := aggregate.NewTable(l.types) // newRevising has checked the types
	made := &live{bounds: s, table: table, states: l.set.New(), closed: closed}
	l.queue = slices.Insert(l.queue, i, made)
	if closed {
		l.open++
	}
	return made
}

// next is the first window that has not closed.
func (l *lives) next() (*live, bool) {
	if l.open == len(l.queue) {
		return nil, false
	}
	return l.queue[l.open], true
}

// forget drops the windows that end at t or before.
func (l *lives) forget(t window.Micros) {
	n := 0
	for n < l.open && l.queue[n].end <= t {
		n++
	}
	l.queue = slices.Delete(l.queue, 0, n)
	l.open -= n
}
