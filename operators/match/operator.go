package match

import (
	"context"
	"errors"
	"fmt"
	"kinesql/operators/pattern"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

var errSnapshot = errors.New("checkpoints of MATCH_RECOGNIZE are not available yet")

// Codes of row errors.
const (
	codeRow  = "KSQL-4004" // a time that is none, a skip to nowhere
	codeWays = "KSQL-4006" // too many ways to match
)

// op runs a MATCH_RECOGNIZE.
type op struct {
	cfg       pattern.Config
	machine   *pattern.Machine
	startMask uint64 // variables that a first row may be
	keep      int    // rows before the current one that are looked at
	numbered  bool
	shown     []int // columns of a row that failed, and their schema
	faulty    *batch.Schema

	env       operators.Env
	watermark window.Micros
	seq       int64

	table     aggregate.Table
	parts     []partition
	queue     queue
	deadlines deadlines
	rows      *state.Rows
	chain     chain
	dead      []state.ID // rows to drop once nothing pending shows them
	touched   []uint32   // partitions with a row or deadline since the last Advance

	labels labels
	ways   ways
	conds  conds
	merge  merger
	out    output
}

// New returns the operator of a MATCH_RECOGNIZE over an append-only input.
func New(cfg pattern.Config) (operators.Operator, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	m, err := pattern.NewMachine(cfg.Pattern)
	if err != nil {
		return nil, err
	}
	o := &op{
		cfg: cfg, machine: m, keep: cfg.Back(), numbered: cfg.Numbered(), watermark: window.Min,
		rows: state.NewRows(cfg.In),
	}
	o.describe()
	var types []batch.Type
	for _, p := range cfg.Partition {
		types = append(types, cfg.In.Field(p).Type)
	}
	if o.table, err = aggregate.NewTable(types); err != nil {
		return nil, err
	}
	if o.conds, err = newConds(o); err != nil {
		return nil, err
	}
	if o.out, err = newOutput(o); err != nil {
		return nil, err
	}
	o.labels = newLabels(len(cfg.Variables), o.conds.tracked)
	o.merge = newMerger(len(m.Variable), o.conds.tracked != 0)
	for _, place := range m.Start {
		o.startMask |= 1 << m.Variable[place]
	}
	return o, nil
}

// describe chooses the columns of rows that fail: not what conditions computed.
func (o *op) describe() {
	computed := map[int]bool{}
	for _, v := range o.cfg.Variables {
		computed[v.Filter] = true
	}
	var fields []batch.Field
	for c, f := range o.cfg.In.Fields() {
		if !computed[c] {
			o.shown, fields = append(o.shown, c), append(fields, f)
		}
	}
	o.faulty = batch.NewSchema(fields...)
}

// Lag implements operators.Lagging. A match is shown when the watermark is past
// what it might have become: its last row may then be that far behind. With a
// fixed number of rows nothing is waited for, but all rows of the match are shown
// with the last.
func (o *op) Lag() window.Micros {
	if o.cfg.Fixed() && !o.cfg.AllRows {
		return 0
	}
	return o.cfg.Within
}

// Open implements operators.Operator.
func (o *op) Open(_ context.Context, env operators.Env) error {
	o.env = env
	o.conds.open(env)
	return nil
}

// Process implements operators.Operator.
func (o *op) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	for i := range in.Kinds {
		if !in.Kinds[i].Adds() {
			return fmt.Errorf("MATCH_RECOGNIZE takes only rows that are added, but row %d is %s", i, in.Kinds[i])
		}
	}
	times := in.Vector(o.cfg.Time)
	rows := make([]int32, 0, in.Rows())
	for i := range in.Rows() {
		if o.onTime(in, &times, i) {
			rows = append(rows, int32(i))
		}
	}
	if len(rows) > 0 {
		o.take(in, &times, rows)
	}
	o.seq += int64(in.Rows())
	return o.account()
}

// onTime tells of rows that cannot be taken.
func (o *op) onTime(in batch.Batch, times *batch.Vector, i int) bool {
	name := o.cfg.In.Field(o.cfg.Time).Name
	if !times.IsValid(i) {
		o.bad(in, i, fmt.Sprintf("event time %s is NULL", name))
		return false
	}
	t := window.Micros(times.I64[i])
	if !window.InRange(t) {
		o.bad(in, i, fmt.Sprintf("event time %s = %s is out of range", name, t))
		return false
	}
	if wm := max(o.watermark, in.Mark(i)); t < wm {
		o.env.Faults.LateRow(operators.LateRow{
			Where: operators.WhereOf(in, i), EventTime: t, Watermark: wm, WindowStart: t, WindowEnd: t,
		})
		return false
	}
	return true
}

func (o *op) bad(in batch.Batch, row int, message string) {
	o.env.Faults.RowError(operators.RowError{
		Where: operators.WhereOf(in, row), Operator: "match", Code: codeRow, Message: message,
	})
}

// take keeps rows of a batch that are on time.
func (o *op) take(in batch.Batch, times *batch.Vector, rows []int32) {
	masks := o.masks(in, rows)
	parts := make([]uint32, len(rows))
	o.table.Assign(aggregate.Keys(in, o.cfg.Partition), rows, parts)
	for len(o.parts) < o.table.Len() {
		o.parts = append(o.parts, noPartition)
	}
	kept := rows
	if o.keep == 0 {
		kept = nil
		for i, r := range rows {
			if masks[i] != 0 {
				kept = append(kept, r)
			}
		}
	}
	ids := make([]state.ID, len(kept))
	o.rows.Put(state.Columns(in), kept, ids)
	o.chain.grow(o.rows.Bound())
	run, k := make([]waiting, len(rows)), 0
	for i, r := range rows {
		id := state.None
		if k < len(kept) && kept[k] == r {
			id = ids[k]
			o.chain.mask[id], o.chain.told[id] = masks[i], false
			k++
		}
		p := &o.parts[parts[i]]
		p.waiting++
		p.live = true
		run[i] = waiting{time: times.I64[r], seq: o.seq + int64(r), part: parts[i], id: id}
	}
	o.queue.add(run)
}

// masks says which variables rows may be, as far as the rows alone tell.
func (o *op) masks(in batch.Batch, rows []int32) []uint64 {
	out := make([]uint64, len(rows))
	for v, variable := range o.cfg.Variables {
		bit := uint64(1) << v
		if variable.Filter < 0 {
			for i := range out {
				out[i] |= bit
			}
			continue
		}
		col := in.Vector(variable.Filter)
		for i, r := range rows {
			if col.IsValid(int(r)) && col.Bool[r] {
				out[i] |= bit
			}
		}
	}
	return out
}

// Advance implements operators.Operator.
func (o *op) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	for n := 1; ; n++ {
		w, ok := o.queue.next(int64(o.watermark))
		if !ok {
			break
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		o.touched = append(o.touched, w.part)
		o.parts[w.part].waiting--
		o.enter(w)
		if err := o.settle(ctx, w.part, out); err != nil {
			return err
		}
	}
	if err := o.expire(ctx, out); err != nil {
		return err
	}
	if err := o.out.flush(ctx, out); err != nil {
		return err
	}
	o.forget()
	return o.account()
}

// expire decides the searches that no further row can belong to.
func (o *op) expire(ctx context.Context, out operators.Emitter) error {
	wm := int64(o.watermark)
	for len(o.deadlines) > 0 && o.deadlines[0].at < wm {
		part := o.deadlines.Pop().part
		o.parts[part].timed = false
		if err := o.expirePart(ctx, part, out); err != nil {
			return err
		}
	}
	if o.cfg.Within > 0 || o.watermark < window.Max {
		return nil
	}
	for part := range o.parts {
		if err := o.expirePart(ctx, uint32(part), out); err != nil {
			return err
		}
	}
	return nil
}

func (o *op) expirePart(ctx context.Context, part uint32, out operators.Emitter) error {
	o.touched = append(o.touched, part)
	for p := &o.parts[part]; p.start != state.None && o.until(p.start) < int64(o.watermark); {
		o.resolve(p)
		o.search(p)
	}
	return o.settle(ctx, part, out)
}

// settle sets the deadline of a partition and emits what is complete.
func (o *op) settle(ctx context.Context, part uint32, out operators.Emitter) error {
	p := &o.parts[part]
	if p.start != state.None && !p.timed && o.cfg.Within > 0 {
		p.timed = true
		o.deadlines.Push(deadline{at: o.until(p.start), part: part})
	}
	if len(o.out.rows) < max(o.env.BatchRows, 1) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return o.out.flush(ctx, out)
}

// until is the last time of a row that may belong to a match from a row on.
func (o *op) until(start state.ID) int64 {
	if o.cfg.Within == 0 {
		return int64(window.Latest)
	}
	return min(o.time(start)+int64(o.cfg.Within), int64(window.Latest))
}

func (o *op) time(id state.ID) int64 {
	t, _ := o.rows.Int(id, o.cfg.Time)
	return t
}

// forget drops partitions of which nothing is known.
func (o *op) forget() {
	var gone []uint32
	for _, part := range o.touched {
		p := &o.parts[part]
		if p.live && p.waiting == 0 && p.first == state.None && !p.timed && !o.numbered {
			*p = noPartition
			gone = append(gone, part)
		}
	}
	o.touched = o.touched[:0]
	o.table.Remove(gone)
}

// account charges the memory that is held. Keys are taken for 16 bytes.
func (o *op) account() error {
	held := o.rows.Bytes() + o.chain.bytes() + o.queue.bytes() + o.labels.bytes() + o.ways.bytes()
	held += int64(16*cap(o.deadlines)+(48+16)*cap(o.parts)) + o.conds.bytes()
	return o.env.State.Resize(held)
}

// Snapshot implements operators.Operator.
func (o *op) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements operators.Operator.
func (o *op) Close() error {
	o.conds.release()
	return nil
}
