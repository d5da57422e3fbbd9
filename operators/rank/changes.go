package rank

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// changesOp corrects what it has shown as rows come.
type changesOp struct {
	*ranks
	result    output
	env       operators.Env
	watermark window.Micros
	age       life
	window    windows

	batches uint64
	seen    []uint64 // by partition: the last batch that touched it
	touched []touch
	before  []shown
	after   []shown
}

// touch is what a batch found of a partition: before[from:to].
type touch struct {
	key      uint32
	from, to int
}

// NewChanges returns the operator of a bounded rank over an input without end.
// Its output is changes: what enters is an Insert, what leaves a Delete, and a row
// in the place of another one an update. Where no function is shown, rows that
// only move are not told.
func NewChanges(cfg Config) (operators.Operator, error) {
	if cfg.Bound.High < 1 {
		return nil, fmt.Errorf("a rank that changes needs a bound")
	}
	r, err := newRanks(cfg)
	if err != nil {
		return nil, err
	}
	return &changesOp{ranks: r, result: newOutput(cfg, r.rows), watermark: window.Min, age: newLife(cfg), window: newWindows(cfg)}, nil
}

// Open implements operators.Operator.
func (o *changesOp) Open(_ context.Context, env operators.Env) error {
	o.env, o.result.env = env, env
	return nil
}

// Process implements operators.Operator.
func (o *changesOp) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if err := o.cfg.checkKinds(in); err != nil {
		return err
	}
	o.batches++
	rows := o.window.onTime(in, o.watermark, o.env.Faults)
	o.age.touch(in, rows, o.assign(in, rows), o.env.Now())
	if err := o.apply(in, o.open(in, rows)); err != nil {
		return err
	}
	if err := o.tell(ctx, out); err != nil {
		return err
	}
	return o.env.State.Resize(o.bytes())
}

// apply makes the changes of a batch.
func (o *changesOp) apply(in batch.Batch, rows []int32) error {
	for i, row := range rows {
		k := o.ids[i]
		o.touch(k)
		if in.Kind(int(row)).Adds() {
			o.window.note(k, row, o.lists.len(k) == 0)
			o.add(k, row)
		} else if !o.take(k, row) && o.cfg.TTL == 0 {
			return errAbsent
		}
	}
	return nil
}

// touch keeps what is shown of a partition before a batch changes it.
func (o *changesOp) touch(k uint32) {
	for int(k) >= len(o.seen) {
		o.seen = append(o.seen, make([]uint64, len(o.seen)+64)...)
	}
	if o.seen[k] == o.batches {
		return
	}
	o.seen[k] = o.batches
	from := len(o.before)
	o.before = o.visible(k, o.before)
	o.touched = append(o.touched, touch{k, from, len(o.before)})
}

// tell emits what the batch changed, and forgets partitions that are empty.
func (o *changesOp) tell(ctx context.Context, out operators.Emitter) error {
	var empty []uint32
	for _, t := range o.touched {
		o.after = o.visible(t.key, o.after[:0])
		if err := o.differ(ctx, o.before[t.from:t.to], out); err != nil {
			return err
		}
		if o.lists.len(t.key) == 0 {
			empty = append(empty, t.key)
		}
	}
	if err := o.result.flush(ctx, out); err != nil {
		return err
	}
	o.table.Remove(empty)
	o.touched, o.before = o.touched[:0], o.before[:0]
	o.forget()
	return nil
}

// differ tells how what is shown of a partition differs from what was.
func (o *changesOp) differ(ctx context.Context, before []shown, out operators.Emitter) error {
	after := o.after
	if len(o.cfg.Funcs) == 0 {
		before, after = o.apart(before, after)
	}
	for i := range max(len(before), len(after)) {
		switch {
		case i >= len(after):
			o.result.change(batch.Delete, before[i])
		case i >= len(before):
			o.result.change(batch.Insert, after[i])
		case before[i].id == after[i].id && same(o.cfg.Funcs, before[i], after[i]):
			continue
		case same(o.cfg.Funcs, before[i], after[i]) && o.rows.Same(before[i].id, after[i].id):
			continue
		default:
			o.result.change(batch.UpdateBefore, before[i])
			o.result.change(batch.UpdateAfter, after[i])
		}
		if err := o.result.full(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// apart leaves out the rows that are on both lists. It works in place.
func (o *changesOp) apart(before, after []shown) (left, entered []shown) {
	left, entered = before[:0], after[:0]
	for len(before) > 0 && len(after) > 0 {
		switch c := o.compare(before[0].entry, after[0].entry); {
		case c < 0:
			left, before = append(left, before[0]), before[1:]
		case c > 0:
			entered, after = append(entered, after[0]), after[1:]
		default:
			before, after = before[1:], after[1:]
		}
	}
	return append(left, before...), append(entered, after...)
}

func (o *changesOp) compare(a, b entry) int {
	if a.id == b.id {
		return 0
	}
	if c := cmp.Compare(a.prefix, b.prefix); c != 0 {
		return c
	}
	return bytes.Compare(o.rows.Text(a.id, o.key), o.rows.Text(b.id, o.key))
}

// Advance implements operators.Operator.
func (o *changesOp) Advance(_ context.Context, wm window.Micros, _ operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	if wm == window.Max {
		return nil
	}
	for _, end := range o.window.due(wm) {
		o.drop(o.window.take(end))
	}
	o.drop(o.age.over(wm, o.env.Now()))
	return o.env.State.Resize(o.bytes())
}

// drop forgets partitions without a change.
func (o *changesOp) drop(ids []uint32) {
	live := ids[:0]
	for _, k := range ids {
		if o.lists.len(k) > 0 {
			o.gone = o.lists.clear(k, o.gone)
			live = append(live, k)
		}
	}
	o.table.Remove(live)
	o.forget()
}

// Snapshot implements operators.Operator.
func (o *changesOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements operators.Operator.
func (o *changesOp) Close() error { return nil }
