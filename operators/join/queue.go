package join

import (
	"kinesql/operators/state"
	"kinesql/window"
)

// queue gives out rows by time and arrival.
type queue = state.Heap[waiting]

type waiting struct {
	at  window.Micros
	seq uint64
	id  state.ID
}

// Before implements state.Ordered.
func (w waiting) Before(o waiting) bool { return w.at < o.at || w.at == o.at && w.seq < o.seq }
