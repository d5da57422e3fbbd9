package aggregate

import (
	"math/bits"

	"kinesql/operators/batch"
)

// bag is the different rows of each group, counted and in order: a treap for each
// group, whose nodes are the entries. It holds no pointers. Rows with a count
// below zero are not there to be seen.
type bag struct {
	entries
	left, right []uint32 // by entry: the root of the entries before and after it, +1
	weights     []int64  // by entry: how many rows are at or below it
	roots       []uint32 // by group, +1
}

func (b *bag) Grow(n int) { b.roots = grow(b.roots, n) }

// count counts row rows[i] of columns sign * times[i] times, or once each where
// times is nil.
func (b *bag) count(columns []batch.Vector, rows []int32, ids []uint32, times []int64, sign int64) {
	list := b.assign(columns, rows, ids)
	n := b.table.Len()
	b.left, b.right, b.weights = grow(b.left, n), grow(b.right, n), grow(b.weights, n)
	for i, e := range list {
		root := &b.roots[ids[i]]
		was, is := b.change(e, sign*timesOf(times, i))
		switch {
		case was == 0:
			b.groups[e], b.left[e], b.right[e] = ids[i], 0, 0
			b.weigh(e)
			*root = b.insert(*root, e)
		case is == 0:
			*root = b.remove(*root, e)
		default:
			b.reweigh(*root, e, max(is, 0)-max(was, 0))
		}
	}
	b.sweep()
}

// priority makes the treap even: a hash of the entry's number.
func priority(e uint32) uint32 { return bits.Reverse32(e*0x9E3779B1) ^ e*0x85EBCA6B }

func (b *bag) weight(at uint32) int64 {
	if at == 0 {
		return 0
	}
	return b.weights[at-1]
}

func (b *bag) weigh(e uint32) {
	b.weights[e] = max(b.counts[e], 0) + b.weight(b.left[e]) + b.weight(b.right[e])
}

// reweigh adds to the weights on the way to an entry.
func (b *bag) reweigh(at, e uint32, by int64) {
	for by != 0 {
		b.weights[at-1] += by
		if at-1 == e {
			return
		}
		if b.table.Compare(e, at-1) < 0 {
			at = b.left[at-1]
		} else {
			at = b.right[at-1]
		}
	}
}

// insert puts an entry into the treap at at and returns its root.
func (b *bag) insert(at, e uint32) uint32 {
	if at == 0 {
		return e + 1
	}
	n := at - 1
	before := b.table.Compare(e, n) < 0
	if priority(e) > priority(n) {
		b.left[e], b.right[e] = b.split(at, e)
		b.weigh(e)
		return e + 1
	}
	if before {
		b.left[n] = b.insert(b.left[n], e)
	} else {
		b.right[n] = b.insert(b.right[n], e)
	}
	b.weigh(n)
	return at
}

// split parts a treap into what is before an entry and what is after it.
func (b *bag) split(at, e uint32) (before, after uint32) {
	if at == 0 {
		return 0, 0
	}
	n := at - 1
	if b.table.Compare(e, n) < 0 {
		before, b.left[n] = b.split(b.left[n], e)
		after = at
	} else {
		b.right[n], after = b.split(b.right[n], e)
		before = at
	}
	b.weigh(n)
	return before, after
}

// remove takes an entry out of the treap at at and returns its root.
func (b *bag) remove(at, e uint32) uint32 {
	n := at - 1
	if n == e {
		return b.join(b.left[n], b.right[n])
	}
	if b.table.Compare(e, n) < 0 {
		b.left[n] = b.remove(b.left[n], e)
	} else {
		b.right[n] = b.remove(b.right[n], e)
	}
	b.weigh(n)
	return at
}

// join makes one treap of two, all of the first before the second.
func (b *bag) join(before, after uint32) uint32 {
	switch {
	case before == 0:
		return after
	case after == 0:
		return before
	case priority(before-1) > priority(after-1):
		b.right[before-1] = b.join(b.right[before-1], after)
		b.weigh(before - 1)
		return before
	}
	b.left[after-1] = b.join(before, b.left[after-1])
	b.weigh(after - 1)
	return after
}

// size is how many rows a group has.
func (b *bag) size(group uint32) int64 { return b.weight(b.roots[group]) }

// nth returns the entry of a group's row with n rows before it.
func (b *bag) nth(group uint32, n int64) uint32 {
	for at := b.roots[group]; ; {
		e := at - 1
		before := b.weight(b.left[e])
		switch own := max(b.counts[e], 0); {
		case n < before:
			at = b.left[e]
		case n < before+own:
			return e
		default:
			n -= before + own
			at = b.right[e]
		}
	}
}

// walk appends the entries of a treap in order, those that cannot be seen too.
func (b *bag) walk(at uint32, list []uint32) []uint32 {
	if at == 0 {
		return list
	}
	list = append(b.walk(b.left[at-1], list), at-1)
	return b.walk(b.right[at-1], list)
}

// merge adds groups of another bag, sign times.
func (b *bag) merge(from *bag, src, dst []uint32, sign int64) {
	var list, groups []uint32
	var times []int64
	for i, g := range src {
		list = from.walk(from.roots[g], list)
		for len(groups) < len(list) {
			groups = append(groups, dst[i])
		}
	}
	for _, e := range list {
		times = append(times, from.counts[e])
	}
	b.count(from.columns(list), upTo(len(list)), groups, times, sign)
}

// Reset makes groups empty.
func (b *bag) Reset(ids []uint32) {
	for _, id := range ids {
		for _, e := range b.walk(b.roots[id], nil) {
			b.drop(e)
		}
		b.roots[id] = 0
	}
	b.sweep()
}

// Clear drops all groups and keeps the memory.
func (b *bag) Clear() {
	b.clear()
	b.left, b.right, b.weights, b.roots = b.left[:0], b.right[:0], b.weights[:0], b.roots[:0]
}

// Bytes implements State.
func (b *bag) Bytes() int64 {
	return b.bytes() + sizeOf(b.left) + sizeOf(b.right) + sizeOf(b.weights) + sizeOf(b.roots)
}

// Retracts implements Retractor.
func (b *bag) Retracts() bool { return true }
