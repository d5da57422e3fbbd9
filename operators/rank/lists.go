package rank

import (
	"math/bits"

	"kinesql/operators/state"
)

// entry is a row on the list of its partition.
type entry struct {
	prefix uint64
	id     state.ID
	order  uint32 // the length of the key's part of ORDER BY
}

// lists holds a list of entries for each partition, in order. Short lists lie in
// one slice without pointers, in pieces whose sizes are powers of two; long ones
// are blocks.
type lists struct {
	heads []list
	pool  []entry
	free  [shortBits + 1][]uint32 // pieces by size
	long  []*blocks
	spare []uint32 // numbers of long that are free
	heap  int64    // bytes of blocks
}

// list is where the entries of a partition are.
type list struct {
	at   uint32 // in pool; of a long list, in long
	n    uint32
	bits int8 // the piece has 1<<bits places; none: -1
	long bool
}

const (
	shortBits = 6
	short     = 1 << shortBits
)

func (l *lists) grow(n int) {
	for len(l.heads) < n {
		l.heads = append(l.heads, list{bits: -1})
	}
}

func (l *lists) len(k uint32) int { return int(l.heads[k].n) }

// entries is a short list, or the block of a long one that holds place i, and
// the place of its first entry. It is good until the list changes.
func (l *lists) entries(k uint32, i int) (run []entry, from int) {
	h := &l.heads[k]
	if h.long {
		return l.long[h.at].run(i)
	}
	return l.pool[h.at : h.at+h.n], 0
}

func (l *lists) at(k uint32, i int) entry {
	run, from := l.entries(k, i)
	return run[i-from]
}

// search is the first place whose entry is not before what compare stands for:
// compare is negative for entries before it.
func (l *lists) search(k uint32, compare func(entry) int) int {
	h := &l.heads[k]
	if h.long {
		return l.long[h.at].search(compare)
	}
	return search(l.pool[h.at:h.at+h.n], compare)
}

func search(run []entry, compare func(entry) int) int {
	lo, hi := 0, len(run)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if compare(run[mid]) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// insert puts an entry at a place.
func (l *lists) insert(k uint32, i int, e entry) {
	h := &l.heads[k]
	if !h.long && h.n == short {
		l.lengthen(h)
	}
	if h.long {
		l.heap += l.long[h.at].insert(i, e)
		h.n++
		return
	}
	if h.bits < 0 || h.n == 1<<h.bits {
		l.enlarge(h)
	}
	h.n++
	run := l.pool[h.at : h.at+h.n]
	copy(run[i+1:], run[i:])
	run[i] = e
}

// remove takes out the entry at a place.
func (l *lists) remove(k uint32, i int) {
	h := &l.heads[k]
	h.n--
	if h.long {
		l.heap -= l.long[h.at].remove(i)
	} else {
		run := l.pool[h.at : h.at+h.n+1]
		copy(run[i:], run[i+1:])
	}
	if h.n == 0 {
		l.release(h)
	}
}

// enlarge moves a short list to a piece of twice the size.
func (l *lists) enlarge(h *list) {
	old := *h
	h.bits++
	if n := len(l.free[h.bits]); n > 0 {
		h.at, l.free[h.bits] = l.free[h.bits][n-1], l.free[h.bits][:n-1]
	} else {
		h.at = uint32(len(l.pool))
		l.pool = append(l.pool, make([]entry, 1<<h.bits)...)
	}
	copy(l.pool[h.at:], l.pool[old.at:old.at+old.n])
	l.recycle(old)
}

func (l *lists) recycle(h list) {
	if h.bits >= 0 && !h.long {
		l.free[h.bits] = append(l.free[h.bits], h.at)
	}
}

// lengthen makes a long list of a short one.
func (l *lists) lengthen(h *list) {
	b := &blocks{}
	for i, e := range l.pool[h.at : h.at+h.n] {
		l.heap += b.insert(i, e)
	}
	l.recycle(*h)
	h.long, h.bits = true, -1
	if n := len(l.spare); n > 0 {
		h.at, l.spare = l.spare[n-1], l.spare[:n-1]
		l.long[h.at] = b
		return
	}
	h.at = uint32(len(l.long))
	l.long = append(l.long, b)
}

// release gives the place of an empty list back.
func (l *lists) release(h *list) {
	if h.long {
		l.heap -= l.long[h.at].bytes()
		l.long[h.at] = nil
		l.spare = append(l.spare, h.at)
	}
	l.recycle(*h)
	*h = list{bits: -1}
}

// clear empties a list, and appends its rows to ids.
func (l *lists) clear(k uint32, ids []state.ID) []state.ID {
	for i := 0; i < l.len(k); {
		run, from := l.entries(k, i)
		for _, e := range run {
			ids = append(ids, e.id)
		}
		i = from + len(run)
	}
	l.release(&l.heads[k])
	return ids
}

// bytes is the memory held.
func (l *lists) bytes() int64 {
	held := l.heap + int64(16*cap(l.pool)+12*cap(l.heads)+8*cap(l.long))
	for i := range bits.Len(short) {
		held += int64(4 * cap(l.free[i]))
	}
	return held
}
