package windowed

import "kinesql/window"

// wheel keeps ids by the time at which they are due: a list of ids for each piece
// of time in which some are, and the pieces in a heap. The lists are threaded
// through one slice, so a million ids cost the garbage collector nothing. Each id
// is in one list at most.
type wheel struct {
	width window.Micros            // of a piece
	lists map[window.Micros]uint32 // by the start of a piece: its first id, +1
	order []window.Micros          // a heap of the starts of pieces
	next  []uint32                 // by id: the next of its list, +1
	taken []uint32
}

func newWheel(width window.Micros) wheel {
	return wheel{width: max(width, 1), lists: map[window.Micros]uint32{}}
}

// put makes an id due at a time.
func (w *wheel) put(id uint32, at window.Micros) {
	for len(w.next) <= int(id) {
		w.next = append(w.next, 0)
	}
	start := window.FloorTo(at, w.width, 0)
	first, ok := w.lists[start]
	if !ok {
		w.push(start)
	}
	w.next[id] = first
	w.lists[start] = id + 1
}

// due takes out the ids of all pieces that begin at limit or before, those that
// are due a little later among them. They are borrowed until the next call.
func (w *wheel) due(limit window.Micros) []uint32 {
	w.taken = w.taken[:0]
	for len(w.order) > 0 && w.order[0] <= limit {
		start := w.pop()
		for i := w.lists[start]; i != 0; i = w.next[i-1] {
			w.taken = append(w.taken, i-1)
		}
		delete(w.lists, start)
	}
	return w.taken
}

// first is a time by which some id is due, if there is one.
func (w *wheel) first() (window.Micros, bool) {
	if len(w.order) == 0 {
		return 0, false
	}
	return w.order[0] + w.width, true
}

func (w *wheel) push(start window.Micros) {
	w.order = append(w.order, start)
	for i := len(w.order) - 1; i > 0; {
		up := (i - 1) / 2
		if w.order[up] <= w.order[i] {
			return
		}
		w.order[i], w.order[up] = w.order[up], w.order[i]
		i = up
	}
}

func (w *wheel) pop() window.Micros {
	first, n := w.order[0], len(w.order)-1
	w.order[0] = w.order[n]
	w.order = w.order[:n]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < n; c++ {
			if w.order[c] < w.order[least] {
				least = c
			}
		}
		if least == i {
			return first
		}
		w.order[i], w.order[least] = w.order[least], w.order[i]
		i = least
	}
}

// bytes is the memory of the wheel.
func (w *wheel) bytes() int64 {
	return int64(4*cap(w.next)+4*cap(w.taken)+8*cap(w.order)) + 32*int64(len(w.lists))
}
