package batch

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/window"
)

// Builder fills the columns of a batch in memory of an allocator. A decoder
// appends to the lane slices of Cols directly: I64, F64, Bool, Dec within the
// capacity that Reset made, Off and Buf (which may grow) for LaneBytes. Valid
// stays nil until the first NULL, see Null. When a record is done the decoder
// calls EndRow; when it fails halfway, Truncate.
//
// ARRAY and ROW columns are built by Arrow's own builders in Nested, one a
// column, nil for the others.
type Builder struct {
	Cols   []Vector
	Nested []array.Builder
	Marks  []window.Micros // see Beside
	Starts []uint32        // see Beside
	Rows   int

	alloc   memory.Allocator
	schema  *Schema
	buffers [][2]*memory.Buffer
	room    []int // bytes a row that string columns get at first, after the last batch
	nulls   bool  // some column has a NULL
	marked  bool  // the last batch had marks
}

// NewBuilder returns a builder of batches of at most capacity rows. Call Reset
// before the first row of each batch, and Close at last.
func NewBuilder(alloc memory.Allocator, schema *Schema) *Builder {
	b := &Builder{alloc: alloc, schema: schema, Nested: make([]array.Builder, schema.Len()), room: make([]int, schema.Len())}
	for i, f := range schema.fields {
		b.room[i] = bytesPerString
		if f.Type.Lane() == LaneNested {
			b.Nested[i] = array.NewBuilder(alloc, f.Type.Arrow())
		}
	}
	return b
}

// Reset begins a batch of at most capacity rows.
func (b *Builder) Reset(capacity int) {
	b.drop()
	b.Rows, b.Marks, b.Starts, b.nulls = 0, nil, make([]uint32, 0, capacity), false
	if b.marked {
		b.Marks = make([]window.Micros, 0, capacity)
	}
	b.Cols = make([]Vector, b.schema.Len())
	b.buffers = make([][2]*memory.Buffer, b.schema.Len())
	for i, f := range b.schema.fields {
		b.Cols[i].Type = f.Type
		b.reserve(i, capacity)
	}
}

// bytesPerString is the room that a string column starts with, a row, until a
// batch has shown what it needs; more than maxPerString is never reserved.
const (
	bytesPerString = 16
	maxPerString   = 512
)

func (b *Builder) reserve(i, capacity int) {
	v := &b.Cols[i]
	switch v.Type.Lane() {
	case LaneInt:
		v.I64 = arrow.Int64Traits.CastFromBytes(b.buffer(i, 0, 8*capacity))[:0]
	case LaneFloat:
		v.F64 = arrow.Float64Traits.CastFromBytes(b.buffer(i, 0, 8*capacity))[:0]
	case LaneDecimal:
		v.Dec = arrow.Decimal128Traits.CastFromBytes(b.buffer(i, 0, 16*capacity))[:0]
	case LaneBool:
		v.Bool = make([]bool, 0, capacity)
	case LaneBytes:
		v.Off = arrow.Int32Traits.CastFromBytes(b.buffer(i, 0, 4*capacity+4))[:1]
		v.Off[0] = 0
		v.Buf = b.buffer(i, 1, b.room[i]*capacity)[:0]
	}
}

func (b *Builder) buffer(col, slot, size int) []byte {
	buf := memory.NewResizableBuffer(b.alloc)
	buf.Resize(size)
	b.buffers[col][slot] = buf
	return buf.Bytes()
}

// Null appends a NULL to column i, which is not nested.
func (b *Builder) Null(i int) {
	v := &b.Cols[i]
	b.nulls = true
	if v.Valid == nil {
		v.Valid = make([]bool, b.Rows, cap(b.Starts))
		for r := range v.Valid {
			v.Valid[r] = true
		}
	}
	v.Valid = append(v.Valid, false)
	switch v.Type.Lane() {
	case LaneInt:
		v.I64 = append(v.I64, 0)
	case LaneFloat:
		v.F64 = append(v.F64, 0)
	case LaneDecimal:
		v.Dec = append(v.Dec, decimal128.Num{})
	case LaneBool:
		v.Bool = append(v.Bool, false)
	case LaneBytes:
		v.Off = append(v.Off, int32(len(v.Buf)))
	}
}

// EndRow ends a row that every column has a value of.
func (b *Builder) EndRow() {
	b.Rows++
	if b.nulls {
		b.fillValid()
	}
}

// fillValid says of the columns with NULLs that have a value in the last row.
func (b *Builder) fillValid() {
	for i := range b.Cols {
		if v := &b.Cols[i]; v.Valid != nil && len(v.Valid) < b.Rows {
			v.Valid = append(v.Valid, true)
		}
	}
}

// Truncate drops what a record left behind that failed before its EndRow. It
// does not undo Nested: fill those last, when nothing else can fail.
func (b *Builder) Truncate() {
	n := b.Rows
	for i := range b.Cols {
		v := &b.Cols[i]
		v.Valid = shorten(v.Valid, n)
		v.I64, v.F64, v.Bool, v.Dec = shorten(v.I64, n), shorten(v.F64, n), shorten(v.Bool, n), shorten(v.Dec, n)
		if v.Off != nil {
			v.Off = shorten(v.Off, n+1)
			v.Buf = v.Buf[:v.Off[len(v.Off)-1]]
		}
	}
	b.Marks, b.Starts = shorten(b.Marks, n), shorten(b.Starts, n)
}

func shorten[T any](s []T, n int) []T {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// Finish returns the rows so far as a batch with the given origin. Call Reset
// before the next row.
func (b *Builder) Finish(origin *Origin) Batch {
	arrays := make([]arrow.Array, len(b.Cols))
	for i := range b.Cols {
		arrays[i] = b.finish(i)
	}
	rec := array.NewRecord(b.schema.arrow, arrays, int64(b.Rows))
	for _, a := range arrays {
		a.Release()
	}
	beside := Beside{Origin: origin}
	b.marked = b.Rows > 0 && len(b.Marks) == b.Rows
	if b.marked {
		beside.Marks = b.Marks
	}
	if len(b.Starts) == b.Rows && origin != nil {
		beside.Starts = b.Starts
	}
	b.drop()
	return Wrap(b.schema, rec, beside)
}

func (b *Builder) finish(i int) arrow.Array {
	v := &b.Cols[i]
	if b.Nested[i] != nil {
		return b.Nested[i].NewArray()
	}
	v.Len = b.Rows
	if b.Rows > 0 && v.Type.Lane() == LaneBytes {
		b.room[i] = min(maxPerString, len(v.Buf)/b.Rows+len(v.Buf)/b.Rows/8+1)
	}
	bits, nulls := packed(v.Valid)
	buffers := append([]*memory.Buffer{bits}, v.buffers(v.Type)...)
	for slot, own := range b.buffers[i] {
		if own != nil && slot+1 < len(buffers) && shares(own, buffers[slot+1]) {
			own.ResizeNoShrink(buffers[slot+1].Len())
			own.Retain()
			buffers[slot+1] = own
		}
	}
	data := array.NewData(v.Type.Arrow(), b.Rows, buffers, nil, nulls, 0)
	for _, buf := range buffers {
		if buf != nil {
			buf.Release()
		}
	}
	defer data.Release()
	return array.MakeFromData(data)
}

// shares reports whether a slice still lies in the buffer that was made for it
// (appending beyond its capacity moves it to the Go heap).
func shares(own, used *memory.Buffer) bool {
	return used.Len() > 0 && own.Len() >= used.Len() &&
		unsafe.SliceData(own.Bytes()) == unsafe.SliceData(used.Bytes())
}

// drop gives back the builder's hold on the buffers of the current batch.
func (b *Builder) drop() {
	for i := range b.buffers {
		for _, buf := range b.buffers[i] {
			if buf != nil {
				buf.Release()
			}
		}
	}
	b.buffers, b.Cols = nil, nil
}

// Close releases what the builder holds.
func (b *Builder) Close() {
	b.drop()
	for _, n := range b.Nested {
		if n != nil {
			n.Release()
		}
	}
}
