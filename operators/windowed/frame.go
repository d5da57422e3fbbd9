package windowed

import (
	"slices"

	"kinesql/window"
)

// frame holds the rows that later rows may count.
type frame interface {
	// enter adds a row of a partition.
	enter(id uint32, r rowRef)
	// until lets the rows go that no row at t or later counts.
	until(t window.Micros)
	// drop gives all rows back.
	drop()
}

// leaver is told of a row that leaves, and whether its partition has no other.
type leaver func(id uint32, r rowRef, last bool)

func newFrame(c OverConfig, leave leaver) frame {
	switch {
	case c.Preceding < 0:
		return unbounded{}
	case c.Rows:
		return &rowsFrame{most: int(c.Preceding) + 1, leave: leave}
	}
	return &rangeFrame{preceding: window.Micros(c.Preceding), leave: leave}
}

// unbounded needs no row twice.
type unbounded struct{}

func (unbounded) enter(_ uint32, r rowRef) { r.counted() }
func (unbounded) until(window.Micros)      {}
func (unbounded) drop()                    {}

// member is a row and its partition.
type member struct {
	rowRef
	id uint32
}

// rangeFrame is the rows of all partitions in one queue, since they leave in
// the order of their times whatever their partition.
type rangeFrame struct {
	preceding window.Micros
	leave     leaver
	queue     []member
	from      int   // queue[from:] are in the frame
	counts    []int // by partition
}

func (f *rangeFrame) enter(id uint32, r rowRef) {
	f.queue = append(f.queue, member{r, id})
	for int(id) >= len(f.counts) {
		f.counts = append(f.counts, 0)
	}
	f.counts[id]++
}

func (f *rangeFrame) until(t window.Micros) {
	for f.from < len(f.queue) {
		m := f.queue[f.from]
		if t != window.Max && window.Micros(m.time()) >= max(t, window.Earliest)-f.preceding {
			break
		}
		f.queue[f.from] = member{}
		f.from++
		f.counts[m.id]--
		f.leave(m.id, m.rowRef, f.counts[m.id] == 0)
		m.counted()
	}
	if f.from > len(f.queue)/2 {
		f.queue = slices.Delete(f.queue, 0, f.from)
		f.from = 0
	}
}

func (f *rangeFrame) drop() {
	for _, m := range f.queue[f.from:] {
		m.counted()
	}
	f.queue, f.from = nil, 0
}

// rowsFrame is the last rows of each partition.
type rowsFrame struct {
	most  int
	leave leaver
	parts [][]rowRef // by partition
}

func (f *rowsFrame) enter(id uint32, r rowRef) {
	for int(id) >= len(f.parts) {
		f.parts = append(f.parts, nil)
	}
	f.parts[id] = append(f.parts[id], r)
	if rows := f.parts[id]; len(rows) > f.most {
		f.leave(id, rows[0], false)
		rows[0].counted()
		rows[0] = rowRef{}
		f.parts[id] = rows[1:]
	}
}

func (f *rowsFrame) until(window.Micros) {}

func (f *rowsFrame) drop() {
	for _, rows := range f.parts {
		for _, r := range rows {
			r.counted()
		}
	}
	f.parts = nil
}
