package windowed

import (
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// slider keeps the aggregates of each partition's frame.
type slider interface {
	grow(n int)
	enter(id uint32, r rowRef)
	// leave takes out the row of the partition that entered first.
	leave(id uint32, r rowRef)
	// forget empties a partition.
	forget(id uint32)
	// bytes is the memory held.
	bytes() int64
	// results appends results of call i.
	results(i int, ids []uint32, out *batch.Vector, fail aggregate.Fail)
}

func newSlider(set *aggregate.Set, unbounded bool) slider {
	if unbounded || set.Retracts() == nil {
		return &takingBack{states: set.New()}
	}
	return &twoStacks{states: set.New()}
}

// takingBack keeps a total for each partition.
type takingBack struct{ states *aggregate.States }

func (s *takingBack) grow(n int) { s.states.Grow(n) }

func (s *takingBack) enter(id uint32, r rowRef) {
	s.states.Add(r.input, []int32{r.row}, []uint32{id})
}

func (s *takingBack) leave(id uint32, r rowRef) {
	s.states.Retract(r.input, []int32{r.row}, []uint32{id})
}

func (s *takingBack) forget(id uint32) { s.states.Reset([]uint32{id}) }

func (s *takingBack) bytes() int64 { return s.states.Bytes() }

func (s *takingBack) results(i int, ids []uint32, out *batch.Vector, fail aggregate.Fail) {
	s.states.Result(i, ids, out, fail)
}

// twoStacks serves aggregates from which nothing can be taken back. Rows enter
// at the back, where only their total is kept beside them. When the front is
// empty and a row is to leave, the back becomes the front: for each row the
// total of it and all after it. So a row is added twice and merged twice at most.
// Cells are groups of states, numbered by the slider itself.
type twoStacks struct {
	states *aggregate.States
	cells  int
	free   []uint32
	parts  []stacks // by partition
}

type stacks struct {
	front []uint32 // cells, the oldest row's last
	back  uint32   // cell, if there are rows
	rows  []rowRef // of the back
}

func (s *twoStacks) grow(n int) {
	for len(s.parts) < n {
		s.parts = append(s.parts, stacks{})
	}
}

func (s *twoStacks) cell() uint32 {
	if n := len(s.free); n > 0 {
		c := s.free[n-1]
		s.free = s.free[:n-1]
		return c
	}
	s.cells++
	s.states.Grow(s.cells)
	return uint32(s.cells - 1)
}

func (s *twoStacks) release(c uint32) {
	s.states.Reset([]uint32{c})
	s.free = append(s.free, c)
}

func (s *twoStacks) add(c uint32, r rowRef) { s.states.Add(r.input, []int32{r.row}, []uint32{c}) }

func (s *twoStacks) enter(id uint32, r rowRef) {
	p := &s.parts[id]
	if len(p.rows) == 0 {
		p.back = s.cell()
	}
	s.add(p.back, r)
	p.rows = append(p.rows, r)
}

func (s *twoStacks) leave(id uint32, _ rowRef) {
	p := &s.parts[id]
	if len(p.front) == 0 {
		s.turn(p)
	}
	last := len(p.front) - 1
	s.release(p.front[last])
	p.front = p.front[:last]
}

// turn makes the back the front.
func (s *twoStacks) turn(p *stacks) {
	for i := len(p.rows) - 1; i >= 0; i-- {
		c := s.cell()
		s.add(c, p.rows[i])
		if n := len(p.front); n > 0 {
			s.states.Merge(s.states, p.front[n-1:], []uint32{c})
		}
		p.front = append(p.front, c)
	}
	clear(p.rows)
	p.rows = p.rows[:0]
	s.release(p.back)
}

func (s *twoStacks) forget(id uint32) { s.parts[id] = stacks{} }

// stackBytes is about what the stacks of a partition take, and a row on them.
const stackBytes, stackedBytes = 80, 16

func (s *twoStacks) bytes() int64 {
	return s.states.Bytes() + int64(len(s.parts))*stackBytes + int64(s.cells)*stackedBytes
}

func (s *twoStacks) results(i int, ids []uint32, out *batch.Vector, fail aggregate.Fail) {
	for at, id := range ids {
		failed := func(_ int, message string) { fail(at, message) }
		p := &s.parts[id]
		if len(p.front) == 0 && len(p.rows) == 0 {
			c := s.cell() // of no rows
			s.states.Result(i, []uint32{c}, out, failed)
			s.release(c)
			continue
		}
		if len(p.front) == 0 {
			s.states.Result(i, []uint32{p.back}, out, failed)
			continue
		}
		c := s.cell()
		s.states.Merge(s.states, p.front[len(p.front)-1:], []uint32{c})
		if len(p.rows) > 0 {
			s.states.Merge(s.states, []uint32{p.back}, []uint32{c})
		}
		s.states.Result(i, []uint32{c}, out, failed)
		s.release(c)
	}
}
