package logical

import (
	"fmt"
	"strings"
	"time"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// RankFunc is a function that numbers rows: ROW_NUMBER, RANK, DENSE_RANK, NTILE,
// PERCENT_RANK or CUME_DIST.
type RankFunc struct {
	Name    string
	Buckets int64 // of NTILE
}

// Result is the type of the function's values.
func (f RankFunc) Result() batch.Type {
	if f.Name == "PERCENT_RANK" || f.Name == "CUME_DIST" {
		return batch.Of(batch.Double)
	}
	return batch.Of(batch.BigInt)
}

// RankBound lets through the rows whose number by Func lies between Low and High.
// High 0 is no bound.
type RankBound struct {
	Func      string
	Low, High int64
}

// Rank appends to each row its numbers within its partition, and lets through the
// rows within Bound. It shows a partition when the window closes that the rows are
// of (WindowEnd), else when the input ends, else, with Changes, at once.
type Rank struct {
	Input     Node
	ID        int // of the functions in the text: package bind knows where
	Partition []int
	Order     []aggregate.SortKey
	Ties      []int // columns that tell rows apart which Order takes for equal
	Funcs     []RankFunc
	Names     []string
	Bound     RankBound
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

// Keeps reports whether the step keeps rows of keys that no watermark ends.
func (r *Rank) Keeps() bool { return r.Changes && len(r.Partition) > 0 }

// Lives is how long a partition is kept that no row touches; 0: for ever.
func (r *Rank) Lives() time.Duration { return r.Emission.TTL }

// WithTTL returns the step with a time to live.
func (r *Rank) WithTTL(ttl time.Duration) Node {
	c := *r
	c.Emission.TTL = ttl
	return &c
}
