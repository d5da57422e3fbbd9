package state

// Ordered is a value that tells whether it comes before another.
type Ordered[T any] interface{ Before(other T) bool }

// Heap gives out values in their order: a binary heap, whose first element is the
// one that comes first. It is container/heap without an interface call a step and
// an allocation a value.
type Heap[T Ordered[T]] []T

// Push adds a value.
func (q *Heap[T]) Push(v T) {
	*q = append(*q, v)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].Before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// Pop takes out the value that comes first, of which there must be one.
func (q *Heap[T]) Pop() T {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	*q = h
	for i := 0; ; {
		least := 2*i + 1
		if least >= len(h) {
			return first
		}
		if right := least + 1; right < len(h) && h[right].Before(h[least]) {
			least = right
		}
		if !h[least].Before(h[i]) {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
