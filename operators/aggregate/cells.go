package aggregate

import (
	"bytes"
	"cmp"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// cells holds one value, NULL or nothing for each group.
type cells interface {
	Grow(n int)
	// set stores the value of row r, which may be NULL.
	set(id uint32, v *batch.Vector, r int32)
	// copy stores the value of another's group.
	copy(id uint32, from cells, src uint32)
	// compare orders the stored value, which is not NULL, and that of row r.
	compare(id uint32, v *batch.Vector, r int32) int
	// compareCell orders the stored value and that of another's group.
	compareCell(id uint32, from cells, src uint32) int
	// append appends the value to out: NULL if there is none.
	append(id uint32, out *batch.Vector)
	// has reports whether there is a value, NULL included.
	has(id uint32) bool
	// score is as in Scorer.
	score(id uint32) float64
	reset(id uint32)
	Clear()
	Bytes() int64
}

func newCells(t batch.Type) (func() cells, error) {
	switch t.Lane() {
	case batch.LaneInt:
		return func() cells { return &numberCells[int64]{lane: intLane{}} }, nil
	case batch.LaneFloat:
		return func() cells { return &numberCells[float64]{lane: floatLane{}} }, nil
	case batch.LaneBool:
		return func() cells { return &numberCells[bool]{lane: boolLane{}} }, nil
	case batch.LaneDecimal:
		return func() cells { return &numberCells[decimal128.Num]{lane: decimalLane{}} }, nil
	case batch.LaneBytes:
		return func() cells { return &bytesCells{} }, nil
	}
	return nil, fmt.Errorf("cannot keep a value of type %s", t)
}

// What a cell holds.
const (
	nothing uint8 = iota
	null
	value
)

// lane is how numberCells reads, orders and writes values of a vector.
type lane[T any] interface {
	get(v *batch.Vector, r int32) T
	compare(a, b T) int
	append(out *batch.Vector, x T)
	score(x T) float64
}

// numberCells is cells of a fixed width.
type numberCells[T any] struct {
	lane   lane[T]
	holds  []uint8
	values []T
}

func (c *numberCells[T]) Grow(n int) {
	c.holds, c.values = grow(c.holds, n), grow(c.values, n)
}

func (c *numberCells[T]) set(id uint32, v *batch.Vector, r int32) {
	if !v.IsValid(int(r)) {
		c.holds[id] = null
		return
	}
	c.holds[id], c.values[id] = value, c.lane.get(v, r)
}

func (c *numberCells[T]) copy(id uint32, from cells, src uint32) {
	o := from.(*numberCells[T])
	c.holds[id], c.values[id] = o.holds[src], o.values[src]
}

func (c *numberCells[T]) compare(id uint32, v *batch.Vector, r int32) int {
	return c.lane.compare(c.values[id], c.lane.get(v, r))
}

func (c *numberCells[T]) compareCell(id uint32, from cells, src uint32) int {
	return c.lane.compare(c.values[id], from.(*numberCells[T]).values[src])
}

func (c *numberCells[T]) append(id uint32, out *batch.Vector) {
	if c.holds[id] != value {
		appendNull(out)
		return
	}
	c.lane.append(out, c.values[id])
}

func (c *numberCells[T]) has(id uint32) bool { return c.holds[id] != nothing }

func (c *numberCells[T]) score(id uint32) float64 {
	if c.holds[id] != value {
		return math.NaN()
	}
	return c.lane.score(c.values[id])
}

func (c *numberCells[T]) reset(id uint32) { c.holds[id] = nothing }

func (c *numberCells[T]) Clear() { c.holds, c.values = c.holds[:0], c.values[:0] }

func (c *numberCells[T]) Bytes() int64 { return sizeOf(c.holds) + sizeOf(c.values) }

type intLane struct{}

func (intLane) get(v *batch.Vector, r int32) int64 { return v.I64[r] }
func (intLane) compare(a, b int64) int             { return cmp.Compare(a, b) }
func (intLane) append(out *batch.Vector, x int64)  { appendInt(out, x) }
func (intLane) score(x int64) float64              { return float64(x) }

type floatLane struct{}

func (floatLane) get(v *batch.Vector, r int32) float64 { return v.F64[r] }
func (floatLane) compare(a, b float64) int             { return compareFloats(a, b) }
func (floatLane) append(out *batch.Vector, x float64)  { appendFloat(out, x) }

// score puts NaN, which is a value here, above all others.
func (floatLane) score(x float64) float64 {
	if math.IsNaN(x) {
		return math.Inf(1)
	}
	return x
}

type boolLane struct{}

func (boolLane) get(v *batch.Vector, r int32) bool { return v.Bool[r] }
func (boolLane) compare(a, b bool) int             { return compareNulls(!a, !b) }
func (boolLane) append(out *batch.Vector, x bool)  { appendBool(out, x) }
func (boolLane) score(x bool) float64 {
	if x {
		return 1
	}
	return 0
}

type decimalLane struct{}

func (decimalLane) get(v *batch.Vector, r int32) decimal128.Num { return v.Dec[r] }
func (decimalLane) compare(a, b decimal128.Num) int             { return a.Cmp(b) }
func (decimalLane) append(out *batch.Vector, x decimal128.Num)  { appendDecimal(out, x) }

func (decimalLane) score(x decimal128.Num) float64 {
	return math.Ldexp(float64(x.HighBits()), 64) + float64(x.LowBits())
}

// bytesCells is cells of bytes, in an arena. A new value takes the place of the
// old one if it fits there.
type bytesCells struct {
	holds []uint8
	refs  []cellRef
	arena []byte
	dead  int
}

type cellRef struct {
	at        uint64
	size, cap uint32
}

func (c *bytesCells) Grow(n int) {
	c.holds, c.refs = grow(c.holds, n), grow(c.refs, n)
}

func (c *bytesCells) bytes(id uint32) []byte {
	r := c.refs[id]
	return c.arena[r.at : r.at+uint64(r.size)]
}

func (c *bytesCells) set(id uint32, v *batch.Vector, r int32) {
	if !v.IsValid(int(r)) {
		c.holds[id] = null
		return
	}
	c.put(id, v.Bytes(int(r)))
}

func (c *bytesCells) put(id uint32, b []byte) {
	c.holds[id] = value
	r := &c.refs[id]
	if len(b) <= int(r.cap) {
		r.size = uint32(len(b))
		copy(c.arena[r.at:], b)
		return
	}
	c.dead += int(r.cap)
	*r = cellRef{uint64(len(c.arena)), uint32(len(b)), uint32(len(b))}
	c.arena = append(c.arena, b...)
	if c.dead > 1<<16 && c.dead > len(c.arena)/2 {
		c.compact()
	}
}

// compact moves the values into a new arena.
func (c *bytesCells) compact() {
	arena := make([]byte, 0, len(c.arena)-c.dead)
	for id := range c.refs {
		r := &c.refs[id]
		b := c.bytes(uint32(id))
		r.at, r.cap = uint64(len(arena)), r.size
		arena = append(arena, b...)
	}
	c.arena, c.dead = arena, 0
}

func (c *bytesCells) copy(id uint32, from cells, src uint32) {
	o := from.(*bytesCells)
	if o.holds[src] != value {
		c.holds[id] = o.holds[src]
		return
	}
	c.put(id, o.bytes(src))
}

func (c *bytesCells) compare(id uint32, v *batch.Vector, r int32) int {
	return bytes.Compare(c.bytes(id), v.Bytes(int(r)))
}

func (c *bytesCells) compareCell(id uint32, from cells, src uint32) int {
	return bytes.Compare(c.bytes(id), from.(*bytesCells).bytes(src))
}

func (c *bytesCells) append(id uint32, out *batch.Vector) {
	if c.holds[id] != value {
		appendNull(out)
		return
	}
	appendBytes(out, c.bytes(id))
}

func (c *bytesCells) has(id uint32) bool { return c.holds[id] != nothing }

// score orders by the first six bytes.
func (c *bytesCells) score(id uint32) float64 {
	if c.holds[id] != value {
		return math.NaN()
	}
	b, x := c.bytes(id), uint64(0)
	for i := range 6 {
		x <<= 8
		if i < len(b) {
			x |= uint64(b[i])
		}
	}
	return float64(x)
}

func (c *bytesCells) reset(id uint32) {
	c.dead += int(c.refs[id].cap)
	c.holds[id], c.refs[id] = nothing, cellRef{}
}

func (c *bytesCells) Clear() {
	c.holds, c.refs, c.arena, c.dead = c.holds[:0], c.refs[:0], c.arena[:0], 0
}

func (c *bytesCells) Bytes() int64 { return sizeOf(c.holds) + sizeOf(c.refs) + sizeOf(c.arena) }
