package aggregate

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// fixedTable is a Table for several columns of fixed width. A key is a word of
// NULL flags and one word a column, two for a DECIMAL; a NULL's words are zero.
type fixedTable struct {
	types []batch.Type
	at    []int // the first word of each column
	width int   // words of a key
	seed  uint64
	slots slots
	keys  []uint64 // by id
	free  []uint32
	row   []uint64
}

func newFixedTable(types []batch.Type, words int) *fixedTable {
	t := &fixedTable{types: types, width: 1, seed: seed(), slots: newSlots()}
	for _, typ := range types {
		t.at = append(t.at, t.width)
		t.width++
		if typ.Lane() == batch.LaneDecimal {
			t.width++
		}
	}
	t.row = make([]uint64, t.width)
	return t
}

func (t *fixedTable) Assign(keys []batch.Vector, rows []int32, ids []uint32) {
	for i, r := range rows {
		t.encode(keys, r)
		ids[i] = t.of()
	}
}

// encode writes the key of a row into t.row.
func (t *fixedTable) encode(keys []batch.Vector, r int32) {
	clear(t.row)
	for c := range keys {
		v := &keys[c]
		if v.Valid != nil && !v.Valid[r] {
			t.row[0] |= 1 << c
			continue
		}
		w := t.at[c]
		switch v.Type.Lane() {
		case batch.LaneInt:
			t.row[w] = uint64(v.I64[r])
		case batch.LaneFloat:
			t.row[w] = floatKey(v.F64[r])
		case batch.LaneBool:
			if v.Bool[r] {
				t.row[w] = 1
			}
		case batch.LaneDecimal:
			t.row[w], t.row[w+1] = uint64(v.Dec[r].HighBits()), v.Dec[r].LowBits()
		}
	}
}

// floatKey is the same for equal numbers: one zero, one NaN.
func floatKey(f float64) uint64 {
	if f == 0 {
		return 0
	}
	if math.IsNaN(f) {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

func (t *fixedTable) hash(key []uint64) uint32 {
	h := t.seed
	for _, w := range key {
		hi, lo := bits.Mul64(w^h, multiplier)
		h = hi ^ lo + 0x9E3779B97F4A7C15
	}
	hi, lo := bits.Mul64(h, multiplier)
	return uint32(hi ^ lo)
}

// of returns the id of the key in t.row.
func (t *fixedTable) of() uint32 {
	hash := t.hash(t.row)
	h := hash & t.slots.mask
	for ; ; h = (h + 1) & t.slots.mask {
		s := t.slots.list[h]
		if s.next == 0 {
			return t.insert(h, hash)
		}
		if s.hash == hash && equalWords(t.key(s.next-1), t.row) {
			return s.next - 1
		}
	}
}

func equalWords(a, b []uint64) bool {
	for i, w := range a {
		if w != b[i] {
			return false
		}
	}
	return true
}

func (t *fixedTable) key(id uint32) []uint64 {
	at := int(id) * t.width
	return t.keys[at : at+t.width : at+t.width]
}

func (t *fixedTable) insert(h, hash uint32) uint32 {
	var id uint32
	if n := len(t.free); n > 0 {
		id = t.free[n-1]
		t.free = t.free[:n-1]
		copy(t.key(id), t.row)
	} else {
		id = uint32(t.Len())
		t.keys = append(t.keys, t.row...)
	}
	t.slots.fill(h, hash, id)
	return id
}

func (t *fixedTable) Type(col int) batch.Type { return t.types[col] }

func (t *fixedTable) Len() int  { return len(t.keys) / t.width }
func (t *fixedTable) Live() int { return t.Len() - len(t.free) }

func (t *fixedTable) Append(col int, ids []uint32, out *batch.Vector) {
	w, lane := t.at[col], t.types[col].Lane()
	for _, id := range ids {
		key := t.key(id)
		switch {
		case key[0]>>col&1 != 0:
			appendNull(out)
		case lane == batch.LaneInt:
			appendInt(out, int64(key[w]))
		case lane == batch.LaneFloat:
			appendFloat(out, math.Float64frombits(key[w]))
		case lane == batch.LaneBool:
			appendBool(out, key[w] != 0)
		default:
			appendDecimal(out, decimal128.New(int64(key[w]), key[w+1]))
		}
	}
}

func (t *fixedTable) Compare(a, b uint32) int {
	x, y := t.key(a), t.key(b)
	for c, typ := range t.types {
		if c := compareNulls(x[0]>>c&1 != 0, y[0]>>c&1 != 0); c != 0 {
			return c
		}
		w := t.at[c]
		order := 0
		switch typ.Lane() {
		case batch.LaneFloat:
			order = compareFloats(math.Float64frombits(x[w]), math.Float64frombits(y[w]))
		case batch.LaneDecimal:
			order = decimal128.New(int64(x[w]), x[w+1]).Cmp(decimal128.New(int64(y[w]), y[w+1]))
		default:
			order = cmp.Compare(int64(x[w]), int64(y[w]))
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

// compareNulls puts NULL first.
func compareNulls(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// compareFloats puts NaN last.
func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	}
	return -compareNulls(math.IsNaN(a), math.IsNaN(b))
}

func (t *fixedTable) Remove(ids []uint32) {
	for _, id := range ids {
		t.slots.remove(t.hash(t.key(id)), id)
		t.free = append(t.free, id)
	}
}

func (t *fixedTable) Clear() {
	t.slots.clear()
	t.keys, t.free = t.keys[:0], t.free[:0]
}

func (t *fixedTable) Bytes() int64 { return sizeOf(t.slots.list) + sizeOf(t.keys) + sizeOf(t.free) }
