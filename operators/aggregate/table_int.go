package aggregate

import (
	"cmp"
	"math/bits"
	"slices"

	"kinesql/operators/batch"
)

// intTable is a Table for one column of LaneInt: linear probing, each slot with
// the whole key, so that a probe touches one cache line.
type intTable struct {
	typ   batch.Type
	seed  uint64
	mask  uint64
	slots []intSlot
	keys  []int64  // by id
	free  []uint32 // removed ids
	null  uint32   // id+1 of the NULL key, 0 if there is none
	used  int      // slots
	seen  uint32   // what visit has read, so that it does read
}

// intSlot is free where next is 0.
type intSlot struct {
	key  int64
	next uint32 // id+1
}

const (
	firstSlots = 64
	multiplier = 0xD6E8FEB86659FD93
)

func newIntTable(t batch.Type) *intTable {
	return &intTable{typ: t, seed: seed(), mask: firstSlots - 1, slots: make([]intSlot, firstSlots)}
}

// hash mixes with one widening multiplication.
func (t *intTable) hash(k int64) uint64 {
	hi, lo := bits.Mul64(uint64(k)^t.seed, multiplier)
	return hi ^ lo
}

func (t *intTable) Assign(keys []batch.Vector, rows []int32, ids []uint32) {
	column := &keys[0]
	if column.Valid != nil {
		t.assignNulls(column, rows, ids)
		return
	}
	var homes [ahead]uint32
	for from := 0; from < len(rows); from += ahead {
		part := rows[from:min(from+ahead, len(rows))]
		t.visit(column.I64, part, &homes)
		t.assign(column.I64, part, &homes, ids[from:])
	}
}

// ahead is of how many keys the slots are visited before the first is looked up.
const ahead = 64

// large is the number of slots from which a table is beyond the processor's
// nearer caches.
const large = 1 << 14

// visit computes the home slots of keys. Those of a large table it reads as well,
// without looking at what they hold: the processor waits for all of them at
// once, whereas each look-up ends in a branch that nobody can predict.
func (t *intTable) visit(values []int64, rows []int32, homes *[ahead]uint32) {
	slots := t.slots
	if len(slots) < large {
		for i, r := range rows {
			homes[i] = uint32(t.hash(values[r]) & t.mask)
		}
		return
	}
	seen := uint32(0)
	for i, r := range rows {
		h := t.hash(values[r]) & uint64(len(slots)-1)
		homes[i] = uint32(h)
		seen |= slots[h].next
	}
	t.seen = seen
}

// assign looks up keys by their home slots.
func (t *intTable) assign(values []int64, rows []int32, homes *[ahead]uint32, ids []uint32) {
	slots := t.slots
	ids = ids[:len(rows)]
	for i, r := range rows {
		k, h := values[r], uint64(homes[i])
		for {
			s := &slots[h&uint64(len(slots)-1)]
			if s.key == k && s.next != 0 {
				ids[i] = s.next - 1
				break
			}
			if s.next != 0 {
				h++
				continue
			}
			ids[i] = t.insert(k, h)
			if len(t.slots) == len(slots) {
				break
			}
			for j := i + 1; j < len(rows); j++ { // doubled: the homes are others
				ids[j] = t.of(values[rows[j]])
			}
			return
		}
	}
}

func (t *intTable) assignNulls(column *batch.Vector, rows []int32, ids []uint32) {
	for i, r := range rows {
		if !column.Valid[r] {
			ids[i] = t.nullID()
			continue
		}
		ids[i] = t.of(column.I64[r])
	}
}

func (t *intTable) of(k int64) uint32 {
	h := t.hash(k) & t.mask
	for ; ; h = (h + 1) & t.mask {
		s := &t.slots[h]
		if s.next == 0 {
			return t.insert(k, h)
		}
		if s.key == k {
			return s.next - 1
		}
	}
}

func (t *intTable) nullID() uint32 {
	if t.null == 0 {
		t.null = t.take(0) + 1
	}
	return t.null - 1
}

// take returns an id for a new key.
func (t *intTable) take(k int64) uint32 {
	if n := len(t.free); n > 0 {
		id := t.free[n-1]
		t.free = t.free[:n-1]
		t.keys[id] = k
		return id
	}
	t.keys = append(t.keys, k)
	return uint32(len(t.keys) - 1)
}

// insert puts a new key into the free slot h.
func (t *intTable) insert(k int64, h uint64) uint32 {
	id := t.take(k)
	t.slots[h&t.mask] = intSlot{k, id + 1}
	t.used++
	if t.used*2 > len(t.slots) {
		t.double()
	}
	return id
}

func (t *intTable) double() {
	old := t.slots
	t.slots = make([]intSlot, 2*len(old))
	t.mask = uint64(len(t.slots) - 1)
	for _, s := range old {
		if s.next == 0 {
			continue
		}
		h := t.hash(s.key) & t.mask
		for t.slots[h].next != 0 {
			h = (h + 1) & t.mask
		}
		t.slots[h] = s
	}
}

func (t *intTable) Type(int) batch.Type { return t.typ }

func (t *intTable) Len() int  { return len(t.keys) }
func (t *intTable) Live() int { return len(t.keys) - len(t.free) }

func (t *intTable) Append(_ int, ids []uint32, out *batch.Vector) {
	if t.null == 0 && out.Valid == nil {
		from := len(out.I64)
		out.I64 = slices.Grow(out.I64, len(ids))[:from+len(ids)]
		out.Len += len(ids)
		for i, values := 0, out.I64[from:]; i < len(ids); i++ {
			values[i] = t.keys[ids[i]]
		}
		return
	}
	for _, id := range ids {
		if id+1 == t.null {
			appendNull(out)
			continue
		}
		appendInt(out, t.keys[id])
	}
}

func (t *intTable) Compare(a, b uint32) int {
	switch {
	case a == b:
		return 0
	case a+1 == t.null:
		return -1
	case b+1 == t.null:
		return 1
	}
	return cmp.Compare(t.keys[a], t.keys[b])
}

func (t *intTable) Remove(ids []uint32) {
	for from := 0; from < len(ids); from += ahead {
		part := ids[from:min(from+ahead, len(ids))]
		t.visitIDs(part)
		for _, id := range part {
			t.free = append(t.free, id)
			if id+1 == t.null {
				t.null = 0
				continue
			}
			t.remove(t.keys[id])
		}
	}
}

// visitIDs is visit for keys that have ids.
func (t *intTable) visitIDs(ids []uint32) {
	if len(t.slots) < large {
		return
	}
	seen := uint32(0)
	for _, id := range ids {
		seen |= t.slots[t.hash(t.keys[id])&t.mask].next
	}
	t.seen = seen
}

// remove frees the slot of a key and moves back those behind it that were
// pushed on by it.
func (t *intTable) remove(k int64) {
	h := t.hash(k) & t.mask
	for t.slots[h].key != k || t.slots[h].next == 0 {
		h = (h + 1) & t.mask
	}
	for next := (h + 1) & t.mask; t.slots[next].next != 0; next = (next + 1) & t.mask {
		home := t.hash(t.slots[next].key) & t.mask
		if (next-home)&t.mask >= (next-h)&t.mask {
			t.slots[h] = t.slots[next]
			h = next
		}
	}
	t.slots[h] = intSlot{}
	t.used--
}

func (t *intTable) Clear() {
	if len(t.slots) > wasteful*len(t.keys)+firstSlots {
		*t = *newIntTable(t.typ)
		return
	}
	clear(t.slots)
	t.keys, t.free, t.null, t.used = t.keys[:0], t.free[:0], 0, 0
}

func (t *intTable) Bytes() int64 { return sizeOf(t.slots) + sizeOf(t.keys) + sizeOf(t.free) }
