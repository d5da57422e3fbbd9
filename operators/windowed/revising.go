package windowed

import (
	"context"
	"fmt"
	"time"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// revisingOp is the operator of a windowed GROUP BY that shows windows otherwise
// than once, at their close. Each window has groups of its own, and knows what was
// last shown of them.
type revisingOp struct {
	cfg   Config
	set   *aggregate.Set
	lives lives
	line  timeline
	known *known // nil: empty windows are not shown
	write writer
	pick  picker

	watermark window.Micros
	shut      window.Micros // the end of the last window closed
	waiting   []*live       // windows to be shown
	seq       int64
	tick      time.Time // of EmitEvery
}

// newRevising returns the operator for an emission that is not the default.
func newRevising(cfg Config) (operators.Operator, error) {
	set, err := cfg.newSet()
	if err != nil {
		return nil, err
	}
	types := make([]batch.Type, len(cfg.Keys))
	for i, k := range cfg.Keys {
		types[i] = cfg.In.Field(k).Type
	}
	if _, err := aggregate.NewTable(types); err != nil {
		return nil, err
	}
	o := &revisingOp{
		cfg: cfg, set: set, lives: lives{set: set, types: types}, line: timeline{spec: cfg.Window},
		watermark: window.Min, shut: window.Min,
		write: writer{out: cfg.Out, keys: len(cfg.Keys), calls: len(cfg.Calls)},
	}
	if cfg.Emission.Empty {
		o.known = newKnown(types, cfg.Emission.TTL)
	}
	o.pick.op = o
	if o.line.wall, err = cfg.Window.Wall(); err != nil {
		return nil, err
	}
	if err := o.write.check(set, types); err != nil || !cfg.Window.Processing {
		return o, err
	}
	return onClock(o, cfg.Time), nil
}

// Open implements Operator.
func (o *revisingOp) Open(_ context.Context, env operators.Env) error {
	o.write.env = env
	if o.cfg.Emission.Mode == operators.EmitEvery {
		o.tick = env.Now().Add(o.cfg.Emission.Every)
	}
	return nil
}

// Lag implements operators.Lagging.
func (o *revisingOp) Lag() window.Micros { return o.cfg.Emission.Lateness }

// Process implements Operator.
func (o *revisingOp) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	touched := o.pick.rows(in)
	if len(touched) > 0 {
		input, keys := o.set.Input(in, o.seq), aggregate.Keys(in, o.cfg.Keys)
		for _, w := range touched {
			o.wait(w)
			if err := w.take(input, keys); err != nil {
				return err
			}
			if w.closed && o.known != nil {
				o.late(w)
			}
		}
	}
	o.seq += int64(in.Rows())
	if o.cfg.Emission.Mode != operators.EmitEvery {
		if err := o.showWaiting(ctx, out); err != nil {
			return err
		}
	}
	return o.account()
}

// account says what the operator holds.
func (o *revisingOp) account() error {
	bytes := int64(0)
	for _, w := range o.lives.queue {
		bytes += w.table.Bytes() + w.states.Bytes() + w.Bytes() + int64(cap(w.counts))*8 + paneBytes
	}
	return o.write.env.State.Resize(bytes)
}

// Keeps implements operators.Keeper: windows are open, or their corrections wait.
func (o *revisingOp) Keeps() bool { return len(o.lives.queue) > 0 || len(o.waiting) > 0 }

// wait notes that a window has something to show.
func (o *revisingOp) wait(w *live) {
	if !w.waits {
		w.waits = true
		o.waiting = append(o.waiting, w)
	}
}

// late gives the keys that a closed window got just now to the closed windows after
// it, in which they are empty.
func (o *revisingOp) late(w *live) {
	var fresh []uint32
	for _, id := range w.Dirty() {
		if !w.Shown(id) && w.counts[id] > 0 {
			fresh = append(fresh, id)
		}
	}
	if len(fresh) == 0 {
		return
	}
	o.known.note(w, fresh)
	o.shut = max(o.shut, o.line.upTo(o.watermark).end)
	for s, n := o.line.after(w.end), 0; s.end <= o.shut && n < maxGap; s, n = o.line.after(s.end), n+1 {
		later := o.lives.at(s, true)
		later.filled = true
		o.known.join(later, w.table, fresh)
		o.wait(later)
	}
}

// showWaiting shows the windows that wait: with EmitOnClose, those that have closed.
func (o *revisingOp) showWaiting(ctx context.Context, out operators.Emitter) error {
	n := 0
	for i, w := range o.waiting {
		if !w.closed && o.cfg.Emission.Mode == operators.EmitOnClose {
			o.waiting[n] = w
			n++
			continue
		}
		w.waits = false
		if err := o.show(ctx, w, out); err != nil {
			o.waiting = o.waiting[i:]
			return err
		}
	}
	o.waiting = o.waiting[:n]
	return nil
}

// show emits what has changed in a window.
func (o *revisingOp) show(ctx context.Context, w *live, out operators.Emitter) error {
	var gone []uint32
	for _, id := range w.Dirty() {
		if !w.present(id) {
			gone = append(gone, id)
		}
	}
	err := w.Show(ctx, aggregate.Page{
		Out: o.cfg.Out, Table: w.table, States: w.states, Keys: len(o.cfg.Keys),
		Bounds: []int64{int64(w.start), int64(w.end)}, Present: w.present, Env: o.write.env,
	}, out)
	w.drop(gone)
	return err
}

// Advance implements Operator.
func (o *revisingOp) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	o.pick.forget()
	for gap := 0; ; {
		w, empty, ok := o.next()
		if !ok {
			break
		}
		if gap++; !empty {
			gap = 0
		}
		if gap > maxGap {
			o.skip()
			continue
		}
		if err := o.close(ctx, w, empty, out); err != nil {
			return err
		}
	}
	return o.done(ctx, out)
}

// close shows the window for the first time, or what is new in it.
func (o *revisingOp) close(ctx context.Context, w *live, empty bool, out operators.Emitter) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if empty {
		w = o.lives.at(w.bounds, true)
	} else {
		w.closed = true
		o.lives.open++
	}
	o.shut = w.end
	if o.known != nil {
		var held []uint32
		for id, n := range w.counts {
			if n > 0 {
				held = append(held, uint32(id))
			}
		}
		o.known.note(w, held)
		o.known.fill(w)
	}
	if err := o.show(ctx, w, out); err != nil {
		return err
	}
	o.lives.forget(o.over())
	return nil
}

// over is up to which end windows can no longer be corrected.
func (o *revisingOp) over() window.Micros {
	if o.watermark < window.Earliest || o.watermark == window.Max {
		return o.watermark
	}
	return o.watermark - o.cfg.Emission.Lateness
}

// done forgets the windows that nothing can correct any more.
func (o *revisingOp) done(ctx context.Context, out operators.Emitter) error {
	over, n := o.over(), 0
	for _, w := range o.waiting {
		if w.end > over {
			o.waiting[n] = w
			n++
			continue
		}
		if err := o.show(ctx, w, out); err != nil {
			return err
		}
	}
	clear(o.waiting[n:])
	o.waiting = o.waiting[:n]
	o.lives.forget(over)
	return o.account()
}

// NextTick implements operators.Ticker.
func (o *revisingOp) NextTick() time.Time {
	if o.cfg.Emission.Mode == operators.EmitEvery && len(o.waiting) > 0 {
		return o.tick
	}
	return time.Time{}
}

// deadline implements deadliner.
func (o *revisingOp) deadline() (window.Micros, bool) {
	w, ok := o.lives.next()
	if o.known.any() {
		if end := o.line.after(o.shut).end; !ok || end < w.end {
			return end, true
		}
	}
	if !ok {
		return 0, false
	}
	return w.end, true
}

// Tick implements operators.Ticker.
func (o *revisingOp) Tick(ctx context.Context, out operators.Emitter) error {
	now := o.write.env.Now()
	if o.cfg.Emission.Mode != operators.EmitEvery || now.Before(o.tick) {
		return nil
	}
	o.tick = now.Add(o.cfg.Emission.Every)
	return o.showWaiting(ctx, out)
}

// Snapshot implements Operator.
func (o *revisingOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements Operator.
func (o *revisingOp) Close() error { return nil }

// maxGap is how many windows without any row are shown at once.
const maxGap = 1000

// gapTold is the code of empty windows that were left out.
const gapTold = "KSQL-4106"

// next is the window to close next; empty says that no row came for it. Behind the
// last window with rows, the end of the input closes none.
func (o *revisingOp) next() (w *live, empty, ok bool) {
	first, open := o.lives.next()
	if o.known.any() && (open || o.watermark != window.Max) {
		if s := o.line.after(o.shut); s.end <= o.watermark && (!open || compareBounds(s, first.bounds) < 0) {
			return &live{bounds: s}, true, true
		}
	}
	return first, false, open && first.end <= o.watermark
}

// skip leaves out the empty windows before the next with rows, or all that the
// watermark has passed.
func (o *revisingOp) skip() {
	from, to := o.line.after(o.shut), o.line.upTo(o.watermark)
	if first, open := o.lives.next(); open && first.end <= o.watermark {
		to = o.line.upTo(first.end - 1)
	}
	o.shut = to.end
	o.write.env.Faults.RowError(operators.RowError{
		Operator: "window", Code: gapTold,
		Message: fmt.Sprintf("no row came for more than %d windows: the empty ones from %s to %s were left out", maxGap, from.start, to.end),
	})
}
