package windowed

import (
	"time"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// known is the keys whose empty windows are shown: those that windows closed so far
// held rows of. A key is known from the first such window on, whatever the order
// in which rows came; with a time to live, until no window has held a row of it
// for so long.
type known struct {
	table aggregate.Table
	types []batch.Type
	ttl   window.Micros
	last  []window.Micros // by key: the end of the last window that held rows of it
	ids   []uint32
	rows  []int32
}

func newKnown(types []batch.Type, ttl time.Duration) *known {
	table, _ := aggregate.NewTable(types) // newRevising has checked the types
	return &known{table: table, types: types, ttl: window.Micros(ttl.Microseconds())}
}

// note makes the groups of a window known.
func (k *known) note(w *live, groups []uint32) {
	keys, rows := k.keys(w.table, groups)
	k.ids = make([]uint32, len(groups))
	k.table.Assign(keys, rows, k.ids)
	for len(k.last) < k.table.Len() {
		k.last = append(k.last, window.Min)
	}
	for _, id := range k.ids {
		k.last[id] = max(k.last[id], w.end)
	}
}

// keys returns the keys of groups, and their row numbers.
func (k *known) keys(table aggregate.Table, groups []uint32) ([]batch.Vector, []int32) {
	keys := make([]batch.Vector, len(k.types))
	for c := range keys {
		keys[c].Type = k.types[c]
		table.Append(c, groups, &keys[c])
	}
	for len(k.rows) < len(groups) {
		k.rows = append(k.rows, int32(len(k.rows)))
	}
	return keys, k.rows[:len(groups)]
}

// fill makes all known keys groups of a window, and forgets those that have lived
// too long.
func (k *known) fill(w *live) {
	var live, gone []uint32
	for id, last := range k.last {
		switch {
		case last == window.Min:
		case k.ttl > 0 && last < w.end && w.end-last > k.ttl:
			gone = append(gone, uint32(id))
			k.last[id] = window.Min
		default:
			live = append(live, uint32(id))
		}
	}
	k.table.Remove(gone)
	k.join(w, k.table, live)
	w.filled = true
}

// join makes keys groups of a window.
func (k *known) join(w *live, from aggregate.Table, ids []uint32) {
	if len(ids) == 0 {
		return
	}
	keys, rows := k.keys(from, ids)
	w.assign(keys, rows)
}

// any reports whether there is a key.
func (k *known) any() bool { return k != nil && k.table.Live() > 0 }
