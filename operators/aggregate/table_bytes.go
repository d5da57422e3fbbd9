package aggregate

import (
	"bytes"
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/zeebo/xxh3"

	"kinesql/operators/batch"
)

// bytesTable is a Table for keys of any types. A key lies in an arena as its
// columns end to end: a byte 0 for NULL or 1, then for numbers 8 bytes, for
// BOOLEAN 1 and for DECIMAL 16, big-endian with the sign flipped so that bytes
// sort as values do, and for strings the bytes with 0 written as 0 255, ended
// by 0 0. The last column's string is written as it is, without an end.
type bytesTable struct {
	types []batch.Type
	seed  uint64
	slots slots
	arena []byte
	refs  []ref // by id
	free  []uint32
	dead  int // bytes of the arena that belong to removed keys
	row   []byte
}

type ref struct {
	at     uint64
	length uint32
}

func newBytesTable(types []batch.Type) *bytesTable {
	return &bytesTable{types: types, seed: seed(), slots: newSlots()}
}

func (t *bytesTable) Assign(keys []batch.Vector, rows []int32, ids []uint32) {
	for i, r := range rows {
		t.row = t.row[:0]
		for c := range keys {
			v := &keys[c]
			if v.Valid != nil && !v.Valid[r] {
				t.row = append(t.row, 0)
				continue
			}
			t.row = appendSortable(append(t.row, 1), v, r, c == len(keys)-1)
		}
		ids[i] = t.of()
	}
}

// of returns the id of the key in t.row.
func (t *bytesTable) of() uint32 {
	hash := uint32(xxh3.HashSeed(t.row, t.seed))
	h := hash & t.slots.mask
	for ; ; h = (h + 1) & t.slots.mask {
		s := t.slots.list[h]
		if s.next == 0 {
			return t.insert(h, hash)
		}
		if s.hash == hash && bytes.Equal(t.key(s.next-1), t.row) {
			return s.next - 1
		}
	}
}

func (t *bytesTable) key(id uint32) []byte {
	r := t.refs[id]
	return t.arena[r.at : r.at+uint64(r.length)]
}

func (t *bytesTable) insert(h, hash uint32) uint32 {
	at := ref{uint64(len(t.arena)), uint32(len(t.row))}
	t.arena = append(t.arena, t.row...)
	var id uint32
	if n := len(t.free); n > 0 {
		id = t.free[n-1]
		t.free = t.free[:n-1]
		t.refs[id] = at
	} else {
		id = uint32(len(t.refs))
		t.refs = append(t.refs, at)
	}
	t.slots.fill(h, hash, id)
	return id
}

func (t *bytesTable) Type(col int) batch.Type { return t.types[col] }

func (t *bytesTable) Len() int  { return len(t.refs) }
func (t *bytesTable) Live() int { return len(t.refs) - len(t.free) }

func (t *bytesTable) Append(col int, ids []uint32, out *batch.Vector) {
	for _, id := range ids {
		key := t.key(id)
		for c := range col {
			key = key[t.length(c, key):]
		}
		t.decode(col, key, out)
	}
}

// length is how many bytes column c takes at the start of key.
func (t *bytesTable) length(c int, key []byte) int {
	if key[0] == 0 {
		return 1
	}
	switch t.types[c].Lane() {
	case batch.LaneBool:
		return 2
	case batch.LaneDecimal:
		return 17
	case batch.LaneBytes:
		return 1 + endOfBytes(key[1:]) + 2
	}
	return 9
}

// endOfBytes is where the two zeros stand that end a string.
func endOfBytes(key []byte) int {
	for i := 0; ; i += 2 {
		i += bytes.IndexByte(key[i:], 0)
		if key[i+1] == 0 {
			return i
		}
	}
}

func (t *bytesTable) decode(c int, key []byte, out *batch.Vector) {
	if key[0] == 0 {
		appendNull(out)
		return
	}
	key = key[1:]
	switch t.types[c].Lane() {
	case batch.LaneInt:
		appendInt(out, int64(binary.BigEndian.Uint64(key)^signBit))
	case batch.LaneFloat:
		appendFloat(out, unsortable(binary.BigEndian.Uint64(key)))
	case batch.LaneBool:
		appendBool(out, key[0] != 0)
	case batch.LaneDecimal:
		high := int64(binary.BigEndian.Uint64(key) ^ signBit)
		appendDecimal(out, decimal128.New(high, binary.BigEndian.Uint64(key[8:])))
	case batch.LaneBytes:
		if c < len(t.types)-1 {
			key = bytes.ReplaceAll(key[:endOfBytes(key)], []byte{0, 255}, []byte{0})
		}
		appendBytes(out, key)
	}
}

func (t *bytesTable) Compare(a, b uint32) int { return bytes.Compare(t.key(a), t.key(b)) }

func (t *bytesTable) Remove(ids []uint32) {
	for _, id := range ids {
		key := t.key(id)
		t.slots.remove(uint32(xxh3.HashSeed(key, t.seed)), id)
		t.dead += len(key)
		t.refs[id] = ref{}
		t.free = append(t.free, id)
	}
	if t.dead > 1<<16 && t.dead > len(t.arena)/2 {
		t.compact()
	}
}

// compact moves the keys that are left into a new arena.
func (t *bytesTable) compact() {
	arena := make([]byte, 0, len(t.arena)-t.dead)
	for id, r := range t.refs {
		t.refs[id].at = uint64(len(arena))
		arena = append(arena, t.arena[r.at:r.at+uint64(r.length)]...)
	}
	t.arena, t.dead = arena, 0
}

func (t *bytesTable) Clear() {
	t.slots.clear()
	t.arena, t.refs, t.free, t.dead = t.arena[:0], t.refs[:0], t.free[:0], 0
}

func (t *bytesTable) Bytes() int64 {
	return sizeOf(t.slots.list) + sizeOf(t.arena) + sizeOf(t.refs) + sizeOf(t.free)
}
