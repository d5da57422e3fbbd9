package windowed

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// overOut gathers output rows into batches.
type overOut struct {
	cfg     OverConfig
	env     operators.Env
	pending []rowRef
	results []batch.Vector
	failed  failures
}

// rows puts out rows with the results of their partitions.
func (o *overOut) rows(ctx context.Context, rows []rowRef, ids []uint32, sums slider, out operators.Emitter) error {
	size := max(o.env.BatchRows, 1)
	for len(rows) > 0 {
		n := min(size-len(o.pending), len(rows))
		o.take(rows[:n], ids[:n], sums)
		rows, ids = rows[n:], ids[n:]
		if len(o.pending) < size {
			continue
		}
		if err := o.flush(ctx, out); err != nil {
			for _, r := range rows {
				r.done()
			}
			return err
		}
	}
	return nil
}

func (o *overOut) take(rows []rowRef, ids []uint32, sums slider) {
	if o.results == nil {
		o.results = make([]batch.Vector, len(o.cfg.Calls))
	}
	before := len(o.pending)
	o.pending = append(o.pending, rows...)
	for i := range o.results {
		f := o.cfg.Out.Field(o.cfg.In.Len() + i)
		o.results[i].Type = f.Type
		fail := o.failed.of(f.Name)
		sums.results(i, ids, &o.results[i], func(row int, message string) { fail(before+row, message) })
	}
}

// flush emits what is pending.
func (o *overOut) flush(ctx context.Context, out operators.Emitter) error {
	if len(o.pending) == 0 {
		return nil
	}
	defer o.drop()
	in, err := gather(o.env, o.pending)
	if err != nil {
		return err
	}
	defer in.Release()
	cols := make([]batch.Vector, 0, o.cfg.Out.Len())
	for c := range o.cfg.In.Len() {
		cols = append(cols, in.Vector(c))
	}
	beside := in.Beside
	beside.Marks = nil // they are of the order of arrival
	b := batch.New(o.cfg.Out, len(o.pending), append(cols, o.results...), beside)
	defer b.Release()
	o.failed.report(o.env.Faults, b)
	return out.Emit(ctx, b)
}

// drop forgets what is pending.
func (o *overOut) drop() {
	for _, r := range o.pending {
		r.done()
	}
	o.pending, o.results, o.failed = o.pending[:0], nil, nil
}

// gather returns rows of several batches as one batch.
func gather(env operators.Env, refs []rowRef) (batch.Batch, error) {
	rows := map[*held][]int32{}
	var order []*held
	place := make([]int32, len(refs)) // of a row among its batch's
	for i, r := range refs {
		if rows[r.held] == nil {
			order = append(order, r.held)
		}
		place[i] = int32(len(rows[r.held]))
		rows[r.held] = append(rows[r.held], r.row)
	}
	if len(order) == 1 {
		return order[0].batch.Take(rows[order[0]]), nil
	}
	parts, starts := make([]batch.Batch, len(order)), map[*held]int32{}
	at := int32(0)
	for i, h := range order {
		parts[i], starts[h] = h.batch.Take(rows[h]), at
		at += int32(len(rows[h]))
		defer parts[i].Release()
	}
	for i, r := range refs {
		place[i] += starts[r.held]
	}
	joined, err := batch.Concat(env.Alloc, parts)
	if err != nil {
		return batch.Batch{}, err
	}
	defer joined.Release()
	return joined.Take(place), nil
}
