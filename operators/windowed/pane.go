package windowed

import (
	"cmp"
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// pane is the groups of a piece of event time. For a tumble or an attached
// window it is the window; for a hop, a piece of several windows.
type pane struct {
	paneKey
	table  aggregate.Table
	states *aggregate.States
	rows   []int32        // of the batch being taken in
	ids    []uint32       // what all returns
	count  int64          // changes that came
	whole  bool           // counts in all windows of its time
	held   int64          // bytes counted in panes.bytes
	keys   []batch.Vector // scratch of merge
}

// paneKey tells panes apart. Rows that came too late for the first windows of
// their piece of time are in a pane of their own.
type paneKey struct {
	start window.Micros
	enter window.Micros // the end of the first window that counts the rows
}

func comparePanes(a, b paneKey) int {
	return cmp.Or(cmp.Compare(a.enter, b.enter), cmp.Compare(a.start, b.start))
}

// panes holds the panes that are in no closed window yet.
type panes struct {
	set   *aggregate.Set
	types []batch.Type // of the keys
	byKey map[paneKey]*pane
	queue []*pane // in the order of comparePanes
	free  []*pane
	bytes int64 // of the panes in the queue and the free ones
}

// maxFree is how many emptied panes are kept for new ones.
const maxFree = 16

func newPanes(set *aggregate.Set, in *batch.Schema, keys []int) (*panes, error) {
	p := &panes{set: set, byKey: map[paneKey]*pane{}, types: make([]batch.Type, len(keys))}
	for i, k := range keys {
		p.types[i] = in.Field(k).Type
	}
	_, err := aggregate.NewTable(p.types)
	return p, err
}

// at returns the pane of a key, made if need be.
func (p *panes) at(key paneKey) *pane {
	if found := p.byKey[key]; found != nil {
		return found
	}
	made := p.empty()
	made.paneKey = key
	p.byKey[key] = made
	i, _ := slices.BinarySearchFunc(p.queue, key, func(q *pane, k paneKey) int { return comparePanes(q.paneKey, k) })
	p.queue = slices.Insert(p.queue, i, made)
	return made
}

// empty returns a pane without rows that is not in the queue.
func (p *panes) empty() *pane {
	if n := len(p.free); n > 0 {
		made := p.free[n-1]
		p.free = p.free[:n-1]
		p.forget(made)
		return made
	}
	table, _ := aggregate.NewTable(p.types) // newPanes has checked the types
	return &pane{table: table, states: p.set.New()}
}

// first returns the end at which the next pane enters.
func (p *panes) first() (window.Micros, bool) {
	if len(p.queue) == 0 {
		return 0, false
	}
	return p.queue[0].enter, true
}

// until takes out the panes that enter at end or before.
func (p *panes) until(end window.Micros) []*pane {
	n := 0
	for n < len(p.queue) && p.queue[n].enter <= end {
		delete(p.byKey, p.queue[n].paneKey)
		p.forget(p.queue[n])
		n++
	}
	out := slices.Clone(p.queue[:n])
	p.queue = slices.Delete(p.queue, 0, n)
	return out
}

// recycle empties a pane for reuse.
func (p *panes) recycle(old *pane) {
	if len(p.free) >= maxFree {
		return
	}
	old.table.Clear()
	old.states.Clear()
	old.count = 0
	p.free = append(p.free, old)
	p.measure(old)
}

// add adds the rows picked for the pane.
func (p *pane) add(in *aggregate.Input, keys []batch.Vector, ids []uint32) {
	ids = ids[:len(p.rows)]
	p.table.Assign(keys, p.rows, ids)
	p.states.Grow(p.table.Len())
	p.states.Apply(in, p.rows, ids)
	p.count += int64(len(ids))
	p.rows = p.rows[:0]
}

// merge adds the groups of another pane, and returns the ids they have here.
func (p *pane) merge(from *pane, types []batch.Type) []uint32 {
	n := from.table.Len()
	rows, src, dst := from.numbers(n), from.all(), make([]uint32, n)
	keys := p.emptyKeys(types)
	for c := range keys {
		from.table.Append(c, src, &keys[c])
	}
	p.table.Assign(keys, rows, dst)
	p.states.Grow(p.table.Len())
	p.states.Merge(from.states, src, dst)
	p.count += from.count
	return dst
}

// emptyKeys returns key columns without a row, in memory that is used again: tables
// copy keys.
func (p *pane) emptyKeys(types []batch.Type) []batch.Vector {
	if p.keys == nil {
		p.keys = make([]batch.Vector, len(types))
	}
	for c := range p.keys {
		v := &p.keys[c]
		*v = batch.Vector{
			Type: types[c], I64: v.I64[:0], F64: v.F64[:0], Bool: v.Bool[:0], Dec: v.Dec[:0], Off: v.Off[:0], Buf: v.Buf[:0],
		}
	}
	return p.keys
}

// all returns the ids of all groups of a pane from which none was removed,
// borrowed from the pane.
func (p *pane) all() []uint32 {
	n := p.table.Len()
	for i := len(p.ids); i < n; i++ {
		p.ids = append(p.ids, uint32(i))
	}
	return p.ids[:n]
}

// numbers returns 0 to n-1 in the memory of the picked rows, of which there are
// none now.
func (p *pane) numbers(n int) []int32 {
	p.rows = slices.Grow(p.rows[:0], n)
	for i := range n {
		p.rows = append(p.rows, int32(i))
	}
	numbers := p.rows
	p.rows = p.rows[:0]
	return numbers
}
