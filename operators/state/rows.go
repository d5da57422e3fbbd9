package state

import (
	"bytes"

	"github.com/zeebo/xxh3"

	"kinesql/operators/batch"
)

// ID is the number of a row that is kept.
type ID uint32

// None is no row; where a row is to be read, one of NULLs.
const None ID = 1<<32 - 1

// Rows keeps rows of a schema. The zero Rows is not usable.
type Rows struct {
	schema  *batch.Schema
	layout  layout
	arena   arena
	places  []place // by ID
	free    []ID
	scratch []byte
	nulls   []byte // by column, as in a record: whether there ever was a NULL
}

// NewRows returns a Rows for rows of a schema.
func NewRows(schema *batch.Schema) *Rows {
	return &Rows{
		schema: schema, layout: newLayout(schema), arena: arena{now: -1}, nulls: make([]byte, (schema.Len()+7)/8),
	}
}

// Schema is that of the rows.
func (r *Rows) Schema() *batch.Schema { return r.schema }

// Columns returns all columns of a batch, borrowed like the batch.
func Columns(b batch.Batch) []batch.Vector {
	cols := make([]batch.Vector, b.SQLSchema().Len())
	for i := range cols {
		cols[i] = b.Vector(i)
	}
	return cols
}

// Put keeps rows of a batch, whose columns are given, and sets ids[i] to the ID
// of row rows[i].
func (r *Rows) Put(cols []batch.Vector, rows []int32, ids []ID) {
	e := r.layout.encoder(cols)
	for i, row := range rows {
		r.scratch = e.encode(r.scratch[:0], int(row))
		for c := range r.nulls {
			r.nulls[c] |= r.scratch[c]
		}
		ids[i] = r.put(r.scratch)
	}
}

func (r *Rows) put(body []byte) ID {
	var id ID
	if n := len(r.free); n > 0 {
		id, r.free = r.free[n-1], r.free[:n-1]
	} else {
		id = ID(len(r.places))
		r.places = append(r.places, nowhere)
	}
	r.places[id] = r.arena.add(id, body)
	return id
}

// Drop forgets rows.
func (r *Rows) Drop(ids ...ID) {
	for _, id := range ids {
		p := r.places[id]
		r.places[id] = nowhere
		r.free = append(r.free, id)
		if sparse := r.arena.drop(p); sparse >= 0 {
			r.move(sparse)
		}
	}
	if r.Len() == 0 {
		r.places, r.free = r.places[:0], r.free[:0]
	}
}

// move puts the rows of a slab elsewhere and gives it back.
func (r *Rows) move(slab int) {
	r.arena.each(slab, func(id ID, p place, body []byte) {
		if r.places[id] == p {
			r.places[id] = r.arena.add(id, body)
		}
	})
	r.arena.empty(slab)
}

// Clear forgets all rows and gives their memory back.
func (r *Rows) Clear() {
	r.arena = arena{now: -1}
	r.places, r.free = nil, nil
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.places) - len(r.free) }

// Bound is above the IDs of all rows that are kept.
func (r *Rows) Bound() int { return len(r.places) }

// Bytes is the memory held.
func (r *Rows) Bytes() int64 {
	return r.arena.held + int64(4*cap(r.places)+4*cap(r.free)+cap(r.scratch))
}

// body is the encoded row, borrowed until the next Put or Drop.
func (r *Rows) body(id ID) []byte { return r.arena.body(r.places[id]) }

// Same reports whether two rows that are kept are equal.
func (r *Rows) Same(a, b ID) bool { return bytes.Equal(r.body(a), r.body(b)) }

// Hash is a hash of all columns of a row, the same in each Rows of one process.
func (r *Rows) Hash(id ID) uint64 { return xxh3.Hash(r.body(id)) }

// Probe compares rows of a batch with rows that are kept. It is good while the
// batch is.
type Probe struct {
	rows *Rows
	enc  encoder
	body []byte
	row  int
}

// Probe returns a Probe for a batch whose columns are given.
func (r *Rows) Probe(cols []batch.Vector) *Probe {
	return &Probe{rows: r, enc: r.layout.encoder(cols), row: -1}
}

func (p *Probe) of(row int) []byte {
	if p.row != row {
		p.body, p.row = p.enc.encode(p.body[:0], row), row
	}
	return p.body
}

// Hash is the Hash that row of the batch would have.
func (p *Probe) Hash(row int) uint64 { return xxh3.Hash(p.of(row)) }

// Equal reports whether a row that is kept equals row of the batch.
func (p *Probe) Equal(id ID, row int) bool { return bytes.Equal(p.rows.body(id), p.of(row)) }
