package windowed

import (
	"context"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// deadliner is an operator that knows the watermark at which it has something to
// do next.
type deadliner interface {
	deadline() (window.Micros, bool)
}

// clocked runs an operator of event time on the clock of the machine: the time of
// a row is when it comes, and the clock is the watermark. Only the end of the
// input is taken from the watermarks of the input. A clock that is set back
// stands still.
type clocked struct {
	operators.Operator
	column int // that is to hold the time
	now    func() time.Time
	at     window.Micros
}

func onClock(op operators.Operator, column int) operators.Operator {
	return &clocked{Operator: op, column: column, at: window.Min}
}

// Open implements Operator.
func (c *clocked) Open(ctx context.Context, env operators.Env) error {
	c.now = env.Now
	return c.Operator.Open(ctx, env)
}

// Process implements Operator.
func (c *clocked) Process(ctx context.Context, port int, in batch.Batch, out operators.Emitter) error {
	if err := c.pass(ctx, out); err != nil {
		return err
	}
	n := in.Rows()
	cols := make([]batch.Vector, in.SQLSchema().Len())
	for i := range cols {
		cols[i] = in.Vector(i)
	}
	cols[c.column] = batch.Vector{Type: batch.Of(batch.Timestamp)}
	fill(&cols[c.column], int64(c.at), n)
	beside := in.Beside
	beside.Marks = nil
	stamped := batch.New(in.SQLSchema(), n, cols, beside)
	defer stamped.Release()
	return c.Operator.Process(ctx, port, stamped, out)
}

// pass lets the clock pass.
func (c *clocked) pass(ctx context.Context, out operators.Emitter) error {
	c.at = max(c.at, window.At(c.now()))
	return c.Operator.Advance(ctx, c.at, out)
}

// Advance implements Operator.
func (c *clocked) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	if wm < window.Max {
		return nil
	}
	return c.Operator.Advance(ctx, wm, out)
}

// NextTick implements operators.Ticker.
func (c *clocked) NextTick() time.Time {
	var next time.Time
	if t, ok := c.Operator.(operators.Ticker); ok {
		next = t.NextTick()
	}
	if d, ok := c.Operator.(deadliner); ok {
		if end, ok := d.deadline(); ok && (next.IsZero() || end.Time().Before(next)) {
			next = end.Time()
		}
	}
	return next
}

// Tick implements operators.Ticker.
func (c *clocked) Tick(ctx context.Context, out operators.Emitter) error {
	if err := c.pass(ctx, out); err != nil {
		return err
	}
	t, ok := c.Operator.(operators.Ticker)
	if !ok {
		return nil
	}
	if next := t.NextTick(); next.IsZero() || next.After(c.at.Time()) {
		return nil
	}
	return t.Tick(ctx, out)
}

// Finish implements operators.Finisher.
func (c *clocked) Finish(ctx context.Context, out operators.Emitter) error {
	if f, ok := c.Operator.(operators.Finisher); ok {
		return f.Finish(ctx, out)
	}
	return nil
}
