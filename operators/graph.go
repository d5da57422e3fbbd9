package operators

import (
	"time"

	"kinesql/operators/batch"
	"kinesql/window"
)

// Graph is a query ready to run: nodes in an order in which every node comes
// after its inputs. It is a description; exec makes tasks of it.
type Graph struct {
	Nodes []*Node
}

// Node is one step, run in Parallelism instances. Exactly one of NewSource,
// NewOperator and NewSink is set; it is called once an instance with instance
// in [0, Parallelism).
type Node struct {
	ID          int
	Name        string // as EXPLAIN prints it
	Parallelism int
	Inputs      []Edge // by port
	Schema      *batch.Schema
	Time        *TimeSpec // sources of streams with a time attribute

	NewSource   func(instance int) (Source, error)
	NewOperator func(instance int) (Operator, error)
	NewSink     func(instance int) (Sink, error)
}

// TimeSpec tells a source task how to make watermarks.
type TimeSpec struct {
	Column      int           // of the source's schema: a TIMESTAMP
	Delay       window.Micros // bounded disorder: watermark = greatest time - Delay
	IdleTimeout time.Duration // a split quiet for longer is left out of the minimum; 0: never
}

// Exchange says how the rows of an edge reach the instances of a node.
type Exchange uint8

// The exchanges. Forward keeps instance i with instance i and is a plain call.
const (
	Forward Exchange = iota
	Hash             // rows with equal Keys meet in one instance
	Gather           // all rows go to the single instance
)

// String is the name that EXPLAIN prints.
func (e Exchange) String() string { return [...]string{"forward", "hash", "gather"}[e] }

// Edge is an input of a node.
type Edge struct {
	From     *Node
	Exchange Exchange
	Keys     []int // columns, for Hash
}
