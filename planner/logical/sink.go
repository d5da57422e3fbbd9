package logical

import (
	"kinesql/operators/batch"
	"kinesql/planner/catalog"
)

// Sink is where a plan ends: a stream, or, where Stream is nil, whoever asked.
type Sink struct {
	Input  Node
	Stream *catalog.Stream
}

// Schema implements Node.
func (s *Sink) Schema() *batch.Schema { return s.Input.Schema() }

// Inputs implements Node.
func (s *Sink) Inputs() []Node { return []Node{s.Input} }

// With implements Node.
func (s *Sink) With(in []Node) Node { return &Sink{Input: in[0], Stream: s.Stream} }

// Traits implements Node.
func (s *Sink) Traits() Traits { return s.Input.Traits() }

// Label implements Node.
func (s *Sink) Label() string {
	if s.Stream == nil {
		return "Result"
	}
	return "Insert " + s.Stream.Name + " (" + s.Stream.ConnectorName() + ")"
}
