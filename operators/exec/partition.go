package exec

import "kinesql/operators/batch"

// partitioner splits batches by the hash of key columns.
type partitioner struct {
	keys   []int
	hashes []uint64
	counts []int   // rows of each target, then the end of its run in rows
	target []int32 // of each row
	rows   []int32 // row numbers, grouped by target
	runs   [][]int32
}

func newPartitioner(keys []int, targets int) *partitioner {
	return &partitioner{keys: keys, counts: make([]int, targets), runs: make([][]int32, targets)}
}

// split finds the target of each row: one pass over each key column, then one
// over the rows.
func (p *partitioner) split(b batch.Batch) {
	n := b.Rows()
	p.hashes = hashRows(p.hashes, b, p.keys)
	p.target, p.rows = grow(p.target, n), grow(p.rows, n)
	clear(p.counts)
	for i, h := range p.hashes {
		t := int32((h >> 32) * uint64(len(p.counts)) >> 32)
		p.target[i] = t
		p.counts[t]++
	}
	from := 0
	for t, c := range p.counts {
		p.runs[t] = p.rows[from : from : from+c]
		from += c
	}
	for i, t := range p.target {
		p.runs[t] = append(p.runs[t], int32(i))
	}
}

// part returns the rows of a target as a batch of its own, or false if it has
// none. A batch that belongs to one target whole is not copied.
func (p *partitioner) part(b batch.Batch, target int) (batch.Batch, bool) {
	switch rows := p.runs[target]; len(rows) {
	case 0:
		return batch.Batch{}, false
	case b.Rows():
		b.Retain()
		return b, true
	default:
		return b.Take(rows), true
	}
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
