package windowed

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// OverConfig describes OVER (PARTITION BY ... ORDER BY time RANGE|ROWS BETWEEN n
// PRECEDING AND CURRENT ROW|m PRECEDING).
type OverConfig struct {
	In, Out   *batch.Schema // Out is In and one column a call
	Partition []int
	Time      int
	Ties      []int // columns that tell rows of one time apart; none: they go by arrival
	Rows      bool  // else RANGE, which counts all rows of the current row's time
	Preceding int64 // rows, or microseconds; -1 is UNBOUNDED
	Ending    int64 // so much before the current row the frame ends, in the same unit
	Calls     []aggregate.Call
}

// overOp computes aggregates over the rows before each row. Rows wait in held
// until the watermark is past them, and stay in the frame as long as a later
// row may count them.
type overOp struct {
	cfg       OverConfig
	set       *aggregate.Set
	write     writer
	types     []batch.Type // of the partition columns
	watermark window.Micros
	seq       int64

	held  heldRows
	bytes int64 // of the batches with rows that wait or are in a frame
	parts aggregate.Table
	sums  slider
	frame frame
	out   overOut
}

// NewOver returns the operator of sliding aggregates over an append-only input.
// A row is emitted once the watermark is past its time, rows in the order of
// event time and, within one time, of Ties, else of arrival. A row whose time is before the
// watermark that stood before it is late. With RANGE, partitions without rows in
// the frame are forgotten; ROWS keeps the last rows of each partition, and
// UNBOUNDED one total for each.
func NewOver(cfg OverConfig) (operators.Operator, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	set, err := aggregate.NewSet(cfg.In, cfg.Calls, cfg.Time)
	if err != nil {
		return nil, err
	}
	o := &overOp{cfg: cfg, set: set, watermark: window.Min}
	for _, p := range cfg.Partition {
		o.types = append(o.types, cfg.In.Field(p).Type)
	}
	if o.parts, err = aggregate.NewTable(o.types); err != nil {
		return nil, err
	}
	for i := range set.Len() {
		if f := cfg.Out.Field(cfg.In.Len() + i); f.Type.Lane() != set.Result(i).Lane() {
			return nil, fmt.Errorf("output column %s is %s, but its values are %s", f.Name, f.Type, set.Result(i))
		}
	}
	o.sums = newSlider(set, cfg.Preceding < 0)
	o.frame = newFrame(cfg, moves{enter: o.sums.enter, leave: o.leave})
	return o, nil
}

func (c OverConfig) check() error {
	if err := wantTime(c.In, c.Time); err != nil {
		return err
	}
	for _, p := range c.Partition {
		if p < 0 || p >= c.In.Len() {
			return fmt.Errorf("partitioned by column %d of %d", p, c.In.Len())
		}
	}
	if want := c.In.Len() + len(c.Calls); c.Out.Len() != want {
		return fmt.Errorf("the output of OVER has %d columns, not %d", want, c.Out.Len())
	}
	if c.Preceding < -1 || c.Preceding > int64(window.Latest) {
		return fmt.Errorf("OVER cannot reach back by %d", c.Preceding)
	}
	if c.Ending < 0 || c.Ending > int64(window.Latest) || c.Preceding >= 0 && c.Ending > c.Preceding {
		return fmt.Errorf("a frame cannot end %d before the current row", c.Ending)
	}
	return nil
}

// Open implements Operator.
func (o *overOp) Open(_ context.Context, env operators.Env) error {
	o.write.env = env
	o.out = overOut{cfg: o.cfg, env: env}
	return nil
}

// Process implements Operator.
func (o *overOp) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	if err := appendOnly(in); err != nil {
		return err
	}
	times := in.Vector(o.cfg.Time)
	var rows []int32
	for i := range in.Rows() {
		if o.onTime(in, &times, i) {
			rows = append(rows, int32(i))
		}
	}
	if len(rows) > 0 {
		own := in.Own()
		times := own.Vector(o.cfg.Time)
		h := &held{
			bytes: &o.bytes, batch: own, input: o.set.Input(own, o.seq), keys: aggregate.Keys(own, o.cfg.Partition),
			times: times.I64, rows: rows, seq: o.seq, left: 2 * len(rows),
		}
		o.bytes += h.size()
		o.held.add(h)
	}
	o.seq += int64(in.Rows())
	return o.account()
}

// onTime tells of rows that cannot be taken.
func (o *overOp) onTime(in batch.Batch, times *batch.Vector, i int) bool {
	name := o.cfg.In.Field(o.cfg.Time).Name
	if !times.IsValid(i) {
		o.write.bad(in, i, fmt.Sprintf("event time %s is NULL", name))
		return false
	}
	t := window.Micros(times.I64[i])
	if !window.InRange(t) {
		o.write.bad(in, i, fmt.Sprintf("event time %s = %s is out of range", name, t))
		return false
	}
	if wm := max(o.watermark, in.Mark(i)); t < wm {
		o.write.late(in, i, operators.LateRow{EventTime: t, Watermark: wm, WindowStart: t, WindowEnd: t})
		return false
	}
	return true
}

// Advance implements Operator.
func (o *overOp) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		peers := o.held.before(o.watermark)
		if len(peers) == 0 {
			break
		}
		if err := o.countPeers(ctx, peers, out); err != nil {
			return err
		}
	}
	if err := o.out.flush(ctx, out); err != nil {
		return err
	}
	o.frame.until(o.watermark)
	return o.account()
}

// account says what the operator holds.
func (o *overOp) account() error {
	return o.write.env.State.Resize(o.bytes + o.parts.Bytes() + o.sums.bytes())
}

// countPeers counts the rows of one time: together, or each by itself.
func (o *overOp) countPeers(ctx context.Context, peers []rowRef, out operators.Emitter) error {
	if len(o.cfg.Ties) > 0 {
		byContent(peers, o.cfg.Ties)
	}
	if !o.cfg.Rows {
		return o.count(ctx, peers, out)
	}
	for i := range peers {
		if err := o.count(ctx, peers[i:i+1], out); err != nil {
			for _, r := range peers[i+1:] {
				r.counted()
				r.done()
			}
			return err
		}
	}
	return nil
}

// count adds rows of one time to the frame, and puts them out.
func (o *overOp) count(ctx context.Context, peers []rowRef, out operators.Emitter) error {
	o.frame.until(window.Micros(peers[0].time()))
	ids := make([]uint32, len(peers))
	for i, r := range peers {
		o.parts.Assign(r.keys, []int32{r.row}, ids[i:i+1])
		o.sums.grow(o.parts.Len())
		o.frame.enter(ids[i], r)
	}
	return o.out.rows(ctx, peers, ids, o.sums, out)
}

// leave takes a row that no frame holds any more out of the totals; last says
// that it was the only one of its partition.
func (o *overOp) leave(id uint32, r rowRef, last bool) {
	o.sums.leave(id, r)
	if last {
		o.sums.forget(id)
		o.parts.Remove([]uint32{id})
	}
}

// Snapshot implements Operator.
func (o *overOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements Operator.
func (o *overOp) Close() error {
	o.out.drop()
	o.frame.drop()
	o.held.drop()
	return nil
}
