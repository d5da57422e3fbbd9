package aggregate

import (
	"context"
	"errors"
	"fmt"

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
	shown  []bool  // by group: whether its result row was emitted
	seq    int64

	ids, touched []uint32
	seen         []uint32 // by group: the batch that touched it last
	batches      uint32
}

// NewHash returns the operator of a GROUP BY without windows. It is a Finisher:
// a result that is not emitted as changes comes with Finish, and without keys
// there is a row even if there was no input. With Retracts, an aggregate that
// cannot take rows back exactly is refused.
func NewHash(cfg HashConfig) (operators.Operator, error) {
	set, err := NewSet(cfg.In, cfg.Calls, cfg.Time)
	if err != nil {
		return nil, err
	}
	if cfg.Retracts {
		if err := set.Retracts(); err != nil {
			return nil, fmt.Errorf("over a changing input: %w", err)
		}
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
	op := &hashOp{cfg: cfg, set: set, table: table, states: set.New()}
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
	return nil
}

// Process implements Operator.
func (o *hashOp) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	added, removed, err := o.split(in)
	if err != nil {
		return err
	}
	all := upTo(in.Rows())
	o.ids = grow(o.ids, len(all))
	o.table.Assign(Keys(in, o.cfg.Keys), all, o.ids[:len(all)])
	o.makeRoom(o.table.Len())
	o.touch(o.ids[:len(all)])
	var before image
	if o.cfg.Changes {
		before = o.image(nil)
	}
	o.apply(o.set.Input(in, o.seq), added, removed)
	o.seq += int64(len(all))
	if o.cfg.Changes {
		if err := o.emitChanges(ctx, before, out); err != nil {
			return err
		}
	}
	o.forget()
	return nil
}

// split separates the rows that are added from those that are taken back.
func (o *hashOp) split(in batch.Batch) (added, removed []int32, err error) {
	if in.Kinds == nil {
		return upTo(in.Rows()), nil, nil
	}
	for i, k := range in.Kinds {
		if k.Adds() {
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
	o.rows, o.shown, o.seen = grow(o.rows, n), grow(o.shown, n), grow(o.seen, n)
}

// touch lists each group of a batch once, in the order of their first rows.
func (o *hashOp) touch(ids []uint32) {
	o.batches++
	o.touched = o.touched[:0]
	for _, id := range ids {
		if o.seen[id] != o.batches {
			o.seen[id] = o.batches
			o.touched = append(o.touched, id)
		}
	}
}

// apply adds and takes back the rows of a batch.
func (o *hashOp) apply(in *Input, added, removed []int32) {
	ids := make([]uint32, max(len(added), len(removed)))
	for i, r := range added {
		ids[i] = o.ids[r]
		o.rows[ids[i]]++
	}
	o.states.Add(in, added, ids[:len(added)])
	if len(removed) == 0 {
		return
	}
	for i, r := range removed {
		ids[i] = o.ids[r]
		o.rows[ids[i]]--
	}
	o.states.Retract(in, removed, ids[:len(removed)])
}

// forget drops the groups that have no rows left.
func (o *hashOp) forget() {
	if !o.cfg.Retracts || len(o.cfg.Keys) == 0 {
		return
	}
	var gone []uint32
	for _, id := range o.touched {
		if o.rows[id] == 0 {
			o.shown[id] = false
			gone = append(gone, id)
		}
	}
	o.states.Reset(gone)
	o.table.Remove(gone)
}

// Advance implements Operator.
func (o *hashOp) Advance(context.Context, window.Micros, operators.Emitter) error { return nil }

// Finish implements operators.Finisher.
func (o *hashOp) Finish(ctx context.Context, out operators.Emitter) error {
	if len(o.cfg.Keys) == 0 {
		o.makeRoom(1)
	}
	var ids []uint32
	for id, n := range o.rows {
		if !o.shown[id] && (n > 0 || len(o.cfg.Keys) == 0) {
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

// Snapshot implements Operator.
func (o *hashOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements Operator.
func (o *hashOp) Close() error { return nil }
