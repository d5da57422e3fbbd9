package windowed

import (
	"context"
	"errors"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// errSnapshot is what the operators of this package answer to a barrier.
var errSnapshot = errors.New("checkpoints of windowed operators are not available yet")

// closer makes windows of panes.
type closer interface {
	// next returns the end of the next window that holds rows.
	next() (window.Micros, bool)
	// close emits that window.
	close(ctx context.Context, end window.Micros, out operators.Emitter) error
	// bytes is how much memory the closer holds of panes that it was given.
	bytes() int64
	// inside appends what later windows hold of panes that are in no queue any more.
	inside(parts []part) []part
}

// placer finds the panes that rows belong to.
type placer interface {
	// place appends each row of a batch to the rows of its pane, and returns the
	// panes that got some, each once.
	place(b batch.Batch, watermark window.Micros) []*pane
	// forget drops what the placer remembers of panes: some have closed.
	forget()
}

// aggregateOp is the operator of a windowed GROUP BY.
type aggregateOp struct {
	cfg       Config
	set       *aggregate.Set
	panes     *panes
	placer    placer
	closer    closer
	write     *writer
	watermark window.Micros
	seq       int64
	ids       []uint32
	closed    int64 // bytes that the closer holds
}

// NewAggregate returns the operator of a windowed GROUP BY.
func NewAggregate(cfg Config) (operators.Operator, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Window.Kind.Keyed() {
		return newKeyed(cfg)
	}
	if cfg.Emission.Changes() || cfg.Emission.Empty {
		return newRevising(cfg)
	}
	set, err := cfg.newSet()
	if err != nil {
		return nil, err
	}
	panes, err := newPanes(set, cfg.In, cfg.Keys)
	if err != nil {
		return nil, err
	}
	write := &writer{out: cfg.Out, keys: len(cfg.Keys), calls: len(cfg.Calls)}
	if err := write.check(set, panes.types); err != nil {
		return nil, err
	}
	if cfg.Top != nil {
		write.top = newTop(*cfg.Top, len(cfg.Keys))
	}
	if write.wall, err = cfg.Window.Wall(); err != nil {
		return nil, err
	}
	op := &aggregateOp{cfg: cfg, set: set, panes: panes, write: write, watermark: window.Min}
	op.choose()
	if cfg.Window.Processing {
		return onClock(op, cfg.Time), nil
	}
	return op, nil
}

// choose picks how rows are placed and windows closed.
func (o *aggregateOp) choose() {
	spec := o.cfg.Window
	if spec.Kind == window.Attached {
		o.placer = &attachedPlacer{panes: o.panes, start: o.cfg.Start, end: o.cfg.End, faults: o.write}
	} else {
		o.placer = newSpanPlacer(o.panes, o.cfg, o.write.wall, o.write)
	}
	switch {
	case spec.Kind == window.Attached || spec.Panes() == 1:
		o.closer = &single{panes: o.panes, write: o.write, size: spec.Size}
	case spec.Kind == window.Cumulate:
		o.closer = &cumulative{panes: o.panes, write: o.write, spec: spec, all: o.panes.empty()}
	case o.set.Retracts() == nil:
		o.closer = newTotals(o.panes, o.write, spec)
	default:
		o.closer = newMerging(o.panes, o.write, spec)
	}
}

// Open implements Operator.
func (o *aggregateOp) Open(_ context.Context, env operators.Env) error {
	o.write.env = env
	return nil
}

// Process implements Operator.
func (o *aggregateOp) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	if !o.cfg.Retracts {
		if err := appendOnly(in); err != nil {
			return err
		}
	}
	touched := o.placer.place(in, o.watermark)
	if n := in.Rows(); len(o.ids) < n {
		o.ids = make([]uint32, n)
	}
	if len(touched) > 0 {
		input, keys := o.set.Input(in, o.seq), aggregate.Keys(in, o.cfg.Keys)
		for _, p := range touched {
			p.add(input, keys, o.ids)
			o.panes.measure(p)
		}
	}
	o.seq += int64(in.Rows())
	return o.account()
}

// appendOnly refuses rows that take others back.
func appendOnly(in batch.Batch) error {
	for i, k := range in.Kinds {
		if !k.Adds() {
			return fmt.Errorf("a windowed aggregate takes only rows that are added, but row %d is %s", i, k)
		}
	}
	return nil
}

// Advance implements Operator. Windows end at readings of their clock.
func (o *aggregateOp) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	passed := o.write.wall.At(o.watermark)
	for some := false; ; some = true {
		end, ok := o.closer.next()
		if !ok || end > passed {
			if some {
				o.closed = o.closer.bytes()
			}
			return o.account()
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		o.placer.forget()
		if err := o.closer.close(ctx, end, out); err != nil {
			return err
		}
	}
}

// deadline implements deadliner.
func (o *aggregateOp) deadline() (window.Micros, bool) {
	end, ok := o.closer.next()
	return o.write.wall.Instant(end), ok
}

// Snapshot implements Operator.
func (o *aggregateOp) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements Operator.
func (o *aggregateOp) Close() error { return nil }

// single closes windows that are one pane each.
type single struct {
	panes *panes
	write *writer
	size  window.Micros // of a tumble
}

func (s *single) next() (window.Micros, bool) { return s.panes.first() }

func (s *single) close(ctx context.Context, end window.Micros, out operators.Emitter) error {
	for _, p := range s.panes.until(end) {
		if err := s.write.window(ctx, out, p.start, p.enter, p.table, p.states, p.all()); err != nil {
			return err
		}
		s.panes.recycle(p)
	}
	return nil
}
