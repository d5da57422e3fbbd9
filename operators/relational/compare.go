package relational

import (
	"bytes"
	"cmp"
	"strings"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// order compares rows of batches of one schema by sort keys.
type order struct {
	keys []aggregate.SortKey
	by   []func(a *batch.Vector, i int, b *batch.Vector, j int) int
}

func newOrder(schema *batch.Schema, keys []aggregate.SortKey) order {
	o := order{keys: keys}
	for _, k := range keys {
		o.by = append(o.by, comparer(schema.Field(k.Column).Type))
	}
	return o
}

// columns returns the key columns of a batch.
func (o order) columns(b batch.Batch) []batch.Vector {
	out := make([]batch.Vector, len(o.keys))
	for i, k := range o.keys {
		out[i] = b.Vector(k.Column)
	}
	return out
}

// compare compares row i of the key columns a with row j of b.
func (o order) compare(a []batch.Vector, i int, b []batch.Vector, j int) int {
	for k, key := range o.keys {
		va, vb := &a[k], &b[k]
		na, nb := isNull(va, i), isNull(vb, j)
		if na || nb {
			if na == nb {
				continue
			}
			if na == key.NullsFirst {
				return -1
			}
			return 1
		}
		if c := o.by[k](va, i, vb, j); c != 0 {
			if key.Desc {
				return -c
			}
			return c
		}
	}
	return 0
}

func isNull(v *batch.Vector, i int) bool {
	if v.Valid == nil && v.Nested != nil {
		return v.Nested.IsNull(i)
	}
	return v.Valid != nil && !v.Valid[i]
}

// comparer returns how values of a type compare. Neither is NULL.
func comparer(t batch.Type) func(a *batch.Vector, i int, b *batch.Vector, j int) int {
	switch t.Lane() {
	case batch.LaneInt:
		return func(a *batch.Vector, i int, b *batch.Vector, j int) int { return cmp.Compare(a.I64[i], b.I64[j]) }
	case batch.LaneFloat:
		return func(a *batch.Vector, i int, b *batch.Vector, j int) int { return compareFloats(a.F64[i], b.F64[j]) }
	case batch.LaneBool:
		return func(a *batch.Vector, i int, b *batch.Vector, j int) int { return one(a.Bool[i]) - one(b.Bool[j]) }
	case batch.LaneDecimal:
		return func(a *batch.Vector, i int, b *batch.Vector, j int) int { return a.Dec[i].Cmp(b.Dec[j]) }
	case batch.LaneBytes:
		return func(a *batch.Vector, i int, b *batch.Vector, j int) int { return bytes.Compare(a.Bytes(i), b.Bytes(j)) }
	}
	return func(a *batch.Vector, i int, b *batch.Vector, j int) int {
		return strings.Compare(a.Nested.ValueStr(i), b.Nested.ValueStr(j))
	}
}

// compareFloats has NaN as the greatest value, where Go has it as the least.
func compareFloats(a, b float64) int {
	if a != a || b != b {
		return one(a != a) - one(b != b)
	}
	return cmp.Compare(a, b)
}
