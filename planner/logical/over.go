package logical

import (
	"fmt"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Unbounded is the Preceding of a frame that reaches back to the first row.
const Unbounded = -1

// Over appends to each row aggregates of the rows before it.
type Over struct {
	Input     Node
	Partition []int
	Time      int
	Ties      []int // columns that tell rows of one time apart, where Rows counts them
	Rows      bool
	Preceding int64 // rows, or microseconds, or Unbounded
	Ending    int64 // so much before the row itself the frame ends, in the same unit
	Calls     []aggregate.Call
	Names     []string
}

// Schema implements Node.
func (o *Over) Schema() *batch.Schema {
	fields := append([]batch.Field{}, o.Input.Schema().Fields()...)
	return batch.NewSchema(append(fields, callFields(o.Calls, o.Names)...)...)
}

// Inputs implements Node.
func (o *Over) Inputs() []Node { return []Node{o.Input} }

// With implements Node.
func (o *Over) With(in []Node) Node {
	c := *o
	c.Input = in[0]
	return &c
}

// Traits implements Node.
func (o *Over) Traits() Traits { return o.Input.Traits() }

// Label implements Node.
func (o *Over) Label() string {
	return fmt.Sprintf("Over partition=%s order=%s frame=%s aggregates=%s",
		columnNames(o.Input, o.Partition), o.Input.Schema().Field(o.Time).Name, o.frame(), calls(o.Input, o.Calls))
}

func (o *Over) frame() string {
	out := "RANGE "
	if o.Rows {
		out = "ROWS "
	}
	out += o.bound(o.Preceding)
	if o.Ending > 0 {
		out += " to " + o.bound(o.Ending)
	}
	return out
}

func (o *Over) bound(n int64) string {
	switch {
	case n == Unbounded:
		return "UNBOUNDED PRECEDING"
	case o.Rows:
		return fmt.Sprintf("%d PRECEDING", n)
	}
	return Duration(window.Micros(n)) + " PRECEDING"
}
