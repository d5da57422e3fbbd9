package join

import (
	"kinesql/operators/state"
	"kinesql/window"
)

// queue gives out rows by time and arrival: a binary heap.
type queue []waiting

type waiting struct {
	at  window.Micros
	seq uint64
	id  state.ID
}

func (w waiting) before(o waiting) bool { return w.at < o.at || w.at == o.at && w.seq < o.seq }

func (q *queue) push(w waiting) {
	*q = append(*q, w)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// pop takes the first row out.
func (q *queue) pop() waiting {
	h := *q
	first, n := h[0], len(h)-1
	h[0] = h[n]
	h = h[:n]
	*q = h
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < n && h[down].before(h[least]) {
				least = down
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
