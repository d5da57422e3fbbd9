package state

import "encoding/binary"

// The slabs that records lie in. The first of an arena are smaller, so that a
// small state is small; a record that is larger than a slab has one of its own.
const (
	firstSlab = 1 << 12
	slabSize  = 1 << 18
	unit      = 8 // records begin at multiples of it
	unitBits  = 15
	header    = 8 // of a record: its ID and its size
)

// place is where a record is: the number of its slab, and the unit within.
type place uint32

const nowhere place = 1<<32 - 1

func (p place) slab() int { return int(p >> unitBits) }
func (p place) at() int   { return int(p&(1<<unitBits-1)) * unit }

// slab is records one after the other.
type slab struct {
	data []byte
	used int
	live int // bytes of records that have not been dropped
}

// arena is the slabs of one Rows.
type arena struct {
	slabs []slab
	free  []uint32 // numbers of slabs without data
	spare [][]byte // the data of slabs that were emptied, all of slabSize
	now   int      // the slab that is filled; -1: none
	held  int64
}

// room is what a record of so many bytes takes.
func room(size int) int { return (header + size + unit - 1) &^ (unit - 1) }

// add stores a record.
func (a *arena) add(id ID, body []byte) place {
	need := room(len(body))
	if a.now < 0 || a.slabs[a.now].used+need > len(a.slabs[a.now].data) {
		a.open(need)
	}
	s := &a.slabs[a.now]
	at := s.used
	binary.LittleEndian.PutUint32(s.data[at:], uint32(id))
	binary.LittleEndian.PutUint32(s.data[at+4:], uint32(len(body)))
	copy(s.data[at+header:], body)
	s.used += need
	s.live += need
	return place(a.now<<unitBits | at/unit)
}

// open begins a slab with room for a record.
func (a *arena) open(need int) {
	size := firstSlab
	for size < slabSize && int64(size) < a.held {
		size *= 2
	}
	var data []byte
	switch n := len(a.spare); {
	case need > size:
		data = make([]byte, need)
	case size == slabSize && n > 0:
		data, a.spare = a.spare[n-1], a.spare[:n-1]
		a.held -= slabSize
	default:
		data = make([]byte, size)
	}
	a.held += int64(len(data))
	old := a.now
	if n := len(a.free); n > 0 {
		a.now, a.free = int(a.free[n-1]), a.free[:n-1]
		a.slabs[a.now] = slab{data: data}
	} else {
		a.now = len(a.slabs)
		a.slabs = append(a.slabs, slab{data: data})
	}
	if a.now >= 1<<(32-unitBits)-1 {
		panic("state: more rows than the slabs of one operator can hold (32 GiB)")
	}
	if old >= 0 && a.slabs[old].live == 0 {
		a.empty(old)
	}
}

// body is the bytes of a record, borrowed until the next add or drop.
func (a *arena) body(p place) []byte {
	s, at := &a.slabs[p.slab()], p.at()
	size := int(binary.LittleEndian.Uint32(s.data[at+4:]))
	return s.data[at+header : at+header+size : at+header+size]
}

// drop says that a record is needed no more. sparse is the slab that is then so
// empty that what is left should move, or -1.
func (a *arena) drop(p place) (sparse int) {
	n := p.slab()
	s := &a.slabs[n]
	s.live -= room(int(binary.LittleEndian.Uint32(s.data[p.at()+4:])))
	switch {
	case n == a.now:
		if s.live == 0 {
			s.used = 0
		}
	case s.live == 0:
		a.empty(n)
	case s.live*3 <= s.used:
		return n
	}
	return -1
}

// empty gives a slab back.
func (a *arena) empty(n int) {
	data := a.slabs[n].data
	a.held -= int64(len(data))
	a.slabs[n] = slab{}
	a.free = append(a.free, uint32(n))
	if len(data) == slabSize {
		a.spare = append(a.spare, data)
		a.held += slabSize
	}
	for len(a.spare) > 1+(len(a.slabs)-len(a.free))/8 {
		a.spare = a.spare[:len(a.spare)-1]
		a.held -= slabSize
	}
}

// each calls f with the records of a slab, dropped ones among them.
func (a *arena) each(n int, f func(id ID, p place, body []byte)) {
	s := a.slabs[n]
	for at := 0; at < s.used; {
		p := place(n<<unitBits | at/unit)
		size := int(binary.LittleEndian.Uint32(s.data[at+4:]))
		f(ID(binary.LittleEndian.Uint32(s.data[at:])), p, s.data[at+header:at+header+size])
		at += room(size)
	}
}
