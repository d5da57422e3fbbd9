package logical

import (
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// Filter keeps the rows for which a condition is TRUE.
type Filter struct {
	Input Node
	Cond  expr.Node
}

// Schema implements Node.
func (f *Filter) Schema() *batch.Schema { return f.Input.Schema() }

// Inputs implements Node.
func (f *Filter) Inputs() []Node { return []Node{f.Input} }

// With implements Node.
func (f *Filter) With(in []Node) Node { return &Filter{Input: in[0], Cond: f.Cond} }

// Traits implements Node.
func (f *Filter) Traits() Traits { return f.Input.Traits() }

// Label implements Node.
func (f *Filter) Label() string { return "Filter " + f.Cond.String() }
