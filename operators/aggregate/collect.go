package aggregate

import (
	"bytes"
	"encoding/binary"
	"slices"

	"kinesql/operators/batch"
)

// element is a collected value in the arena: the sort key, then the text.
type element struct {
	at        uint64
	key, size uint32 // bytes of the key, and of key and text
	prev      uint32 // the element of the same group before this one, +1
}

// collector keeps the texts of the rows of each group, to be put in order at
// last: by the ORDER BY columns, then by arrival.
type collector struct {
	order    []SortKey
	elements []element
	arena    []byte
	last     []uint32 // by group: the latest element, +1
	dead     int      // elements of groups that were reset
}

func (c *collector) Grow(n int) { c.last = grow(c.last, n) }

// begin starts an element of a row; the text is to be appended to the arena.
func (c *collector) begin(in *Rows, r int32) element {
	e := element{at: uint64(len(c.arena))}
	for i, k := range c.order {
		c.arena = appendSortKey(c.arena, k, &in.Order[i], r)
	}
	c.arena = binary.BigEndian.AppendUint64(c.arena, uint64(in.seq(r)))
	e.key = uint32(uint64(len(c.arena)) - e.at)
	return e
}

// end puts an element into a group's list.
func (c *collector) end(e element, group uint32) {
	e.size = uint32(uint64(len(c.arena)) - e.at)
	e.prev = c.last[group]
	c.elements = append(c.elements, e)
	c.last[group] = uint32(len(c.elements))
}

func (c *collector) keyOf(e element) []byte { return c.arena[e.at : e.at+uint64(e.key)] }
func (c *collector) textOf(e element) []byte {
	return c.arena[e.at+uint64(e.key) : e.at+uint64(e.size)]
}

// list returns the elements of a group in the order in which they were added.
func (c *collector) list(group uint32) []element {
	var out []element
	for i := c.last[group]; i != 0; i = c.elements[i-1].prev {
		out = append(out, c.elements[i-1])
	}
	slices.Reverse(out)
	return out
}

// sorted returns the elements of a group in the order of the result.
func (c *collector) sorted(group uint32) []element {
	out := c.list(group)
	slices.SortStableFunc(out, func(a, b element) int { return bytes.Compare(c.keyOf(a), c.keyOf(b)) })
	return out
}

func (c *collector) merge(o *collector, src, dst []uint32) {
	for i, d := range dst {
		for _, e := range o.list(src[i]) {
			at := uint64(len(c.arena))
			c.arena = append(c.arena, o.arena[e.at:e.at+uint64(e.size)]...)
			c.end(element{at: at, key: e.key}, d)
		}
	}
}

func (c *collector) Reset(ids []uint32) {
	for _, id := range ids {
		for i := c.last[id]; i != 0; i = c.elements[i-1].prev {
			c.dead++
		}
		c.last[id] = 0
	}
	if c.dead > 1024 && c.dead > len(c.elements)/2 {
		c.compact()
	}
}

// compact moves the elements that are left into a new arena.
func (c *collector) compact() {
	fresh := collector{last: make([]uint32, len(c.last))}
	for g := range c.last {
		fresh.merge(c, []uint32{uint32(g)}, []uint32{uint32(g)})
	}
	c.elements, c.arena, c.last, c.dead = fresh.elements, fresh.arena, fresh.last, 0
}

func (c *collector) Clear() {
	c.elements, c.arena, c.last, c.dead = c.elements[:0], c.arena[:0], c.last[:0], 0
}

// Bytes implements State.
func (c *collector) Bytes() int64 { return sizeOf(c.elements) + sizeOf(c.arena) + sizeOf(c.last) }

func collections() []*Function {
	return []*Function{groupConcat(), jsonArray()}
}

// textTypes returns VARCHAR for each argument but JSON and VARCHAR themselves.
func textTypes(args []batch.Type) []batch.Type {
	out := slices.Clone(args)
	for i, t := range out {
		if !t.IsString() {
			out[i] = batch.Of(batch.Varchar)
		}
	}
	return out
}
