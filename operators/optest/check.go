package optest

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Edge is what the plan says of the batches between two operators.
type Edge struct {
	Schema     *batch.Schema
	Time       int  // column whose values are never behind the watermark, or -1
	AppendOnly bool // all kinds are Insert
}

// Check returns an operator that passes everything on and fails where a batch or
// a call breaks the contract.
func Check(e Edge) operators.Operator {
	return &checker{edge: e, at: window.Min}
}

type checker struct {
	edge   Edge
	at     window.Micros
	opened bool
	closed bool
}

// Open implements operators.Operator.
func (c *checker) Open(context.Context, operators.Env) error {
	if c.opened {
		return fmt.Errorf("check: opened twice")
	}
	c.opened = true
	return nil
}

// Process implements operators.Operator.
func (c *checker) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if err := c.look(in); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	return out.Emit(ctx, in)
}

func (c *checker) look(in batch.Batch) error {
	if !c.opened || c.closed {
		return fmt.Errorf("a batch outside Open and Close")
	}
	n := in.Rows()
	switch {
	case n == 0:
		return fmt.Errorf("an empty batch")
	case !in.SQLSchema().Equal(c.edge.Schema):
		return fmt.Errorf("schema (%s), want (%s)", in.SQLSchema(), c.edge.Schema)
	case !in.Schema().Equal(c.edge.Schema.Arrow()):
		return fmt.Errorf("record of %v, want %v", in.Schema(), c.edge.Schema.Arrow())
	case in.Kinds != nil && len(in.Kinds) != n, in.Marks != nil && len(in.Marks) != n, in.Starts != nil && len(in.Starts) != n:
		return fmt.Errorf("%d kinds, %d marks, %d starts beside %d rows", len(in.Kinds), len(in.Marks), len(in.Starts), n)
	}
	if err := c.kinds(in); err != nil {
		return err
	}
	return c.times(in)
}

func (c *checker) kinds(in batch.Batch) error {
	for i := range in.Rows() {
		before := i > 0 && in.Kind(i-1) == batch.UpdateBefore
		switch k := in.Kind(i); {
		case c.edge.AppendOnly && k != batch.Insert:
			return fmt.Errorf("row %d is %s on an append-only edge", i, k)
		case before != (k == batch.UpdateAfter):
			return fmt.Errorf("row %d is %s: -U and +U must follow each other", i, k)
		case k == batch.UpdateBefore && i+1 == in.Rows():
			return fmt.Errorf("the last row is -U without its +U")
		}
	}
	return nil
}

func (c *checker) times(in batch.Batch) error {
	if c.edge.Time < 0 || !c.edge.AppendOnly {
		return nil
	}
	v := in.Vector(c.edge.Time)
	for i, t := range v.I64 {
		if v.IsValid(i) && window.Micros(t) < c.at {
			return fmt.Errorf("row %d of %s is behind the watermark %s", i, window.Micros(t), c.at)
		}
	}
	return nil
}

// Advance implements operators.Operator.
func (c *checker) Advance(_ context.Context, wm window.Micros, _ operators.Emitter) error {
	switch {
	case !c.opened || c.closed:
		return fmt.Errorf("check: a watermark outside Open and Close")
	case wm < c.at:
		return fmt.Errorf("check: the watermark falls from %s to %s", c.at, wm)
	}
	c.at = wm
	return nil
}

// Snapshot implements operators.Operator.
func (c *checker) Snapshot(context.Context, operators.Barrier) error { return nil }

// Close implements operators.Operator.
func (c *checker) Close() error {
	if c.closed {
		return fmt.Errorf("check: closed twice")
	}
	c.closed = true
	return nil
}
