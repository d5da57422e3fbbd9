package logical

import "kinesql/operators/batch"

// Values is one row without a meaning: what SELECT without FROM reads.
type Values struct{}

// Schema implements Node.
func (Values) Schema() *batch.Schema {
	return batch.NewSchema(batch.Field{Name: "dummy", Type: batch.Of(batch.BigInt)})
}

// Inputs implements Node.
func (Values) Inputs() []Node { return nil }

// With implements Node.
func (v Values) With([]Node) Node { return v }

// Traits implements Node.
func (Values) Traits() Traits { return Traits{Bounded: true} }

// Label implements Node.
func (Values) Label() string { return "Values" }
