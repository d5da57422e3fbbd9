package logical

import (
	"fmt"
	"strings"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// Aggregate groups rows by keys, without windows. Its columns are the keys, then
// the aggregates. Where Changes is set it corrects its results as rows come;
// otherwise it gives one final result at the end of its bounded input.
type Aggregate struct {
	Input   Node
	Keys    []int
	Calls   []aggregate.Call
	Names   []string // of the aggregates
	Time    int      // event time, for aggregates that go by it, or -1
	Changes bool
	// Emission is when changes are shown, and how long groups are kept.
	Emission operators.Emission
}

// Schema implements Node.
func (a *Aggregate) Schema() *batch.Schema {
	return batch.NewSchema(append(keyFields(a.Input, a.Keys), callFields(a.Calls, a.Names)...)...)
}

// Inputs implements Node.
func (a *Aggregate) Inputs() []Node { return []Node{a.Input} }

// With implements Node.
func (a *Aggregate) With(in []Node) Node {
	c := *a
	c.Input = in[0]
	return &c
}

// Traits implements Node. Without aggregates over rows that are never taken
// back, each group appears once and stays: the result only grows.
func (a *Aggregate) Traits() Traits {
	in := a.Input.Traits()
	return Traits{Bounded: in.Bounded, Retracts: a.Changes && (len(a.Calls) > 0 || in.Retracts)}
}

// Label implements Node.
func (a *Aggregate) Label() string {
	out := "Aggregate keys=" + columnNames(a.Input, a.Keys) + " aggregates=" + calls(a.Input, a.Calls)
	if !a.Changes {
		out += " final"
	}
	return out + emissionString(a.Emission, false)
}

func keyFields(in Node, keys []int) []batch.Field {
	out := make([]batch.Field, len(keys))
	for i, k := range keys {
		out[i] = in.Schema().Field(k)
	}
	return out
}

func callFields(calls []aggregate.Call, names []string) []batch.Field {
	out := make([]batch.Field, len(calls))
	for i, c := range calls {
		out[i] = batch.Field{Name: names[i], Type: c.Type}
	}
	return out
}

func columnNames(in Node, cols []int) string {
	schema, words := in.Schema(), make([]string, len(cols))
	for i, c := range cols {
		words[i] = schema.Field(c).Name
	}
	return list(words)
}

func calls(in Node, cs []aggregate.Call) string {
	words := make([]string, len(cs))
	for i, c := range cs {
		words[i] = CallString(in.Schema(), c)
	}
	return list(words)
}

// CallString prints an aggregate over the columns of a schema.
func CallString(in *batch.Schema, c aggregate.Call) string {
	var args []string
	for _, a := range c.Args {
		args = append(args, in.Field(a).Name)
	}
	for _, p := range c.Params {
		args = append(args, fmt.Sprintf("%#v", p))
	}
	body := strings.Join(args, ", ")
	if len(args) == 0 {
		body = "*"
	}
	if c.Distinct {
		body = "DISTINCT " + body
	}
	if len(c.Order) > 0 {
		body += " ORDER BY " + order(in, c.Order)
	}
	out := c.Name + "(" + body + ")"
	if c.Filter >= 0 {
		out += " FILTER (WHERE " + in.Field(c.Filter).Name + ")"
	}
	return out
}

func order(in *batch.Schema, keys []aggregate.SortKey) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = in.Field(k.Column).Name
		if k.Desc {
			words[i] += " DESC"
		}
	}
	return strings.Join(words, ", ")
}
