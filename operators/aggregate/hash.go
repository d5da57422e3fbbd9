package aggregate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// HashConfig describes a GROUP BY without windows.
type HashConfig struct {
	In  *batch.Schema
	Out *batch.Schema // keys, then aggregates

	Keys  []int
	Calls []Call
	Time  int // event time column, or -1

	// Changes asks for the changes of the result after each batch, else the
	// result comes once, at the end of the input.
	Changes bool
	// Retracts says that the input may take rows back.
	Retracts bool
	// Emission says when changes are shown, EmitChanges or EmitEvery, and how long
	// groups are kept.
	Emission operators.Emission
}

// errSnapshot is what the operator answers to a barrier.
var errSnapshot = errors.New("checkpoints of aggregates are not available yet")

// overflow is the code of a result that does not fit its type.
const overflow = "KSQL-4001"

// hashOp is the operator of a GROUP BY without windows.
type hashOp struct {
	cfg    HashConfig
	set    *Set
	env    operators.Env
	table  Table
	states *States
	rows   []int64 // by group: how many rows it has
	seq    int64
	rev    Revision // of results that come as changes

	tick      time.Time  // of EmitEvery
	life      *Lifetimes // nil: groups live for ever
	watermark window.Micros

	ids []uint32
}

// NewHash returns the operator of a GROUP BY without windows. It is a Finisher:
// a result that is not emitted as changes comes with Finish, and without keys
// there is a row even if there was no input.
func NewHash(cfg HashConfig) (operators.Operator, error) {
	newSet := NewSet
	if cfg.Retracts {
		newSet = NewChangingSet
	}
	set, err := newSet(cfg.In, cfg.Calls, cfg.Time)
	if err != nil {
		return nil, err
	}
	types := make([]batch.Type, len(cfg.Keys))
	for i, k := range cfg.Keys {
		if k < 0 || k >= cfg.In.Len() {
			return nil, fmt.Errorf("grouped by column %d of %d", k, cfg.In.Len())
		}
		types[i] = cfg.In.Field(k).Type
	}
	table, err := NewTable(types)
	if err != nil {
		return nil, err
	}
	op := &hashOp{cfg: cfg, set: set, table: table, states: set.New(), watermark: window.Min}
	if ttl := cfg.Emission.TTL; ttl > 0 && len(cfg.Keys) > 0 && cfg.Changes {
		op.life = NewLifetimes(ttl, cfg.Time >= 0)
	}
	return op, op.check(types)
}

// check compares the output columns with what will be put into them.
func (o *hashOp) check(types []batch.Type) error {
	for i := range o.set.Len() {
		types = append(types, o.set.Result(i))
	}
	if o.cfg.Out.Len() != len(types) {
		return fmt.Errorf("the output of an aggregate has %d columns, not %d", len(types), o.cfg.Out.Len())
	}
	for i, t := range types {
		if f := o.cfg.Out.Field(i); f.Type.Lane() != t.Lane() {
			return fmt.Errorf("output column %s is %s, but its values are %s", f.Name, f.Type, t)
		}
	}
	return nil
}

// Open implements Operator.
func (o *hashOp) Open(_ context.Context, env operators.Env) error {
	o.env = env
	if o.cfg.Emission.Mode == operators.EmitEvery {
		o.tick = env.Now().Add(o.cfg.Emission.Every)
	}
	if o.life != nil {
		o.life.Begin(env.Now())
	}
	return nil
}

// Process implements Operator.
func (o *hashOp) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	all := upTo(in.Rows())
	o.ids = grow(o.ids, len(all))
	o.table.Assign(Keys(in, o.cfg.Keys), all, o.ids[:len(all)])
	o.makeRoom(o.table.Len())
	apply := o.applyRows
	if o.life != nil {
		apply = func(in batch.Batch, _, _ int) error { return o.segments(ctx, in, out) }
	}
	if err := apply(in, 0, len(all)); err != nil {
		return err
	}
	o.seq += int64(len(all))
	switch {
	case !o.cfg.Changes:
		o.forget(o.ids[:len(all)])
	case o.cfg.Emission.Mode != operators.EmitEvery:
		if err := o.show(ctx, out); err != nil {
			return err
		}
	}
	return o.env.State.Resize(o.bytes())
}

// bytes is how much memory the groups take.
func (o *hashOp) bytes() int64 {
	bytes := o.table.Bytes() + o.states.Bytes() + o.rev.Bytes() + sizeOf(o.rows) + sizeOf(o.ids)
	if o.life != nil {
		bytes += o.life.Bytes()
	}
	return bytes
}

// applyRows adds and takes back the rows from one to before another.
func (o *hashOp) applyRows(in batch.Batch, from, to int) error {
	added, removed, err := o.split(in, from, to)
	if err != nil || from == to {
		return err
	}
	if o.cfg.Changes {
		o.rev.Touch(o.states, o.ids[from:to])
	}
	return o.apply(o.set.Input(in, o.seq), added, removed)
}

// show emits what the result has become since it was last shown.
func (o *hashOp) show(ctx context.Context, out operators.Emitter) error {
	touched := append([]uint32(nil), o.rev.dirty...)
	err := o.rev.Show(ctx, Page{
		Out: o.cfg.Out, Table: o.table, States: o.states, Keys: len(o.cfg.Keys), Present: o.present, Env: o.env,
	}, out)
	o.forget(touched)
	return err
}

// present reports whether a group has a row in the result.
func (o *hashOp) present(id uint32) bool { return o.rows[id] != 0 || len(o.cfg.Keys) == 0 }

// split separates the rows that are added from those that are taken back.
func (o *hashOp) split(in batch.Batch, from, to int) (added, removed []int32, err error) {
	if in.Kinds == nil {
		return upTo(to)[from:], nil, nil
	}
	for i := from; i < to; i++ {
		if in.Kinds[i].Adds() {
			added = append(added, int32(i))
			continue
		}
		removed = append(removed, int32(i))
	}
	if len(removed) > 0 && !o.cfg.Retracts {
		return nil, nil, fmt.Errorf("the aggregate was planned for an append-only input, but row %d is %s",
			removed[0], in.Kinds[removed[0]])
	}
	return added, removed, nil
}

func (o *hashOp) makeRoom(n int) {
	if len(o.cfg.Keys) == 0 {
		n = 1
	}
	o.states.Grow(n)
	o.rows = grow(o.rows, n)
	o.rev.Grow(n)
	if o.life != nil {
		o.life.Grow(n)
	}
}

// apply adds and takes back the rows of a batch.
func (o *hashOp) apply(in *Input, added, removed []int32) error {
	ids := make([]uint32, max(len(added), len(removed)))
	for i, r := range added {
		ids[i] = o.ids[r]
		o.rows[ids[i]]++
	}
	o.states.Add(in, added, ids[:len(added)])
	if len(removed) == 0 {
		return nil
	}
	removed = o.known(removed)
	for i, r := range removed {
		ids[i] = o.ids[r]
		if o.rows[ids[i]]--; o.rows[ids[i]] < 0 && o.life == nil {
			return ErrUnseen
		}
	}
	o.states.Retract(in, removed, ids[:len(removed)])
	if o.life != nil {
		return nil // a row may be taken back that was forgotten with its group
	}
	return o.states.Fault()
}

// known leaves out the rows whose groups were forgotten: they are in no result.
func (o *hashOp) known(removed []int32) []int32 {
	if o.life == nil {
		return removed
	}
	n := 0
	for _, r := range removed {
		if o.rows[o.ids[r]] > 0 {
			removed[n] = r
			n++
		}
	}
	return removed[:n]
}

// forget drops those of the groups that have no rows left.
func (o *hashOp) forget(ids []uint32) {
	if !o.cfg.Retracts || len(o.cfg.Keys) == 0 {
		return
	}
	var gone []uint32
	for _, id := range ids {
		if o.rows[id] == 0 {
			gone = append(gone, id)
			o.rev.Forget(id)
			if o.life != nil {
				o.life.Forget(id)
			}
		}
	}
	slices.Sort(gone)
	gone = slices.Compact(gone)
	o.states.Reset(gone)
	o.table.Remove(gone)
}

// Advance implements Operator.
func (o *hashOp) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	if o.life != nil && o.life.event {
		return o.sweep(ctx, o.watermark, out)
	}
	return nil
}

// Finish implements operators.Finisher.
func (o *hashOp) Finish(ctx context.Context, out operators.Emitter) error {
	if len(o.cfg.Keys) == 0 {
		o.makeRoom(1)
	}
	if o.cfg.Changes {
		if err := o.show(ctx, out); err != nil {
			return err
		}
	}
	var ids []uint32
	for id, n := range o.rows {
		if !o.rev.Shown(uint32(id)) && (n > 0 || len(o.cfg.Keys) == 0) {
			ids = append(ids, uint32(id))
		}
	}
	for len(ids) > 0 {
		n := min(max(o.env.BatchRows, 1), len(ids))
		if err := o.emit(ctx, out, ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// emit emits groups as rows that are new.
func (o *hashOp) emit(ctx context.Context, out operators.Emitter, ids []uint32) error {
	cols := make([]batch.Vector, o.cfg.Out.Len())
	var failed []failure
	o.results(ids, cols, &failed)
	b := batch.New(o.cfg.Out, len(ids), cols, batch.Beside{})
	defer b.Release()
	o.report(b, failed)
	return out.Emit(ctx, b)
}

// failure is a result that could not be represented.
type failure struct {
	row     int
	message string
}

// results computes the output columns of groups.
func (o *hashOp) results(ids []uint32, cols []batch.Vector, failed *[]failure) {
	for i := range cols {
		f := o.cfg.Out.Field(i)
		cols[i].Type = f.Type
		if i < len(o.cfg.Keys) {
			o.table.Append(i, ids, &cols[i])
			continue
		}
		o.states.Result(i-len(o.cfg.Keys), ids, &cols[i], func(row int, message string) {
			*failed = append(*failed, failure{row, fmt.Sprintf("column %s: %s", f.Name, message)})
		})
	}
}

func (o *hashOp) report(b batch.Batch, failed []failure) {
	for _, f := range failed {
		o.env.Faults.RowError(operators.RowError{
			Where: operators.WhereOf(b, f.row), Operator: "aggregate", Code: overflow, Message: f.message,
		})
	}
}

// Keeps implements operators.Keeper: what watermarks do not speak of waits for none.
func (o *hashOp) Keeps() bool { return false }

// Snapshot implements Operator.
func (o *hashOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements Operator.
func (o *hashOp) Close() error { return nil }
