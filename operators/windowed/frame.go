package windowed

import (
	"slices"

	"kinesql/window"
)

// frame holds the rows that later rows may count. It tells of the rows that later
// rows count from now on, and of those that they count no more, in the same order.
type frame interface {
	// enter takes a row of a partition.
	enter(id uint32, r rowRef)
	// until lets the rows go that no row at t or later counts.
	until(t window.Micros)
	// drop gives all rows back.
	drop()
}

// moves is what a frame tells of.
type moves struct {
	enter func(id uint32, r rowRef)
	// leave also says whether the partition has no other row.
	leave func(id uint32, r rowRef, last bool)
}

func newFrame(c OverConfig, m moves) frame {
	switch {
	case c.Preceding < 0 && c.Ending == 0:
		return unbounded{moves: m}
	case c.Rows:
		return &rowsFrame{moves: m, most: int(c.Preceding) + 1, ending: int(c.Ending)}
	}
	return &rangeFrame{moves: m, preceding: window.Micros(c.Preceding), ending: window.Micros(c.Ending)}
}

// unbounded needs no row twice.
type unbounded struct{ moves }

func (f unbounded) enter(id uint32, r rowRef) {
	f.moves.enter(id, r)
	r.counted()
}
func (unbounded) until(window.Micros) {}
func (unbounded) drop()               {}

// member is a row and its partition.
type member struct {
	rowRef
	id uint32
}

// rangeFrame is the rows of all partitions in one queue, since they come into the
// frame and leave it in the order of their times whatever their partition.
type rangeFrame struct {
	moves
	preceding window.Micros // below 0: no row leaves
	ending    window.Micros
	queue     []member
	from, to  int   // queue[from:to] are in the frame, queue[to:] are to come into it
	counts    []int // by partition, of the queue
}

func (f *rangeFrame) enter(id uint32, r rowRef) {
	f.queue = append(f.queue, member{r, id})
	for int(id) >= len(f.counts) {
		f.counts = append(f.counts, 0)
	}
	f.counts[id]++
	if f.ending == 0 {
		f.admit()
	}
}

func (f *rangeFrame) admit() {
	m := f.queue[f.to]
	f.moves.enter(m.id, m.rowRef)
	f.to++
}

func (f *rangeFrame) until(t window.Micros) {
	for f.to < len(f.queue) {
		at := window.Micros(f.queue[f.to].time()) + f.ending
		if at > t {
			break
		}
		f.release(at)
		f.admit()
	}
	f.release(t)
	if f.from > len(f.queue)/2 {
		f.queue = slices.Delete(f.queue, 0, f.from)
		f.from, f.to = 0, f.to-f.from
	}
}

// release lets rows in the frame go that the frame of a row at t does not hold.
func (f *rangeFrame) release(t window.Micros) {
	for ; f.from < f.to; f.from++ {
		m := f.queue[f.from]
		if f.preceding >= 0 {
			if t != window.Max && window.Micros(m.time()) >= max(t, window.Earliest)-f.preceding {
				return
			}
			f.counts[m.id]--
			f.leave(m.id, m.rowRef, f.counts[m.id] == 0)
		}
		m.counted()
		f.queue[f.from] = member{}
	}
}

func (f *rangeFrame) drop() {
	for _, m := range f.queue[f.from:] {
		m.counted()
	}
	f.queue, f.from, f.to = nil, 0, 0
}

// rowsFrame is the last rows of each partition: those in the frame, and behind them
// so many that are to come into it.
type rowsFrame struct {
	moves
	most   int // 0: no row leaves
	ending int
	parts  [][]rowRef // by partition
}

func (f *rowsFrame) enter(id uint32, r rowRef) {
	for int(id) >= len(f.parts) {
		f.parts = append(f.parts, nil)
	}
	f.parts[id] = append(f.parts[id], r)
	rows := f.parts[id]
	if n := len(rows) - 1 - f.ending; n >= 0 {
		f.moves.enter(id, rows[n])
	}
	switch {
	case f.most > 0 && len(rows) > f.most:
		f.leave(id, rows[0], false)
	case f.most > 0 || len(rows) <= f.ending:
		return
	}
	rows[0].counted()
	rows[0] = rowRef{}
	f.parts[id] = rows[1:]
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
