package join

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zeebo/xxh3"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// index finds the rows of a table by their keys. It holds no pointers: rows of one
// hash slot are chained by number, and keys lie one after another as bytes.
type index struct {
	heads []int32 // by slot, the first row; -1: none
	next  []int32 // by row, the next of the slot; -1: none
	ends  []int   // by row, where its key ends in keys
	keys  []byte
	mask  uint64
}

// indexOf indexes the rows of a table but the last, which is no row. Rows whose key
// is NULL or cannot be computed are found by nothing.
func (r *Reference) indexOf(rows batch.Batch, env operators.Env) (*index, error) {
	n := rows.Rows() - 1
	cols := make([]batch.Vector, len(r.cfg.Keys))
	found := make([]bool, n+1)
	for i := range found {
		found[i] = true
	}
	for i, k := range r.cfg.Keys {
		var err error
		if cols[i], err = compute(k, rows, found, env); err != nil {
			return nil, err
		}
	}
	if r.cfg.Where != nil {
		where, err := compute(r.cfg.Where, rows, found, env)
		if err != nil {
			return nil, err
		}
		for i := range found {
			found[i] = found[i] && where.IsValid(i) && where.Bool[i]
		}
	}
	if err := r.checkPrimary(rows, n); err != nil {
		return nil, err
	}
	x := newIndex(n)
	for i := range n {
		var ok bool
		x.keys, ok = appendKey(x.keys, cols, r.cfg.NullSafe, i)
		x.ends = append(x.ends, len(x.keys))
		found[i] = found[i] && ok
	}
	for i := n - 1; i >= 0; i-- { // so that rows of one key come in their order
		if found[i] {
			slot := xxh3.Hash(x.key(i)) & x.mask
			x.next[i], x.heads[slot] = x.heads[slot], int32(i)
		}
	}
	return x, nil
}

// compute evaluates an expression for each row of a table. Rows that fail are told
// and marked as not to be found.
func compute(e expr.Node, rows batch.Batch, found []bool, env operators.Env) (batch.Vector, error) {
	p, err := expr.Compile(e)
	if err != nil {
		return batch.Vector{}, err
	}
	p.SetNow(env.Now)
	v, faults := p.EvalOwned(rows)
	for _, f := range faults {
		found[f.Row] = false
		env.Faults.RowError(operators.RowError{
			Where: operators.WhereOf(rows, f.Row), Operator: "lookup", Code: f.Code, Message: f.Message,
		})
	}
	return v.Spread(), nil
}

func newIndex(n int) *index {
	slots := 8
	for slots < 2*n {
		slots *= 2
	}
	x := &index{heads: make([]int32, slots), next: make([]int32, n), mask: uint64(slots - 1)}
	for i := range x.heads {
		x.heads[i] = -1
	}
	for i := range x.next {
		x.next[i] = -1
	}
	return x
}

// checkPrimary refuses a table in which two rows have one primary key.
func (r *Reference) checkPrimary(rows batch.Batch, n int) error {
	if len(r.cfg.Primary) == 0 {
		return nil
	}
	cols := make([]batch.Vector, len(r.cfg.Primary))
	safe := make([]bool, len(cols))
	for i, c := range r.cfg.Primary {
		cols[i], safe[i] = rows.Vector(c), true
	}
	x := newIndex(n)
	for i := range n {
		x.keys, _ = appendKey(x.keys, cols, safe, i)
		x.ends = append(x.ends, len(x.keys))
		if x.first(x.key(i)) >= 0 {
			return fmt.Errorf("two rows have the same PRIMARY KEY, the second is %s", rows.JSON(i))
		}
		slot := xxh3.Hash(x.key(i)) & x.mask
		x.next[i], x.heads[slot] = x.heads[slot], int32(i)
	}
	return nil
}

func (x *index) key(row int) []byte {
	from := 0
	if row > 0 {
		from = x.ends[row-1]
	}
	return x.keys[from:x.ends[row]]
}

// first is the first row of a key, or -1.
func (x *index) first(key []byte) int32 {
	return x.match(x.heads[xxh3.Hash(key)&x.mask], key)
}

// after is the next row of the same key, or -1.
func (x *index) after(row int32, key []byte) int32 { return x.match(x.next[row], key) }

// match is the first row from row on, in its slot, that has a key.
func (x *index) match(row int32, key []byte) int32 {
	for row >= 0 && !bytes.Equal(x.key(int(row)), key) {
		row = x.next[row]
	}
	return row
}

func (x *index) bytes() int64 {
	return int64(4*len(x.heads) + 4*len(x.next) + 8*cap(x.ends) + cap(x.keys))
}

// appendKey appends a row's key as bytes that are equal where the keys are. It is
// not ok where a NULL makes the key equal to nothing.
func appendKey(dst []byte, cols []batch.Vector, safe []bool, row int) (key []byte, ok bool) {
	for c := range cols {
		v := &cols[c]
		if !v.IsValid(row) {
			if safe == nil || !safe[c] {
				return dst, false
			}
			dst = append(dst, 0)
			continue
		}
		dst = append(dst, 1)
		i := v.At(row)
		switch v.Type.Lane() {
		case batch.LaneInt:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v.I64[i]))
		case batch.LaneFloat:
			dst = binary.LittleEndian.AppendUint64(dst, floatKey(v.F64[i]))
		case batch.LaneBool:
			dst = append(dst, map[bool]byte{true: 1}[v.Bool[i]])
		case batch.LaneDecimal:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v.Dec[i].HighBits()))
			dst = binary.LittleEndian.AppendUint64(dst, v.Dec[i].LowBits())
		case batch.LaneBytes:
			dst = binary.LittleEndian.AppendUint32(dst, uint32(len(v.Bytes(row))))
			dst = append(dst, v.Bytes(row)...)
		}
	}
	return dst, true
}

// floatKey is equal for zeros of either sign.
func floatKey(f float64) uint64 {
	if f == 0 {
		f = 0
	}
	return math.Float64bits(f)
}
