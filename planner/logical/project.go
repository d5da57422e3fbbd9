package logical

import (
	"fmt"
	"slices"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// Project computes columns.
type Project struct {
	Input Node
	Exprs []expr.Node
	Names []string
	// Times is the output columns that carry event time although they are
	// computed (window_time, which is a microsecond before window_end).
	Times []int
}

// Schema implements Node.
func (p *Project) Schema() *batch.Schema {
	fields := make([]batch.Field, len(p.Exprs))
	for i, e := range p.Exprs {
		fields[i] = batch.Field{Name: p.Names[i], Type: e.Type()}
	}
	return batch.NewSchema(fields...)
}

// Inputs implements Node.
func (p *Project) Inputs() []Node { return []Node{p.Input} }

// With implements Node.
func (p *Project) With(in []Node) Node {
	return &Project{Input: in[0], Exprs: p.Exprs, Names: p.Names, Times: p.Times}
}

// Find returns the first output column that is input column i as it is, or -1.
func (p *Project) Find(i int) int {
	return slices.IndexFunc(p.Exprs, func(e expr.Node) bool {
		c, ok := e.(*expr.Column)
		return ok && c.Index == i
	})
}

// Traits implements Node.
func (p *Project) Traits() Traits {
	in := p.Input.Traits()
	out := Traits{Bounded: in.Bounded, Retracts: in.Retracts}
	for _, t := range in.Times {
		for i, e := range p.Exprs {
			if c, ok := e.(*expr.Column); ok && c.Index == t {
				out.Times = append(out.Times, i)
			}
		}
	}
	out.Times = append(out.Times, p.Times...)
	for i, e := range p.Exprs {
		if c, ok := e.(*expr.Column); ok && slices.Contains(in.Clock, c.Index) || IsClock(e) {
			out.Clock = append(out.Clock, i)
		}
	}
	for _, w := range in.Windows {
		start, end := -1, -1
		if w.Start >= 0 {
			start = p.Find(w.Start)
		}
		if w.End >= 0 {
			end = p.Find(w.End)
		}
		if start >= 0 || end >= 0 {
			out.Windows = append(out.Windows, Bounds{Start: start, End: end, Spec: w.Spec})
		}
	}
	return out
}

// IsClock reports whether an expression is PROCTIME().
func IsClock(e expr.Node) bool {
	c, ok := e.(*expr.Call)
	return ok && c.Func.Name == "PROCTIME"
}

// Label implements Node.
func (p *Project) Label() string {
	words := make([]string, len(p.Exprs))
	for i, e := range p.Exprs {
		words[i] = e.String()
		if words[i] != p.Names[i] {
			words[i] += " AS " + p.Names[i]
		}
	}
	return "Project " + list(words)
}

// Pass returns the columns of n as expressions with their names.
func Pass(n Node) (exprs []expr.Node, names []string) {
	for i, f := range n.Schema().Fields() {
		exprs = append(exprs, Column(n, i))
		names = append(names, f.Name)
	}
	return exprs, names
}

// Key tells expressions over one step apart, also where columns share a name.
func Key(e expr.Node) string { return fmt.Sprint(e, expr.Columns(e)) }

// Column returns a reference to column i of n.
func Column(n Node, i int) *expr.Column {
	f := n.Schema().Field(i)
	return &expr.Column{Index: i, Name: f.Name, Typ: f.Type, At: -1}
}
