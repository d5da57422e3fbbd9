package batch

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"kinesql/window"
)

// Kind says what a row does to the relation that a changelog describes.
type Kind uint8

// The change kinds. An UpdateBefore is followed at once, in the same batch, by
// its UpdateAfter.
const (
	Insert Kind = iota
	Delete
	UpdateBefore
	UpdateAfter
)

var kindMarks = [...]string{"+I", "-D", "-U", "+U"}

// String is the mark that changelogs print: +I, -D, -U, +U.
func (k Kind) String() string { return kindMarks[k] }

// Adds reports whether the row joins the relation (Insert, UpdateAfter) rather
// than leaves it.
func (k Kind) Adds() bool { return k == Insert || k == UpdateAfter }

// Origin says where the rows of a batch were read, so that a late or failed row
// can be kept with its raw bytes. Block is borrowed with the batch until Own.
type Origin struct {
	Split string // file path or shard id
	Block []byte // raw input that the rows were decoded from
	Line  int64  // line (or record) number of the start of Block, from 1; 0: lines are not counted
	// Sequence tells the sequence number of the record at a byte of Block; nil: they
	// have none. It outlives the batch.
	Sequence func(start int) string
	owned    bool
}

// Beside is what stands beside the columns. Each slice is nil or has an entry
// a row; the kernels of this package keep them in step and nothing else may
// reorder rows.
type Beside struct {
	Kinds  []Kind          // nil: all Insert
	Marks  []window.Micros // the watermark that stood just before each row; nil: unknown
	Origin *Origin
	Starts []uint32 // each row's first byte in Origin.Block
}

// Batch is an Arrow record and what stands beside it. The record is counted:
// a batch handed to a call is borrowed for that call, a batch that crosses a
// channel is owned by the receiver (Own on the sending side). Whoever makes a
// batch releases it.
type Batch struct {
	arrow.Record
	Beside
	schema *Schema
}

// New returns a batch of computed or viewed columns. It takes over the slices
// of computed columns, which must not change afterwards, and retains the arrays
// that views share. Every vector must be of its field's lane and of n rows.
func New(schema *Schema, n int, cols []Vector, beside Beside) Batch {
	arrays := make([]arrow.Array, len(cols))
	for i := range cols {
		arrays[i] = cols[i].array(schema.fields[i].Type, n)
	}
	rec := array.NewRecord(schema.arrow, arrays, int64(n))
	for _, a := range arrays {
		a.Release()
	}
	return Batch{Record: rec, schema: schema, Beside: beside}
}

// Wrap makes a batch of a record that has the schema's Arrow layout. It does not retain.
func Wrap(schema *Schema, rec arrow.Record, beside Beside) Batch {
	return Batch{Record: rec, schema: schema, Beside: beside}
}

// SQLSchema returns the SQL columns. (The Arrow schema is Record.Schema.)
func (b Batch) SQLSchema() *Schema { return b.schema }

// Rows is the number of rows.
func (b Batch) Rows() int { return int(b.NumRows()) }

// Bytes is the memory of the columns. Slices of a batch share it, and each counts all.
func (b Batch) Bytes() int64 {
	bytes := uint64(0)
	for _, c := range b.Columns() {
		bytes += c.Data().SizeInBytes()
	}
	return int64(bytes)
}

// Vector returns a view of column i, borrowed like the batch.
func (b Batch) Vector(i int) Vector { return view(b.schema.fields[i].Type, b.Column(i)) }

// Kind returns the change kind of row i.
func (b Batch) Kind(i int) Kind {
	if b.Kinds == nil {
		return Insert
	}
	return b.Kinds[i]
}

// Mark returns the watermark that stood just before row i, or window.Min.
func (b Batch) Mark(i int) window.Micros {
	if b.Marks == nil {
		return window.Min
	}
	return b.Marks[i]
}

// Own makes the batch fit to outlive the call that lent it: it retains the
// record and copies the raw block if that was only borrowed.
func (b Batch) Own() Batch {
	b.Retain()
	if b.Origin != nil && !b.Origin.owned {
		o := *b.Origin
		o.Block, o.owned = append([]byte(nil), o.Block...), true
		b.Origin = &o
	}
	return b
}

// Raw returns the raw bytes of row i with its line, or nil if unknown. The
// bytes are borrowed.
func (b Batch) Raw(i int) (raw []byte, line int64) {
	if b.Origin == nil || b.Starts == nil {
		return nil, 0
	}
	return b.Origin.record(int(b.Starts[i]))
}

// Sequence is the sequence number of the record that row i was read from; empty:
// it has none.
func (b Batch) Sequence(i int) string {
	if b.Origin == nil || b.Origin.Sequence == nil || b.Starts == nil {
		return ""
	}
	return b.Origin.Sequence(int(b.Starts[i]))
}

// With returns the batch with other things beside it.
func (b Batch) With(beside Beside) Batch {
	b.Beside = beside
	return b
}

// String prints the rows for tests and failures.
func (b Batch) String() string { return fmt.Sprintf("%v", b.Record) }
