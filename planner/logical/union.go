package logical

import (
	"slices"

	"kinesql/operators/batch"
)

// Union is UNION ALL of inputs with equal column types; names are the first's.
type Union struct {
	Parts []Node
}

// Schema implements Node.
func (u *Union) Schema() *batch.Schema { return u.Parts[0].Schema() }

// Inputs implements Node.
func (u *Union) Inputs() []Node { return u.Parts }

// With implements Node.
func (u *Union) With(in []Node) Node { return &Union{Parts: in} }

// Traits implements Node: what holds for all parts.
func (u *Union) Traits() Traits {
	out := u.Parts[0].Traits()
	for _, p := range u.Parts[1:] {
		t := p.Traits()
		out.Bounded = out.Bounded && t.Bounded
		out.Retracts = out.Retracts || t.Retracts
		out.Times = slices.DeleteFunc(slices.Clone(out.Times), func(c int) bool { return !t.IsTime(c) })
		out.Clock = slices.DeleteFunc(slices.Clone(out.Clock), func(c int) bool { return !slices.Contains(t.Clock, c) })
		out.Windows = slices.DeleteFunc(slices.Clone(out.Windows), func(w Bounds) bool {
			return !slices.Contains(t.Windows, w)
		})
	}
	return out
}

// Label implements Node.
func (u *Union) Label() string { return "Union" }
