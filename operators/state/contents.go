package state

// Contents finds rows of a Rows by their contents: an index of those that may be
// taken back. Equal rows are told apart by nothing, so any of them is found.
type Contents struct {
	rows  *Rows
	slots []slot
	used  int
	same  []uint32 // by ID: another row equal to it, +1
}

// slot is free where next is 0. Of equal rows only one has a slot.
type slot struct {
	hash uint32
	next uint32 // ID+1
}

const firstSlots = 64

// NewContents returns an index without rows.
func NewContents(rows *Rows) *Contents {
	return &Contents{rows: rows, slots: make([]slot, firstSlots)}
}

// Add enters a row.
func (c *Contents) Add(id ID) {
	c.same = enough(c.same, int(id)+1)
	c.same[id] = 0
	hash := uint32(c.rows.Hash(id))
	h := c.find(hash, func(other ID) bool { return c.rows.Same(id, other) })
	if s := c.slots[h]; s.next != 0 {
		c.same[id], c.same[s.next-1] = c.same[s.next-1], uint32(id)+1
		return
	}
	c.slots[h] = slot{hash, uint32(id) + 1}
	if c.used++; c.used*2 > len(c.slots) {
		c.double()
	}
}

// find returns the slot of the row for which is holds, or the free one where it
// would be.
func (c *Contents) find(hash uint32, is func(ID) bool) uint32 {
	mask := uint32(len(c.slots) - 1)
	h := hash & mask
	for ; ; h = (h + 1) & mask {
		if s := c.slots[h]; s.next == 0 || s.hash == hash && is(ID(s.next-1)) {
			return h
		}
	}
}

func (c *Contents) double() {
	old := c.slots
	c.slots = make([]slot, 2*len(old))
	mask := uint32(len(c.slots) - 1)
	for _, s := range old {
		if s.next == 0 {
			continue
		}
		h := s.hash & mask
		for c.slots[h].next != 0 {
			h = (h + 1) & mask
		}
		c.slots[h] = s
	}
}

// Find returns a row equal to row of the probe's batch, or None.
func (c *Contents) Find(p *Probe, row int) ID {
	h := c.find(uint32(p.Hash(row)), func(id ID) bool { return p.Equal(id, row) })
	n := c.slots[h].next
	if n == 0 {
		return None
	}
	if other := c.same[n-1]; other != 0 { // cheaper to remove
		return ID(other - 1)
	}
	return ID(n - 1)
}

// Remove takes a row out of the index. It must still be in its Rows.
func (c *Contents) Remove(id ID) {
	hash := uint32(c.rows.Hash(id))
	h := c.find(hash, func(other ID) bool { return other == id || c.rows.Same(id, other) })
	at := c.slots[h].next - 1
	switch {
	case at != uint32(id):
		for c.same[at] != uint32(id)+1 {
			at = c.same[at] - 1
		}
		c.same[at] = c.same[id]
	case c.same[id] != 0:
		c.slots[h].next = c.same[id]
	default:
		c.unslot(h)
	}
	c.same[id] = 0
}

// unslot frees a slot and moves back those behind it that were pushed on by it.
func (c *Contents) unslot(h uint32) {
	mask := uint32(len(c.slots) - 1)
	for next := (h + 1) & mask; c.slots[next].next != 0; next = (next + 1) & mask {
		home := c.slots[next].hash & mask
		if (next-home)&mask >= (next-h)&mask {
			c.slots[h] = c.slots[next]
			h = next
		}
	}
	c.slots[h] = slot{}
	c.used--
}

// Bytes is the memory held.
func (c *Contents) Bytes() int64 { return int64(8*cap(c.slots) + 4*cap(c.same)) }
