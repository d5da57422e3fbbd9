package match

import "kinesql/operators/state"

// label says that a row was taken as a variable, after what parent says. Labels of
// ways that part later are shared. Indexes of labels count from 1; 0 is none.
type label struct {
	row      state.ID
	parent   uint32
	refs     int32
	variable int32
}

// labels keeps labels, and for variables that conditions look back to, where
// their last row before is.
type labels struct {
	nodes []label
	free  []uint32
	track []int    // by variable: its column in lasts, or -1
	width int      // columns of lasts
	lasts []uint32 // by label and column
}

// newLabels tracks some of n variables.
func newLabels(n int, tracked uint64) labels {
	l := labels{nodes: make([]label, 1), track: make([]int, n)}
	for v := range l.track {
		l.track[v] = -1
		if tracked>>v&1 != 0 {
			l.track[v] = l.width
			l.width++
		}
	}
	l.lasts = make([]uint32, l.width)
	return l
}

// add makes a label that is held once; it holds its parent.
func (l *labels) add(row state.ID, variable int, parent uint32) uint32 {
	var at uint32
	if n := len(l.free); n > 0 {
		at, l.free = l.free[n-1], l.free[:n-1]
	} else {
		at = uint32(len(l.nodes))
		l.nodes = append(l.nodes, label{})
		for range l.width {
			l.lasts = append(l.lasts, 0)
		}
	}
	l.nodes[at] = label{row: row, parent: parent, refs: 1, variable: int32(variable)}
	l.hold(parent)
	if l.width > 0 {
		mine := l.lasts[int(at)*l.width : int(at+1)*l.width]
		copy(mine, l.lasts[int(parent)*l.width:int(parent+1)*l.width])
		if c := l.track[variable]; c >= 0 {
			mine[c] = at
		}
	}
	return at
}

func (l *labels) hold(at uint32) {
	if at != 0 {
		l.nodes[at].refs++
	}
}

// drop lets go of a label, and of those before it that nobody else holds.
func (l *labels) drop(at uint32) {
	for at != 0 {
		n := &l.nodes[at]
		if n.refs--; n.refs > 0 {
			return
		}
		l.free = append(l.free, at)
		at = n.parent
	}
}

// last is the label of the last row of a tracked variable up to at.
func (l *labels) last(at uint32, variable int) uint32 {
	return l.lasts[int(at)*l.width+l.track[variable]]
}

// before is the label of the row of that variable before the one of at.
func (l *labels) before(at uint32) uint32 {
	return l.last(l.nodes[at].parent, int(l.nodes[at].variable))
}

func (l *labels) bytes() int64 {
	return int64(16*cap(l.nodes) + 4*cap(l.free) + 4*cap(l.lasts))
}

// way is one of the ways to match that are followed, in a list by preference.
// Indexes of ways count from 1; 0 is none.
type way struct {
	history uint64 // tells ways apart that conditions can tell apart
	place   int32  // that took the last row, or begin
	label   uint32
	group   uint32 // of the running aggregates
	next    uint32
}

// begin is the place of a way that has taken no row.
const begin = -2

type ways struct {
	nodes []way
	free  []uint32
}

func (w *ways) add(x way) uint32 {
	if n := len(w.free); n > 0 {
		at := w.free[n-1]
		w.free = w.free[:n-1]
		w.nodes[at] = x
		return at
	}
	if len(w.nodes) == 0 {
		w.nodes = append(w.nodes, way{})
	}
	w.nodes = append(w.nodes, x)
	return uint32(len(w.nodes) - 1)
}

func (w *ways) bytes() int64 { return int64(24*cap(w.nodes) + 4*cap(w.free)) }
