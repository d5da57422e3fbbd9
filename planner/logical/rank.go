package logical

import (
	"fmt"
	"strings"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/rank"
)

// Rank appends to each row its numbers within its partition, and lets through the
// rows within Bound. It shows a partition when the window closes that the rows are
// of (WindowEnd), else when the input ends, else, with Changes, at once.
type Rank struct {
	Input     Node
	ID        int // of the functions in the text: package bind knows where
	Partition []int
	Order     []aggregate.SortKey
	Ties      []int // columns that tell rows apart which Order takes for equal
	Funcs     []rank.Func
	Names     []string
	Bound     rank.Bound
	WindowEnd int // -1: the rows are of no window
	Changes   bool
	Emission  operators.Emission // TTL, of Changes
}

// Schema implements Node.
func (r *Rank) Schema() *batch.Schema {
	fields := append([]batch.Field{}, r.Input.Schema().Fields()...)
	for i, f := range r.Funcs {
		fields = append(fields, batch.Field{Name: r.Names[i], Type: f.Result()})
	}
	return batch.NewSchema(fields...)
}

// Inputs implements Node.
func (r *Rank) Inputs() []Node { return []Node{r.Input} }

// With implements Node.
func (r *Rank) With(in []Node) Node {
	c := *r
	c.Input = in[0]
	return &c
}

// Traits implements Node. Rows of a window come when it closes: of their times only
// the window's end is still ahead.
func (r *Rank) Traits() Traits {
	in := r.Input.Traits()
	out := Traits{Bounded: in.Bounded, Retracts: r.Changes}
	if r.WindowEnd < 0 || r.Changes {
		return out
	}
	out.Times = []int{r.WindowEnd}
	for _, w := range in.Windows {
		if w.End == r.WindowEnd {
			out.Windows = append(out.Windows, w)
		}
	}
	return out
}

// Time is the column of the input that tells the age of partitions, or -1.
func (r *Rank) Time() int {
	if r.Emission.TTL == 0 {
		return -1
	}
	return r.Input.Traits().Time()
}

// Label implements Node.
func (r *Rank) Label() string {
	words := make([]string, len(r.Funcs))
	for i, f := range r.Funcs {
		words[i] = f.Name
	}
	out := fmt.Sprintf("Rank partition=%s order=[%s] functions=%s",
		columnNames(r.Input, r.Partition), order(r.Input.Schema(), r.Order), list(words))
	if b := r.Bound; b.High > 0 {
		out += fmt.Sprintf(" keep=%s %d..%d", strings.ToLower(b.Func), b.Low, b.High)
	}
	if r.WindowEnd >= 0 {
		out += " per " + r.Input.Schema().Field(r.WindowEnd).Name
	} else if !r.Changes {
		out += " final"
	}
	if r.Emission.TTL > 0 {
		out += " ttl=" + r.Emission.TTL.String()
	}
	return out
}
