package match

import "kinesql/operators/state"

// deadline is when a partition is to be looked at although no row has come.
type deadline struct {
	at   int64
	part uint32
}

// deadlines gives out the earliest first. A partition is in it once at most.
type deadlines = state.Heap[deadline]

// Before implements state.Ordered.
func (d deadline) Before(o deadline) bool { return d.at < o.at || d.at == o.at && d.part < o.part }
