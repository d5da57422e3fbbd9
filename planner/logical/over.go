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
	word := "RANGE "
	if o.Rows {
		word = "ROWS "
	}
	switch {
	case o.Preceding == Unbounded:
		return word + "UNBOUNDED PRECEDING"
	case o.Rows:
		return fmt.Sprintf("%s%d PRECEDING", word, o.Preceding)
	}
	return word + Duration(window.Micros(o.Preceding)) + " PRECEDING"
}
