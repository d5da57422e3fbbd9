package aggregate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"kinesql/operators/batch"
)

// Table numbers keys: equal keys have one id, and ids are dense. New keys get
// the ids of removed ones first, the latest removed before all others, and then
// the next higher id. The tables hold no pointer a key.
type Table interface {
	// Assign sets ids[i] to the id of the key in row rows[i], for all i in turn.
	Assign(keys []batch.Vector, rows []int32, ids []uint32)
	// Type is the type of key column col.
	Type(col int) batch.Type
	// Len is above every id given out, those of removed keys included.
	Len() int
	// Live is the number of keys.
	Live() int
	// Append appends key column col of the ids to out.
	Append(col int, ids []uint32, out *batch.Vector)
	// Compare orders two keys. The order is total, the same for all tables of one
	// sort, and for a single column that of its values, NULL first.
	Compare(a, b uint32) int
	// Remove forgets keys.
	Remove(ids []uint32)
	// Clear forgets all keys and keeps the memory.
	Clear()
	// Bytes is how much memory the table takes.
	Bytes() int64
}

// NewTable returns a table for keys of the given types, of the sort that suits
// them: none, one number, several of fixed width, or bytes.
func NewTable(types []batch.Type) (Table, error) {
	words := 0
	for _, t := range types {
		switch t.Lane() {
		case batch.LaneNested:
			return nil, fmt.Errorf("cannot group by a value of type %s", t)
		case batch.LaneBytes:
			words = math.MinInt
		case batch.LaneDecimal:
			words += 2
		default:
			words++
		}
	}
	switch {
	case len(types) == 0:
		return &soleTable{}, nil
	case len(types) == 1 && types[0].Lane() == batch.LaneInt:
		return newIntTable(types[0]), nil
	case words > 0 && len(types) <= 64:
		return newFixedTable(types, words), nil
	}
	return newBytesTable(types), nil
}

// Keys returns the vectors of the given columns of a batch.
func Keys(b batch.Batch, columns []int) []batch.Vector {
	out := make([]batch.Vector, len(columns))
	for i, c := range columns {
		out[i] = b.Vector(c)
	}
	return out
}

// seed makes the hashes of a table unpredictable, so that nobody can choose
// keys that collide.
func seed() uint64 { return rand.Uint64() }

// soleTable has one group, of all rows.
type soleTable struct{ seen bool }

func (t *soleTable) Assign(_ []batch.Vector, _ []int32, ids []uint32) {
	t.seen = t.seen || len(ids) > 0
	clear(ids)
}

func (t *soleTable) Len() int {
	if t.seen {
		return 1
	}
	return 0
}

func (t *soleTable) Type(int) batch.Type                 { return batch.Type{} }
func (t *soleTable) Live() int                           { return t.Len() }
func (t *soleTable) Append(int, []uint32, *batch.Vector) {}
func (t *soleTable) Compare(a, b uint32) int             { return 0 }
func (t *soleTable) Remove(ids []uint32)                 { t.seen = t.seen && len(ids) == 0 }
func (t *soleTable) Clear()                              { t.seen = false }
func (t *soleTable) Bytes() int64                        { return 1 }
