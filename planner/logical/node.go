// Package logical is plans as trees of relational steps over bound expressions:
// what a query means, without regard to how many tasks run it. Nodes are
// immutable; With makes a copy over other inputs.
//
// What each step makes of rows that stay (append) and of rows that may be taken back
// (retract) is told by Traits.Retracts, edge by edge:
//
//	step              over append                    over retract
//	Scan, Values      append; retract where the stream's records carry their kind
//	Filter, Project   append                         retract; half an update becomes an insert or a delete
//	Union             append                         retract, if one part does
//	Aggregate         retract; append at the end     retract; append at the end of bounded input
//	                  of bounded input, and DISTINCT
//	WindowAggregate   append; retract where it is    the same: rows are taken back from open windows, and are
//	                  shown before it closes, or     late afterwards. Refused: SESSION, STAGGER, COUNT_WINDOW and
//	                  corrected afterwards           PROCTIME(), which cannot be undone
//	Assign            append                         retract, with the same windows refused
//	Over              append                         refused: each row would change all after it
//	Sort              append                         append: of a window when it closes, of all at the end;
//	                                                 without end refused, for no place is ever the last
//	Limit             append                         at the end of bounded input (as a Sort), else refused
//	Join              see Join.Traits                retract
//	Sink              takes both; INSERT into a stream that cannot say so is refused
//
// Aggregates of a step over retract are exact, see package aggregate.
package logical

import (
	"slices"

	"kinesql/operators/batch"
	"kinesql/window"
)

// Node is a step of a plan.
type Node interface {
	// Schema is the columns of the rows that come out.
	Schema() *batch.Schema
	// Inputs is the steps that this one reads.
	Inputs() []Node
	// With returns the same step over other inputs. Where the columns of an input
	// move, the step must be made anew instead.
	With(inputs []Node) Node
	// Traits is what is known of the rows that come out.
	Traits() Traits
	// Label is the step as EXPLAIN prints it, on one line.
	Label() string
}

// Traits is what is known of the rows of a step.
type Traits struct {
	Bounded  bool     // the rows end by themselves
	Retracts bool     // rows may be taken back
	Times    []int    // columns that watermarks speak of, the time attribute first
	Windows  []Bounds // columns that hold the bounds of windows
	Clock    []int    // columns that show the clock of the machine: PROCTIME()
}

// Bounds is the columns that hold start and end of a window, -1 where there is
// none, and the windows that they are of.
type Bounds struct {
	Start, End int
	Spec       window.Spec
}

// Time is the column of the time attribute, or -1.
func (t Traits) Time() int {
	if len(t.Times) == 0 {
		return -1
	}
	return t.Times[0]
}

// IsTime reports whether watermarks speak of column i.
func (t Traits) IsTime(i int) bool { return slices.Contains(t.Times, i) }

// StartsOf returns the windows whose starts column i holds. Watermarks speak of
// their ends: a start is known only when the whole window is over.
func (t Traits) StartsOf(i int) (window.Spec, bool) {
	for _, w := range t.Windows {
		if w.Start == i {
			return w.Spec, true
		}
	}
	return window.Spec{}, false
}

// Mark is how EXPLAIN marks the edge that leaves a step.
func (t Traits) Mark() string {
	if t.Retracts {
		return "[retract]"
	}
	return "[append]"
}

// Walk calls f for n and all steps below it, n first.
func Walk(n Node, f func(Node)) {
	f(n)
	for _, in := range n.Inputs() {
		Walk(in, f)
	}
}

// Rewrite rebuilds a tree from the leaves up: f gets each step over its
// rewritten inputs and returns what is to stand in its place.
func Rewrite(n Node, f func(Node) Node) Node {
	inputs := n.Inputs()
	if len(inputs) == 0 {
		return f(n)
	}
	out := make([]Node, len(inputs))
	for i, in := range inputs {
		out[i] = Rewrite(in, f)
	}
	return f(n.With(out))
}
