package logical

import "kinesql/operators/batch"

// ToLog writes the kinds of changes into a column of their own, the first: what
// leaves it are rows that stay. It stands before the sink of a stream with a
// changelog.
type ToLog struct {
	Input Node
	Name  string // of the column
}

// Schema implements Node.
func (l *ToLog) Schema() *batch.Schema {
	return batch.NewSchema(append([]batch.Field{{Name: l.Name, Type: batch.Of(batch.Varchar)}}, l.Input.Schema().Fields()...)...)
}

// Inputs implements Node.
func (l *ToLog) Inputs() []Node { return []Node{l.Input} }

// With implements Node.
func (l *ToLog) With(in []Node) Node { return &ToLog{Input: in[0], Name: l.Name} }

// Traits implements Node.
func (l *ToLog) Traits() Traits { return Traits{Bounded: l.Input.Traits().Bounded} }

// Label implements Node.
func (l *ToLog) Label() string { return "ToChangelog " + l.Name }

// FromLog takes the kinds of changes from the last column of its input, a VARCHAR,
// and drops that column. It stands above the scan of a stream with a changelog.
type FromLog struct{ Input Node }

// Schema implements Node.
func (l *FromLog) Schema() *batch.Schema {
	fields := l.Input.Schema().Fields()
	return batch.NewSchema(fields[:len(fields)-1]...)
}

// Inputs implements Node.
func (l *FromLog) Inputs() []Node { return []Node{l.Input} }

// With implements Node.
func (l *FromLog) With(in []Node) Node { return &FromLog{Input: in[0]} }

// Traits implements Node.
func (l *FromLog) Traits() Traits {
	t := l.Input.Traits()
	t.Retracts = true
	return t
}

// Label implements Node.
func (l *FromLog) Label() string {
	in := l.Input.Schema()
	return "FromChangelog " + in.Field(in.Len()-1).Name
}
