// Package expr is scalar expressions over batches: a typed tree that the
// planner builds and rewrites, and its compiled form, which works column by
// column in three-valued logic. A row that fails (overflow, division by zero, a
// bad cast) fails alone: its fault is returned beside the result.
package expr

import "kinesql/operators/batch"

// Node is a bound, typed expression. Nodes are immutable and may be shared.
type Node interface {
	Type() batch.Type
	// Pos is the byte offset in the source text, or -1.
	Pos() int
	// String prints the expression as EXPLAIN does; equal strings over one
	// schema mean equal expressions.
	String() string
}

// Column is a reference to a column of the input batch.
type Column struct {
	Index int
	Name  string
	Typ   batch.Type
	At    int
}

// Literal is a constant: a Const vector with Len 1.
type Literal struct {
	Value batch.Vector
	At    int
}

// Call applies a function. Operators and special forms are functions as well,
// under the names that New documents.
type Call struct {
	Func *Function
	Args []Node
	Typ  batch.Type
	At   int

	impl *implementation
}

// Type implements Node.
func (c *Column) Type() batch.Type { return c.Typ }

// Type implements Node.
func (l *Literal) Type() batch.Type { return l.Value.Type }

// Type implements Node.
func (c *Call) Type() batch.Type { return c.Typ }

// Pos implements Node.
func (c *Column) Pos() int { return c.At }

// Pos implements Node.
func (l *Literal) Pos() int { return l.At }

// Pos implements Node.
func (c *Call) Pos() int { return c.At }

// String implements Node.
func (c *Column) String() string { return c.Name }

// Fault is a row whose value could not be computed.
type Fault struct {
	Row     int
	Code    string // "KSQL-4001" overflow, 4002 division by zero, 4003 bad cast, 4004 bad argument
	Message string
}
