package rank

import "slices"

// blockSize is the most entries of a block.
const blockSize = 512

// blocks is a long list, cut into blocks so that an insertion moves few entries.
type blocks struct{ list [][]entry }

// find is the block of a place, and the place of the block's first entry.
func (b *blocks) find(i int) (block, from int) {
	for n, run := range b.list {
		if i < from+len(run) || n == len(b.list)-1 {
			return n, from
		}
		from += len(run)
	}
	return 0, 0
}

func (b *blocks) run(i int) (run []entry, from int) {
	n, from := b.find(i)
	return b.list[n], from
}

func (b *blocks) search(compare func(entry) int) int {
	lo, hi := 0, len(b.list)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if run := b.list[mid]; compare(run[len(run)-1]) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	from := 0
	for _, run := range b.list[:lo] {
		from += len(run)
	}
	if lo == len(b.list) {
		return from
	}
	return from + search(b.list[lo], compare)
}

// insert puts an entry at a place, and says how many bytes that took.
func (b *blocks) insert(i int, e entry) (bytes int64) {
	if len(b.list) == 0 {
		b.list = append(b.list, make([]entry, 0, blockSize))
		bytes = 16 * blockSize
	}
	n, from := b.find(i)
	if len(b.list[n]) == blockSize {
		half := b.list[n][blockSize/2:]
		b.list = slices.Insert(b.list, n+1, append(make([]entry, 0, blockSize), half...))
		b.list[n] = b.list[n][:blockSize/2]
		bytes += 16 * blockSize
		if i > from+blockSize/2 {
			n, from = n+1, from+blockSize/2
		}
	}
	run := b.list[n][:len(b.list[n])+1]
	copy(run[i-from+1:], run[i-from:])
	run[i-from] = e
	b.list[n] = run
	return bytes
}

// remove takes out the entry at a place, and says how many bytes that gave back.
func (b *blocks) remove(i int) (bytes int64) {
	n, from := b.find(i)
	b.list[n] = slices.Delete(b.list[n], i-from, i-from+1)
	if len(b.list[n]) > 0 {
		return 0
	}
	b.list = slices.Delete(b.list, n, n+1)
	return 16 * blockSize
}

func (b *blocks) bytes() int64 { return int64(16 * blockSize * len(b.list)) }
