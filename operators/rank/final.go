package rank

import (
	"context"
	"slices"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// finalOp gives each partition once, when it is complete.
type finalOp struct {
	*ranks
	result    output
	env       operators.Env
	watermark window.Micros
	window    windows
}

// NewFinal returns the operator of a rank that is shown when the window of the
// rows closes, or, without WindowEnd, when the input ends. Its output is
// append-only, windows in the order of their ends.
func NewFinal(cfg Config) (operators.Operator, error) {
	r, err := newRanks(cfg)
	if err != nil {
		return nil, err
	}
	return &finalOp{ranks: r, result: newOutput(cfg, r.rows), watermark: window.Min, window: newWindows(cfg)}, nil
}

// Open implements operators.Operator.
func (o *finalOp) Open(_ context.Context, env operators.Env) error {
	o.env, o.result.env = env, env
	return nil
}

// Process implements operators.Operator.
func (o *finalOp) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	if err := o.cfg.checkKinds(in); err != nil {
		return err
	}
	rows := o.window.onTime(in, o.watermark, o.env.Faults)
	o.assign(in, rows)
	for i, row := range o.open(in, rows) {
		k := o.ids[i]
		if in.Kind(int(row)).Adds() {
			o.window.note(k, row, o.lists.len(k) == 0)
			o.add(k, row)
		} else if !o.take(k, row) {
			return errAbsent
		}
	}
	o.forget()
	return o.env.State.Resize(o.bytes())
}

// Advance implements operators.Operator.
func (o *finalOp) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	if o.window.column < 0 {
		return nil
	}
	return o.emit(ctx, wm, out)
}

// Finish implements operators.Finisher.
func (o *finalOp) Finish(ctx context.Context, out operators.Emitter) error {
	return o.emit(ctx, window.Max, out)
}

// emit gives the partitions of the windows that are over.
func (o *finalOp) emit(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	for _, end := range o.window.due(wm) {
		ids := o.window.take(end)
		slices.SortFunc(ids, func(a, b uint32) int { return o.table.Compare(a, b) })
		for _, k := range ids {
			if err := o.partition(ctx, k, out); err != nil {
				return err
			}
		}
		if err := o.result.flush(ctx, out); err != nil {
			return err
		}
		o.table.Remove(ids)
		o.forget()
	}
	return o.env.State.Resize(o.bytes())
}

// partition gives the rows of a partition and forgets them.
func (o *finalOp) partition(ctx context.Context, k uint32, out operators.Emitter) error {
	if o.lists.len(k) == 0 {
		return nil
	}
	all := spread{rows: o.visible(k, nil)}
	for i := range all.rows {
		o.result.row(all, i)
		if err := o.result.full(ctx, out); err != nil {
			return err
		}
	}
	o.gone = o.lists.clear(k, o.gone)
	return nil
}

// Snapshot implements operators.Operator.
func (o *finalOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements operators.Operator.
func (o *finalOp) Close() error { return nil }
