package windowed

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// none is the id of no span.
const none = uint32(math.MaxUint32)

// arranger makes windows of the rows of keys.
type arranger interface {
	// reach makes room for keys below n.
	reach(n int)
	// place gives each row of a its span, or tells of it as late.
	place(a *arrival)
	// windows appends the windows of a key, the earliest first.
	windows(key uint32, out *windowList)
	// close takes the windows of a key out that end at limit or before.
	close(key uint32, limit window.Micros, out *windowList)
	// next is when something is to be done for a span that the wheel has let go; a
	// time that is over: now.
	next(id uint32, p pace) window.Micros
	// ended returns keys with a window that the last rows have ended.
	ended() []uint32
	// empty reports whether nothing is known of a key.
	empty(key uint32) bool
	// pass says that the watermark goes up to limit.
	pass(a *arrival, limit window.Micros)
	// bytes is the memory of the windows.
	bytes() int64
}

// content is what the rows of spans come to, by the ids of the spans.
type content interface {
	// begin says that the rows to be added are of this batch, which is borrowed.
	begin(in batch.Batch, seq int64)
	// add adds rows to spans, in turn. All spans are below n.
	add(rows []int32, ids []uint32, n int)
	// merge adds what spans src hold to spans dst, and empties src.
	merge(src, dst []uint32)
	// reset empties spans.
	reset(ids []uint32)
	// emit puts windows out, in their order, as rows that are new.
	emit(ctx context.Context, l *windowList, out operators.Emitter) error
	bytes() int64
	drop()
}

// pace says when windows are shown and given up.
type pace struct {
	watermark window.Micros
	lateness  window.Micros
	early     bool // windows are shown before they close
}

// shows reports whether a window with that end is shown.
func (p pace) shows(end window.Micros) bool { return p.early || end <= p.watermark }

// next is when a window with that end is to be looked at.
func (p pace) next(end window.Micros) window.Micros {
	if end > p.watermark {
		return end
	}
	return end + p.lateness
}

// limit is the end up to which windows take no more rows.
func (p pace) limit() window.Micros { return less(p.watermark, p.lateness) }

// less takes a length of time off, but leaves the ends of time alone.
func less(t, length window.Micros) window.Micros {
	if t == window.Max || t < window.Min+length {
		return t
	}
	return t - length
}

// keyedOp is the operator of windows that follow from the rows of a key.
type keyedOp struct {
	cfg    Config
	env    operators.Env
	table  aggregate.Table
	spans  *spans
	kind   arranger
	holds  content
	shown  *ledger              // nil: each window is shown once, when it closes
	life   *aggregate.Lifetimes // nil: keys are kept as long as their windows need them
	write  *writer
	pace   pace
	at     arrival
	seq    int64
	closed windowList
}

// newKeyed is NewAggregate for sessions, staggered windows and windows of rows.
func newKeyed(cfg Config) (operators.Operator, error) {
	set, err := aggregate.NewSet(cfg.In, cfg.Calls, cfg.Time)
	if err != nil {
		return nil, err
	}
	o, err := arrange(cfg)
	if err != nil {
		return nil, err
	}
	o.write.out, o.write.keys, o.write.calls = cfg.Out, len(cfg.Keys), len(cfg.Calls)
	if err := o.write.check(set, keyTypes(cfg.In, cfg.Keys)); err != nil {
		return nil, err
	}
	g := &groups{set: set, states: set.New(), scratch: set.New(), table: o.table, write: o.write, untimed: cfg.Time < 0 && !cfg.Window.Processing}
	o.holds = g
	o.choose()
	if cfg.Emission.Changes() {
		o.shown = newLedger(o, g)
	}
	return o, nil
}

func keyTypes(in *batch.Schema, keys []int) []batch.Type {
	out := make([]batch.Type, len(keys))
	for i, k := range keys {
		out[i] = in.Field(k).Type
	}
	return out
}

// arrange makes the operator without what it holds of rows.
func arrange(cfg Config) (*keyedOp, error) {
	if cfg.Top != nil {
		return nil, fmt.Errorf("the first groups of a %s window cannot be chosen: its windows are of one key each", cfg.Window.Kind)
	}
	if cfg.Window.Kind == window.Count && cfg.Emission.Lateness > 0 {
		return nil, errors.New("no row is late for a window of rows: it has no use for lateness")
	}
	table, err := aggregate.NewTable(keyTypes(cfg.In, cfg.Keys))
	if err != nil {
		return nil, err
	}
	o := &keyedOp{cfg: cfg, table: table, write: &writer{}}
	o.pace = pace{
		watermark: window.Min, lateness: cfg.Emission.Lateness, early: cfg.Emission.Mode != operators.EmitOnClose,
	}
	return o, nil
}

// pieces is into how many pieces of time the wheel cuts the least length of a window.
const pieces = 1024

// choose picks who makes the windows.
func (o *keyedOp) choose() {
	w := o.cfg.Window
	switch {
	case w.Kind == window.Session && w.Size == 0:
		o.spans = newSpans(w.Gap / pieces)
		o.kind = &sessions{spans: o.spans, gap: w.Gap, holds: o.holds, faults: o.write}
	case w.Kind == window.Count:
		o.spans = newSpans(1)
		o.kind = newCounts(o.spans, w)
		if ttl := o.cfg.Emission.TTL; ttl > 0 && len(o.cfg.Keys) > 0 {
			o.life = aggregate.NewLifetimes(ttl, o.cfg.Time >= 0)
		}
	default:
		gap := w.Gap
		if w.Kind == window.Stagger {
			gap = w.Size
		}
		o.spans = newSpans(gap / pieces)
		o.spans.timed = true
		if !w.Processing && !o.pace.early && o.pace.lateness == 0 {
			o.kind = &staged{
				spans: o.spans, size: w.Size, gap: gap, holds: o.holds, faults: o.write, rows: newWheel(gap / pieces), done: window.Min,
			}
			return
		}
		o.kind = &runs{spans: o.spans, size: w.Size, gap: gap, holds: o.holds, faults: o.write}
	}
}

// Open implements Operator.
func (o *keyedOp) Open(_ context.Context, env operators.Env) error {
	o.env, o.write.env = env, env
	if o.life != nil {
		o.life.Begin(env.Now())
	}
	return nil
}

// Process implements Operator.
func (o *keyedOp) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if err := appendOnly(in); err != nil {
		return err
	}
	a := &o.at
	o.arrive(in)
	o.table.Assign(aggregate.Keys(in, o.cfg.Keys), a.rows, a.keys)
	o.kind.reach(o.table.Len())
	o.holds.begin(in, o.seq)
	o.seq += int64(in.Rows())
	place := o.place
	if o.life != nil {
		o.life.Grow(o.table.Len())
		place = o.placeLiving
	}
	if err := place(ctx, out); err != nil {
		return err
	}
	return o.finish(ctx, out)
}

// place gives the rows that have come to windows, and takes out those that they end.
func (o *keyedOp) place(ctx context.Context, out operators.Emitter) error {
	a := &o.at
	if o.shown != nil {
		o.shown.touch(a.keys)
	}
	o.kind.place(a)
	a.flush(o.holds)
	if o.shown != nil {
		if err := o.shown.placed(ctx, a.keys, out); err != nil {
			return err
		}
	}
	for _, k := range o.kind.ended() {
		o.kind.close(k, window.Max, &o.closed)
	}
	return nil
}

// Advance implements Operator.
func (o *keyedOp) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	if o.cfg.Window.Processing && wm != window.Max {
		return nil
	}
	if err := o.advance(ctx, wm, out); err != nil || o.life == nil || !o.life.ByEvent() {
		return err
	}
	return o.sweep(ctx, wm, out)
}

// advance closes what ends at wm or before.
func (o *keyedOp) advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	if wm <= o.pace.watermark {
		return nil
	}
	if o.shown != nil {
		return o.advanceShown(ctx, wm, out)
	}
	o.pace.watermark = wm
	o.kind.pass(&o.at, wm)
	for _, id := range o.spans.due(wm) {
		if o.spans.is(id, closed) {
			continue
		}
		if at := o.kind.next(id, o.pace); at > wm {
			o.spans.arm(id, at)
			continue
		}
		o.kind.close(o.spans.list[id].key, wm, &o.closed)
	}
	return o.finish(ctx, out)
}

// finish emits and gives up the windows that were closed, and the keys that nothing
// is left of.
func (o *keyedOp) finish(ctx context.Context, out operators.Emitter) error {
	if err := o.settle(ctx, out); err != nil {
		return err
	}
	o.forget(o.at.missed)
	o.at.missed = o.at.missed[:0]
	return o.env.State.Resize(o.bytes())
}

// settle emits the windows that were closed, unless they have been shown, and frees
// them. Keys with a time to live are for sweeps to forget: what touched a key counts
// though no window is open.
func (o *keyedOp) settle(ctx context.Context, out operators.Emitter) error {
	if o.shown == nil && len(o.closed.list) > 0 {
		o.closed.order(o.table)
		if err := o.holds.emit(ctx, &o.closed, out); err != nil {
			return err
		}
	}
	o.holds.reset(o.closed.gone)
	o.spans.release(o.closed.gone)
	if o.life == nil {
		for i := range o.closed.list {
			o.at.missed = append(o.at.missed, o.closed.list[i].key)
		}
	}
	o.closed.clear()
	return nil
}

// forget drops those of the keys that have no span.
func (o *keyedOp) forget(keys []uint32) {
	n := 0
	for _, k := range keys {
		if o.spans.heads[k] != none && o.kind.empty(k) {
			o.spans.heads[k] = none // so that it is dropped once
			keys[n] = k
			n++
		}
	}
	for _, k := range keys[:n] {
		o.spans.heads[k] = 0
	}
	o.table.Remove(keys[:n])
}

// Finish implements operators.Finisher: a window of rows that was shown and has not
// got all of them is no result.
func (o *keyedOp) Finish(ctx context.Context, out operators.Emitter) error {
	c, ok := o.kind.(*counts)
	if !ok || o.shown == nil {
		return nil
	}
	var keys []uint32
	for k, head := range o.spans.heads {
		if head != 0 {
			keys = append(keys, uint32(k))
		}
	}
	o.shown.touch(keys)
	c.over = true
	return o.shown.all(ctx, out)
}

// Lag implements operators.Lagging.
func (o *keyedOp) Lag() window.Micros { return o.cfg.Emission.Lateness }

// NextTick implements operators.Ticker.
func (o *keyedOp) NextTick() time.Time {
	var next time.Time
	if at, ok := o.spans.wheel.first(); ok && o.cfg.Window.Processing {
		next = at.Time()
	}
	if o.life != nil {
		next = o.life.Next(o.table.Live())
	}
	if o.shown == nil || o.shown.tick.IsZero() || !next.IsZero() && next.Before(o.shown.tick) {
		return next
	}
	return o.shown.tick
}

// Tick implements operators.Ticker.
func (o *keyedOp) Tick(ctx context.Context, out operators.Emitter) error {
	if o.cfg.Window.Processing {
		if err := o.advance(ctx, window.At(o.env.Now()), out); err != nil {
			return err
		}
	}
	if o.life != nil && !o.life.ByEvent() {
		if err := o.sweep(ctx, window.At(o.env.Now()), out); err != nil {
			return err
		}
	}
	if o.shown == nil {
		return nil
	}
	return o.shown.ticked(ctx, out)
}

// Snapshot implements Operator.
func (o *keyedOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements Operator.
func (o *keyedOp) Close() error {
	o.holds.drop()
	return nil
}

// bytes is about how much memory the operator holds.
func (o *keyedOp) bytes() int64 {
	n := o.kind.bytes() + o.holds.bytes() + int64(o.table.Len())*int64(keyBytes+8*len(o.cfg.Keys))
	if o.shown != nil {
		n += o.shown.bytes()
	}
	if o.life != nil {
		n += o.life.Bytes()
	}
	return n
}

// keyBytes is about what a key takes in a table beside its columns.
const keyBytes = 40
