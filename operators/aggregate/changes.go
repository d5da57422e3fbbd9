package aggregate

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// image is the result rows of the groups that a batch touches, in their order.
type image struct {
	cols []batch.Vector
	has  []bool // whether the group has a row in the result
}

// image takes the result rows as they are now.
func (o *hashOp) image(failed *[]failure) image {
	m := image{cols: make([]batch.Vector, o.cfg.Out.Len()), has: make([]bool, len(o.touched))}
	for i, id := range o.touched {
		m.has[i] = o.rows[id] != 0 || len(o.cfg.Keys) == 0
		if failed == nil { // before the batch: what was emitted
			m.has[i] = o.shown[id]
		}
	}
	if failed == nil {
		failed = new([]failure)
	}
	o.results(o.touched, m.cols, failed)
	return m
}

// emitChanges emits what the batch did to the result: nothing for a row that is
// as before.
func (o *hashOp) emitChanges(ctx context.Context, before image, out operators.Emitter) error {
	var failed []failure
	after := o.image(&failed)
	var rows []int32 // 2*i for before, 2*i+1 for after
	var kinds []batch.Kind
	for i, id := range o.touched {
		o.shown[id] = after.has[i]
		was, is := int32(2*i), int32(2*i+1)
		switch {
		case before.has[i] && after.has[i]:
			if !sameRow(before.cols, after.cols, i) {
				rows, kinds = append(rows, was, is), append(kinds, batch.UpdateBefore, batch.UpdateAfter)
			}
		case after.has[i]:
			rows, kinds = append(rows, is), append(kinds, batch.Insert)
		case before.has[i]:
			rows, kinds = append(rows, was), append(kinds, batch.Delete)
		}
	}
	o.reportChanges(after, failed)
	return o.emitRows(ctx, before, after, rows, kinds, out)
}

// reportChanges tells of the results that could not be represented.
func (o *hashOp) reportChanges(after image, failed []failure) {
	if len(failed) == 0 {
		return
	}
	b := batch.New(o.cfg.Out, len(o.touched), after.cols, batch.Beside{})
	defer b.Release()
	o.report(b, failed)
}

// emitRows emits changes in batches that do not part an update.
func (o *hashOp) emitRows(
	ctx context.Context, before, after image, rows []int32, kinds []batch.Kind, out operators.Emitter,
) error {
	for len(rows) > 0 {
		n := min(max(o.env.BatchRows, 2), len(rows))
		if kinds[n-1] == batch.UpdateBefore {
			n--
		}
		cols := make([]batch.Vector, len(after.cols))
		for c := range cols {
			cols[c] = interleave(&before.cols[c], &after.cols[c], rows[:n])
		}
		b := batch.New(o.cfg.Out, n, cols, batch.Beside{Kinds: kinds[:n:n]})
		err := out.Emit(ctx, b)
		b.Release()
		if err != nil {
			return err
		}
		rows, kinds = rows[n:], kinds[n:]
	}
	return nil
}

// interleave takes row r/2 of before where r is even and of after where odd.
func interleave(before, after *batch.Vector, rows []int32) batch.Vector {
	out := batch.Vector{Type: after.Type}
	for _, r := range rows {
		from := before
		if r&1 != 0 {
			from = after
		}
		appendRow(&out, from, int(r/2))
	}
	return out
}

// appendRow appends row i of a column.
func appendRow(out, from *batch.Vector, i int) {
	if !from.IsValid(i) {
		appendNull(out)
		return
	}
	switch from.Type.Lane() {
	case batch.LaneInt:
		appendInt(out, from.I64[i])
	case batch.LaneFloat:
		appendFloat(out, from.F64[i])
	case batch.LaneBool:
		appendBool(out, from.Bool[i])
	case batch.LaneDecimal:
		appendDecimal(out, from.Dec[i])
	case batch.LaneBytes:
		appendBytes(out, from.Bytes(i))
	}
}

// sameRow reports whether row i is the same in both.
func sameRow(a, b []batch.Vector, i int) bool {
	for c := range a {
		x, y := &a[c], &b[c]
		if x.IsValid(i) != y.IsValid(i) {
			return false
		}
		if x.IsValid(i) && !sameValue(x, y, i) {
			return false
		}
	}
	return true
}

func sameValue(x, y *batch.Vector, i int) bool {
	switch x.Type.Lane() {
	case batch.LaneInt:
		return x.I64[i] == y.I64[i]
	case batch.LaneFloat:
		return compareFloats(x.F64[i], y.F64[i]) == 0
	case batch.LaneBool:
		return x.Bool[i] == y.Bool[i]
	case batch.LaneDecimal:
		return x.Dec[i] == y.Dec[i]
	}
	return x.Str(i) == y.Str(i)
}
