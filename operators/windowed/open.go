package windowed

import (
	"math"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/window"
)

// part is the rows of a pane, for those who ask about open windows.
type part struct {
	enter, leave window.Micros // the ends of the first and the last window that hold it
	rows         int64         // changes that came
	table        aggregate.Table
	ids          []uint32 // of its keys in the table
	states       *aggregate.States
	cells        []uint32 // theirs
}

// part tells of a pane that is in no window that ends later than leave.
func (p *pane) part(leave window.Micros) part {
	return part{enter: p.enter, leave: leave, rows: p.count, table: p.table, ids: p.all(), states: p.states, cells: p.all()}
}

// inside implements closer: nothing is left of a pane that has closed.
func (s *single) inside(parts []part) []part { return parts }

// inside implements closer.
func (c *cumulative) inside(parts []part) []part {
	if !c.begun {
		return parts
	}
	all := c.all.part(c.spec.StartOf(c.last) + c.spec.Size)
	all.enter = c.last + c.spec.Slide
	return append(parts, all)
}

// inside implements closer.
func (t *totals) inside(parts []part) []part {
	for _, e := range t.inner[t.from:] {
		if e.leave > t.last {
			parts = append(parts, part{
				enter: t.last + t.spec.Slide, leave: e.leave, rows: e.count,
				table: t.all.table, ids: e.ids, states: e.states, cells: upTo(len(e.ids)),
			})
		}
	}
	return parts
}

// inside implements closer.
func (m *merging) inside(parts []part) []part {
	for n, p := range m.nodes {
		if n.level != 0 || p == nil {
			continue
		}
		start := m.spec.Offset + window.Micros(n.index)*m.pane
		if leave := m.spec.LastStart(start) + m.spec.Size; leave > m.last {
			kept := p.part(leave)
			kept.enter = m.last + m.spec.Slide
			parts = append(parts, kept)
		}
	}
	return parts
}

// OpenWindows implements operators.Windower.
func (o *aggregateOp) OpenWindows(most int) []operators.OpenWindow {
	out := operators.NewFirstWindows(most)
	if _, ok := o.closer.(*single); ok {
		for _, p := range o.panes.queue[:min(most, len(o.panes.queue))] {
			rows, groups := p.count, p.table.Live()
			if o.set.Changing() {
				rows, groups = o.holding([]part{p.part(p.enter)}, p.enter)
			}
			out.Add(o.open(p.start, p.enter, rows, groups))
		}
		return out.List()
	}
	return o.severalPanes(out, most)
}

// severalPanes collects windows that are put together from panes.
func (o *aggregateOp) severalPanes(out *operators.FirstWindows, most int) []operators.OpenWindow {
	var parts []part
	for _, p := range o.panes.queue {
		parts = append(parts, p.part(o.lastEnd(p)))
	}
	parts = o.closer.inside(parts)
	end, ok := o.closer.next()
	for n := 0; ok && n < most; end, ok = following(parts, end, o.cfg.Window.Slide) {
		start := o.cfg.Window.StartOf(end)
		if rows, groups := o.holding(parts, end); rows > 0 && !skipped(o.cfg.Window, o.write.wall, start, end) {
			out.Add(o.open(start, end, rows, groups))
			n++
		}
	}
	return out.List()
}

// open is a window told in instants.
func (o *aggregateOp) open(start, end window.Micros, rows int64, groups int) operators.OpenWindow {
	wall := o.write.wall
	return operators.OpenWindow{Start: wall.Instant(start), End: wall.Instant(end), Rows: rows, Groups: groups}
}

// lastEnd is the end of the last window that holds a pane.
func (o *aggregateOp) lastEnd(p *pane) window.Micros {
	spec := o.cfg.Window
	if spec.Kind == window.Cumulate {
		return spec.StartOf(p.enter) + spec.Size
	}
	return spec.LastStart(p.start) + spec.Size
}

// following is the end of the next window after one that may hold a part.
func following(parts []part, end, slide window.Micros) (window.Micros, bool) {
	next := window.Micros(math.MaxInt64)
	for _, p := range parts {
		if p.leave > end {
			next = min(next, max(p.enter, end+slide))
		}
	}
	return next, next < math.MaxInt64
}

// holding counts the rows and the keys of a window.
func (o *aggregateOp) holding(parts []part, end window.Micros) (rows int64, groups int) {
	all, _ := aggregate.NewKeySet(o.panes.types) // newPanes has checked the types
	var held []int64                             // by key: rows, where they may be taken back
	for _, p := range parts {
		if p.enter > end || end > p.leave {
			continue
		}
		rows += p.rows
		ids := all.AddFrom(p.table, p.ids)
		if !o.set.Changing() {
			continue
		}
		n := make([]int64, len(ids))
		p.states.Rows(p.cells, n)
		held = append(held, make([]int64, all.Len()-len(held))...)
		for i, id := range ids {
			held[id] += n[i]
		}
	}
	if !o.set.Changing() {
		return rows, all.Len()
	}
	return present(held)
}

// present counts the rows of keys, and the keys that have some.
func present(held []int64) (rows int64, groups int) {
	for _, n := range held {
		if rows += n; n > 0 {
			groups++
		}
	}
	return rows, groups
}

// upTo returns the numbers below n.
func upTo(n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}
