package logical

import (
	"fmt"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// Sort orders rows: those of each window apart where WindowEnd is a column, all
// rows of a bounded input where it is -1. Limit is -1 where there is none.
type Sort struct {
	Input         Node
	Keys          []aggregate.SortKey
	Limit, Offset int64
	WindowEnd     int
}

// Schema implements Node.
func (s *Sort) Schema() *batch.Schema { return s.Input.Schema() }

// Inputs implements Node.
func (s *Sort) Inputs() []Node { return []Node{s.Input} }

// With implements Node.
func (s *Sort) With(in []Node) Node {
	c := *s
	c.Input = in[0]
	return &c
}

// Traits implements Node. What comes out in order is not taken back.
func (s *Sort) Traits() Traits {
	t := s.Input.Traits()
	t.Retracts = false
	return t
}

// Label implements Node.
func (s *Sort) Label() string {
	out := "Sort by [" + order(s.Schema(), s.Keys) + "]"
	if s.Limit >= 0 {
		out += fmt.Sprintf(" limit=%d", s.Limit)
	}
	if s.Offset > 0 {
		out += fmt.Sprintf(" offset=%d", s.Offset)
	}
	if s.WindowEnd >= 0 {
		out += " per " + s.Schema().Field(s.WindowEnd).Name
	}
	return out
}

// Limit lets the first rows through.
type Limit struct {
	Input  Node
	Count  int64
	Offset int64
}

// Schema implements Node.
func (l *Limit) Schema() *batch.Schema { return l.Input.Schema() }

// Inputs implements Node.
func (l *Limit) Inputs() []Node { return []Node{l.Input} }

// With implements Node.
func (l *Limit) With(in []Node) Node { return &Limit{Input: in[0], Count: l.Count, Offset: l.Offset} }

// Traits implements Node.
func (l *Limit) Traits() Traits { return l.Input.Traits() }

// Label implements Node.
func (l *Limit) Label() string {
	if l.Offset > 0 {
		return fmt.Sprintf("Limit %d offset=%d", l.Count, l.Offset)
	}
	return fmt.Sprintf("Limit %d", l.Count)
}
