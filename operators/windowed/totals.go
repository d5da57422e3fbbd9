package windowed

import (
	"context"
	"slices"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/window"
)

// totals closes hops with a running total for each key: panes are added when
// they enter the window and taken back when they leave it.
type totals struct {
	panes *panes
	write *writer
	spec  window.Spec
	last  window.Micros // the end of the last window closed, if there was one

	all   *pane    // of the window; its ids are the keys'
	holds []uint32 // by id: how many panes of the window hold the key
	inner []entered
	from  int // inner[from:] are in the window
	lead  *leaders
}

// entered is what must be taken back when a pane leaves.
type entered struct {
	leave  window.Micros // the end of the last window that holds the pane
	ids    []uint32
	states *aggregate.States // by index in ids
	count  int64             // changes
}

func newTotals(p *panes, w *writer, spec window.Spec) *totals {
	t := &totals{panes: p, write: w, spec: spec, all: p.empty()}
	if !p.set.Changing() { // else a leader may hold no rows
		t.lead = newLeaders(w.top, t.all.states)
	}
	return t
}

func (t *totals) next() (window.Micros, bool) {
	if len(t.inner) > t.from && t.inner[len(t.inner)-1].leave > t.last {
		return t.last + t.spec.Slide, true
	}
	return t.panes.first()
}

func (t *totals) close(ctx context.Context, end window.Micros, out operators.Emitter) error {
	for _, p := range t.panes.until(end) {
		t.enter(p)
	}
	t.leave(end)
	t.last = end
	ids := t.likely()
	return t.write.window(ctx, out, end-t.spec.Size, end, t.all.table, t.all.states, ids)
}

// likely returns the keys of the window, or those that may be its first.
func (t *totals) likely() []uint32 {
	if t.lead == nil {
		return t.live()
	}
	return t.lead.choose(t.holds, t.all.table.Live(), t.live)
}

// enter adds a pane to the totals.
func (t *totals) enter(p *pane) {
	ids := t.all.merge(p, t.panes.types)
	if n := t.all.table.Len(); n > len(t.holds) {
		t.holds = append(t.holds, make([]uint32, n-len(t.holds))...)
	}
	for _, id := range ids {
		t.holds[id]++
	}
	if t.lead != nil {
		t.lead.changed(ids)
	}
	in := entered{
		leave: t.spec.LastStart(p.start) + t.spec.Size, ids: ids, states: p.states, count: p.count,
	}
	if p.states.Packs() {
		in.states = p.states.Pack(len(ids))
		t.panes.recycle(p)
	}
	at, _ := slices.BinarySearchFunc(t.inner[t.from:], in.leave+1, func(e entered, leave window.Micros) int {
		return compareMicros(e.leave, leave)
	})
	t.inner = slices.Insert(t.inner, t.from+at, in)
}

func compareMicros(a, b window.Micros) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// leave takes back the panes that are not in the window that ends at end.
func (t *totals) leave(end window.Micros) {
	var src, gone []uint32
	for t.from < len(t.inner) && t.inner[t.from].leave < end {
		e := t.inner[t.from]
		t.inner[t.from] = entered{}
		t.from++
		for i := len(src); i < len(e.ids); i++ {
			src = append(src, uint32(i))
		}
		t.all.states.Unmerge(e.states, src[:len(e.ids)], e.ids)
		if t.lead != nil {
			t.lead.changed(e.ids)
		}
		for _, id := range e.ids {
			if t.holds[id]--; t.holds[id] == 0 {
				gone = append(gone, id)
			}
		}
	}
	if t.from > len(t.inner)/2 {
		t.inner = slices.Delete(t.inner, 0, t.from)
		t.from = 0
	}
	t.all.states.Reset(gone)
	t.all.table.Remove(gone)
}

// live returns the keys of the window.
func (t *totals) live() []uint32 {
	ids := make([]uint32, 0, t.all.table.Live())
	for id, n := range t.holds {
		if n > 0 {
			ids = append(ids, uint32(id))
		}
	}
	return ids
}
