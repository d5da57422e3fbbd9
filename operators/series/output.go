package series

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// full emits batches of the rows that are ready, as long as they are full.
func (o *op) full(ctx context.Context, out operators.Emitter) error {
	for len(o.ready) >= o.env.BatchRows {
		if err := o.emit(ctx, o.env.BatchRows, out); err != nil {
			return err
		}
	}
	return nil
}

// flush emits all rows that are ready.
func (o *op) flush(ctx context.Context, out operators.Emitter) error {
	if err := o.full(ctx, out); err != nil || len(o.ready) == 0 {
		return err
	}
	return o.emit(ctx, len(o.ready), out)
}

// emit emits the first n rows that are ready, and forgets what was kept for them.
func (o *op) emit(ctx context.Context, n int, out operators.Emitter) error {
	ids := o.ready[:n]
	cols := make([]batch.Vector, 0, o.cfg.Out.Len())
	defer func() { state.Release(cols) }()
	for c := range o.cfg.In.Len() {
		cols = append(cols, batch.Vector{})
		o.rows.Column(c, ids, &cols[c])
	}
	for i := range o.plans {
		cols = append(cols, o.column(i, ids))
	}
	b := batch.New(o.cfg.Out, n, cols, batch.Beside{})
	defer b.Release()
	for _, id := range ids {
		o.done(id)
	}
	o.ready = o.ready[:copy(o.ready, o.ready[n:])]
	return out.Emit(ctx, b)
}

// column is the results of a function.
func (o *op) column(i int, ids []state.ID) batch.Vector {
	f := &o.plans[i]
	if f.numbers() {
		out := batch.Vector{Type: f.Type, Len: len(ids), I64: make([]int64, len(ids))}
		for k, id := range ids {
			out.I64[k] = o.numbers[i][id]
		}
		return out
	}
	refs := make([]state.ID, len(ids))
	for k, id := range ids {
		refs[k] = o.refs[i][id]
	}
	var out batch.Vector
	o.rows.Column(f.Arg, refs, &out)
	if f.Default >= 0 {
		o.defaults(f.Default, ids, refs, &out)
	}
	return out
}

// defaults puts the default in place of rows that are not there.
func (o *op) defaults(column int, ids, refs []state.ID, out *batch.Vector) {
	o.rows.Column(column, ids, out)
	take := make([]int32, len(ids))
	for k, ref := range refs {
		if take[k] = int32(k); ref == state.None {
			take[k] += int32(len(ids))
		}
	}
	*out = out.Take(take)
}

// done gives back a row that was shown, and those that it looked at.
func (o *op) done(id state.ID) {
	for i := range o.plans {
		if o.plans[i].numbers() {
			continue
		}
		if to := o.refs[i][id]; to != state.None {
			o.uses[to]--
			if to != id {
				o.maybeDrop(to)
			}
		}
	}
	o.uses[id]--
	o.maybeDrop(id)
}

// bytes is the memory held.
func (o *op) bytes() int64 {
	held := o.rows.Bytes() + int64(16*cap(o.queue)+40*cap(o.parts)+16*cap(o.on))
	for i := range o.plans {
		held += int64(8 * (cap(o.refs[i]) + cap(o.numbers[i])))
	}
	for _, t := range o.tracks {
		held += t.Bytes() + int64(8*cap(t.have))
	}
	for _, r := range o.waiting {
		held += int64(16 * cap(r))
	}
	return held + int64(o.table.Len())*int64(16+8*len(o.cfg.Partition))
}
