package aggregate

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// Revision follows how the results of groups differ from what was last shown of
// them. Who changes a group calls Touch before; Show then emits what became of the
// groups touched: nothing where a result is as it was shown.
type Revision struct {
	shown   []bool         // by group: whether a row of it stands in the output
	place   []int32        // by group: 1 + its index in dirty; 0: not touched
	dirty   []uint32       // groups touched since they were last shown
	old     []int32        // by index in dirty: row in before; -1: not shown
	before  []batch.Vector // results as they were shown
	scratch []uint32
}

// Grow makes room for n groups.
func (r *Revision) Grow(n int) {
	r.shown, r.place = grow(r.shown, n), grow(r.place, n)
}

// Dirty returns the groups that were touched since they were last shown, borrowed.
func (r *Revision) Dirty() []uint32 { return r.dirty }

// Shown reports whether a row of the group stands in the output.
func (r *Revision) Shown(id uint32) bool { return r.shown[id] }

// Touch says that groups are about to change. Ids may repeat.
func (r *Revision) Touch(states *States, ids []uint32) {
	r.scratch = r.scratch[:0]
	for _, id := range ids {
		if r.place[id] != 0 {
			continue
		}
		r.dirty = append(r.dirty, id)
		r.place[id] = int32(len(r.dirty))
		row := int32(-1)
		if r.shown[id] {
			row = int32(r.rows() + len(r.scratch))
			r.scratch = append(r.scratch, id)
		}
		r.old = append(r.old, row)
	}
	if len(r.scratch) > 0 {
		r.keep(states)
	}
}

// rows is how many results are kept as they were shown.
func (r *Revision) rows() int {
	if len(r.before) == 0 {
		return 0
	}
	return r.before[0].Len
}

// keep appends the results of the groups in scratch to before.
func (r *Revision) keep(states *States) {
	for len(r.before) < max(states.set.Len(), 1) {
		r.before = append(r.before, batch.Vector{})
	}
	if states.set.Len() == 0 {
		r.before[0].Len += len(r.scratch)
	}
	for i := range states.set.Len() {
		r.before[i].Type = states.Type(i)
		states.Result(i, r.scratch, &r.before[i], func(int, string) {})
	}
}

// Forget says that a group that is not touched is gone, without a change.
func (r *Revision) Forget(id uint32) { r.shown[id] = false }

// settle forgets what was touched: it has been shown.
func (r *Revision) settle() {
	for _, id := range r.dirty {
		r.place[id] = 0
	}
	r.dirty, r.old = r.dirty[:0], r.old[:0]
	for i := range r.before {
		v := &r.before[i]
		*v = batch.Vector{
			Type: v.Type, I64: v.I64[:0], F64: v.F64[:0], Bool: v.Bool[:0], Dec: v.Dec[:0], Off: v.Off[:0], Buf: v.Buf[:0],
		}
	}
}

// Bytes is about how much memory it holds.
func (r *Revision) Bytes() int64 {
	n := int64(cap(r.shown)) + 4*int64(cap(r.place)+cap(r.dirty)+cap(r.old)+cap(r.scratch))
	for i := range r.before {
		v := &r.before[i]
		n += 8*int64(cap(v.I64)+cap(v.F64)) + int64(cap(v.Bool)+cap(v.Valid)+cap(v.Buf)) + 16*int64(cap(v.Dec)) + 4*int64(cap(v.Off))
	}
	return n
}

// Page is how groups become output rows: the keys, Bounds, and then the results.
type Page struct {
	Out    *batch.Schema
	Table  Table
	States *States
	Keys   int     // columns of the table
	Bounds []int64 // values that all rows have between keys and results
	// Present reports whether the group has a row in the result.
	Present func(id uint32) bool
	Env     operators.Env
}

// Show emits what became of the groups that were touched, and settles.
func (r *Revision) Show(ctx context.Context, p Page, out operators.Emitter) error {
	size := max(p.Env.BatchRows/2, 1)
	for from := 0; from < len(r.dirty); from += size {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := r.part(ctx, p, from, min(from+size, len(r.dirty)), out); err != nil {
			return err
		}
	}
	r.settle()
	return nil
}

// changes is output rows to be: a group and the result that is shown of it.
type changes struct {
	ids   []uint32
	rows  []int32 // 2*i for row i of before, 2*i+1 for row i of after
	kinds []batch.Kind
}

func (c *changes) add(kind batch.Kind, id uint32, row int32) {
	c.ids, c.rows, c.kinds = append(c.ids, id), append(c.rows, row), append(c.kinds, kind)
}

// part shows some of the groups.
func (r *Revision) part(ctx context.Context, p Page, from, to int, out operators.Emitter) error {
	ids := r.dirty[from:to]
	after, failed := p.results(ids)
	var c changes
	for i, id := range ids {
		was, is := r.old[from+i], p.Present(id)
		r.shown[id] = is
		switch {
		case was >= 0 && is:
			if !sameRows(r.before, int(was), after, i) {
				c.add(batch.UpdateBefore, id, 2*was)
				c.add(batch.UpdateAfter, id, 2*int32(i)+1)
			}
		case is:
			c.add(batch.Insert, id, 2*int32(i)+1)
		case was >= 0:
			c.add(batch.Delete, id, 2*was)
		}
	}
	if len(failed) > 0 {
		p.report(ids, after, failed)
	}
	if len(c.ids) == 0 {
		return nil
	}
	results := make([]batch.Vector, len(after))
	for i := range results {
		results[i] = interleave(&r.before0(after)[i], &after[i], c.rows)
	}
	b := p.batch(c.ids, results, c.kinds)
	defer b.Release()
	return out.Emit(ctx, b)
}

// before0 is before, or columns without rows where nothing was kept.
func (r *Revision) before0(after []batch.Vector) []batch.Vector {
	if len(r.before) < len(after) {
		return after
	}
	return r.before
}

// results computes the results of groups.
func (p *Page) results(ids []uint32) ([]batch.Vector, []failure) {
	var failed []failure
	first := p.Keys + len(p.Bounds)
	cols := make([]batch.Vector, p.States.set.Len())
	for i := range cols {
		f := p.Out.Field(first + i)
		cols[i].Type = f.Type
		p.States.Result(i, ids, &cols[i], func(row int, message string) {
			failed = append(failed, failure{row, fmt.Sprintf("column %s: %s", f.Name, message)})
		})
	}
	return cols, failed
}

// batch puts keys and bounds before results.
func (p *Page) batch(ids []uint32, results []batch.Vector, kinds []batch.Kind) batch.Batch {
	cols := make([]batch.Vector, 0, p.Out.Len())
	for i := range p.Keys {
		v := batch.Vector{Type: p.Out.Field(i).Type}
		p.Table.Append(i, ids, &v)
		cols = append(cols, v)
	}
	for i, x := range p.Bounds {
		v := batch.Vector{Type: p.Out.Field(p.Keys + i).Type, Len: len(ids), I64: make([]int64, len(ids))}
		for k := range v.I64 {
			v.I64[k] = x
		}
		cols = append(cols, v)
	}
	return batch.New(p.Out, len(ids), append(cols, results...), batch.Beside{Kinds: kinds})
}

// report tells of results that could not be represented.
func (p *Page) report(ids []uint32, after []batch.Vector, failed []failure) {
	b := p.batch(ids, after, nil)
	defer b.Release()
	for _, f := range failed {
		if p.Present(ids[f.row]) {
			p.Env.Faults.RowError(operators.RowError{
				Where: operators.WhereOf(b, f.row), Operator: "aggregate", Code: overflow, Message: f.message,
			})
		}
	}
}
