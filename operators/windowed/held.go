package windowed

import (
	"bytes"
	"cmp"
	"container/heap"
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/sortkey"
	"kinesql/window"
)

// held is a batch of which rows wait or are in a frame.
type held struct {
	batch batch.Batch
	input *aggregate.Input
	keys  []batch.Vector
	times []int64
	rows  []int32 // that wait, by time and arrival
	seq   int64   // arrival number of row 0
	bytes *int64  // what all such batches take
	left  int     // what rows are still needed for: each once for the output and once for the frame
}

// size is the memory that the batch takes, with what is noted of its rows.
func (h *held) size() int64 { return h.batch.Bytes() + 4*int64(len(h.times)) + heldBytes }

// heldBytes is about what a held batch takes beside its columns.
const heldBytes = 200

// rowRef is a row of a held batch.
type rowRef struct {
	*held
	row int32
}

func (r rowRef) time() int64 { return r.times[r.row] }

// counted says that no frame needs a row any more.
func (h *held) counted() { h.done() }

// done says that a row is not needed for one of its two uses any more.
func (h *held) done() {
	if h.left--; h.left == 0 {
		*h.bytes -= h.size()
		h.batch.Release()
	}
}

// heldRows gives out waiting rows by time and arrival. It is a heap of batches
// by their first waiting row.
type heldRows []*held

func (q heldRows) Len() int { return len(q) }

func (q heldRows) Less(i, j int) bool {
	a, b := q[i], q[j]
	order := cmp.Compare(a.times[a.rows[0]], b.times[b.rows[0]])
	return cmp.Or(order, cmp.Compare(a.seq, b.seq)) < 0
}

func (q heldRows) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *heldRows) Push(x any) { *q = append(*q, x.(*held)) }

// Pop implements heap.Interface.
func (q *heldRows) Pop() any {
	n := len(*q) - 1
	last := (*q)[n]
	(*q)[n] = nil
	*q = (*q)[:n]
	return last
}

// add takes a batch over.
func (q *heldRows) add(h *held) {
	slices.SortStableFunc(h.rows, func(a, b int32) int { return cmp.Compare(h.times[a], h.times[b]) })
	heap.Push(q, h)
}

// before takes out the rows of the next time before wm.
func (q *heldRows) before(wm window.Micros) []rowRef {
	var out []rowRef
	for len(*q) > 0 {
		h := (*q)[0]
		t := h.times[h.rows[0]]
		if window.Micros(t) >= wm || len(out) > 0 && out[0].time() != t {
			break
		}
		out = append(out, rowRef{h, h.rows[0]})
		if h.rows = h.rows[1:]; len(h.rows) == 0 {
			heap.Pop(q)
			continue
		}
		heap.Fix(q, 0)
	}
	return out
}

// byContent orders rows by columns of theirs.
func byContent(rows []rowRef, columns []int) {
	if len(rows) < 2 {
		return
	}
	type keyed struct {
		rowRef
		key []byte
	}
	order, batches := sortkey.Keys{Ties: columns}, map[*held]sortkey.Columns{}
	all := make([]keyed, len(rows))
	for i, r := range rows {
		c, ok := batches[r.held]
		if !ok {
			c = order.Columns(r.batch)
			batches[r.held] = c
		}
		key, _ := order.Append(nil, c, int(r.row))
		all[i] = keyed{r, key}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i, k := range all {
		rows[i] = k.rowRef
	}
}

// drop releases all batches.
func (q *heldRows) drop() {
	for _, h := range *q {
		for range h.rows {
			h.counted()
			h.done()
		}
	}
	*q = nil
}
