package windowed

import (
	"context"
	"math/bits"

	"kinesql/operators"
	"kinesql/window"
)

// merging closes hops by merging panes. Node (level, i) is the panes from
// i<<level to (i+1)<<level merged; a window is at most two nodes a level.
type merging struct {
	panes *panes
	write *writer
	spec  window.Spec
	pane  window.Micros // length
	count int64         // panes of a window
	last  window.Micros // the end of the last window closed
	low   int64         // the first pane still kept
	high  int64         // the last one that has rows, if any is kept
	nodes map[node]*pane
	all   *pane // the window, put together
}

// node names some panes side by side.
type node struct {
	level int
	index int64
}

func newMerging(p *panes, w *writer, spec window.Spec) *merging {
	return &merging{
		panes: p, write: w, spec: spec, pane: spec.Pane(), count: spec.Panes(),
		nodes: map[node]*pane{}, all: p.empty(),
	}
}

// index numbers a pane by its start.
func (m *merging) index(start window.Micros) int64 { return int64((start - m.spec.Offset) / m.pane) }

func (m *merging) next() (window.Micros, bool) {
	if len(m.nodes) > 0 {
		start := m.spec.Offset + window.Micros(m.high)*m.pane
		if m.spec.LastStart(start)+m.spec.Size > m.last {
			return m.last + m.spec.Slide, true
		}
	}
	return m.panes.first()
}

func (m *merging) close(ctx context.Context, end window.Micros, out operators.Emitter) error {
	low := m.index(end - m.spec.Size)
	m.drop(low)
	for _, p := range m.panes.until(end) {
		m.enter(p)
	}
	m.last = end
	all := m.window(low)
	return m.write.window(ctx, out, end-m.spec.Size, end, all.table, all.states, all.all())
}

// enter adds a pane. Nodes that were merged without it are forgotten.
func (m *merging) enter(p *pane) {
	at := node{0, m.index(p.start)}
	if len(m.nodes) == 0 {
		m.high = at.index
	}
	m.high = max(m.high, at.index)
	if old := m.nodes[at]; old != nil {
		old.merge(p, m.panes.types)
		m.panes.recycle(p)
	} else {
		m.nodes[at] = p
	}
	for level := 1; level <= m.levels(); level++ {
		delete(m.nodes, node{level, at.index >> level})
	}
}

// levels is the level of the greatest nodes that fit into a window.
func (m *merging) levels() int { return bits.Len64(uint64(m.count)) - 1 }

// drop forgets the nodes that reach to panes before low.
func (m *merging) drop(low int64) {
	if low-m.low > 2*m.count || len(m.nodes) == 0 {
		for n := range m.nodes {
			if (n.index+1)<<n.level <= low {
				delete(m.nodes, n)
			}
		}
		m.low = low
		return
	}
	for level := range m.levels() + 1 {
		for i := m.low >> level; (i+1)<<level <= low; i++ {
			delete(m.nodes, node{level, i})
		}
	}
	m.low = low
}

// window returns the groups of the window that begins with pane low.
func (m *merging) window(low int64) *pane {
	var parts []*pane
	for i, end := low, low+m.count; i < end; {
		level := min(bits.TrailingZeros64(uint64(i)), bits.Len64(uint64(end-i))-1)
		if p := m.get(node{level, i >> level}); p != nil {
			parts = append(parts, p)
		}
		i += 1 << level
	}
	if len(parts) == 1 {
		return parts[0]
	}
	m.all.table.Clear()
	m.all.states.Clear()
	m.all.count = 0
	for _, p := range parts {
		m.all.merge(p, m.panes.types)
	}
	return m.all
}

// get returns a node's groups, nil if it has no rows.
func (m *merging) get(n node) *pane {
	if found, ok := m.nodes[n]; ok || n.level == 0 {
		return found
	}
	left := m.get(node{n.level - 1, 2 * n.index})
	right := m.get(node{n.level - 1, 2*n.index + 1})
	made := left
	switch {
	case left == nil:
		made = right
	case right != nil:
		made = m.panes.empty()
		made.merge(left, m.panes.types)
		made.merge(right, m.panes.types)
	}
	m.nodes[n] = made
	return made
}
