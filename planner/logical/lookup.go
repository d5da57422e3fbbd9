package logical

import (
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// Lookup joins each row of Input to the rows of a table as it stands when the row
// is processed. Columns are those of Input, then, but for Semi and Anti, those of
// the table. What came out is not corrected when the table changes, so the result
// only grows.
type Lookup struct {
	Input     Node
	Table     *Scan
	Kind      JoinKind // Inner, Left, Semi or Anti
	Keys      []int
	TableKeys []expr.Node // over the table's columns
	NullSafe  []bool      // by key; nil: none
	Where     expr.Node   // over the table's columns: the rows that count; nil: all
	Residual  expr.Node   // over the columns of both, Input's first; nil: TRUE
}

// Schema implements Node.
func (l *Lookup) Schema() *batch.Schema {
	fields := append([]batch.Field{}, l.Input.Schema().Fields()...)
	if l.Kind == SemiJoin || l.Kind == AntiJoin {
		return batch.NewSchema(fields...)
	}
	return batch.NewSchema(append(fields, l.Table.Schema().Fields()...)...)
}

// Inputs implements Node. The table is none: it does not flow.
func (l *Lookup) Inputs() []Node { return []Node{l.Input} }

// With implements Node.
func (l *Lookup) With(in []Node) Node {
	c := *l
	c.Input = in[0]
	return &c
}

// Traits implements Node: rows pass in their order.
func (l *Lookup) Traits() Traits { return l.Input.Traits() }

// Label implements Node.
func (l *Lookup) Label() string {
	on := make([]string, len(l.Keys))
	for i, k := range l.Keys {
		on[i] = l.Input.Schema().Field(k).Name + " = " + l.TableKeys[i].String()
	}
	out := "Lookup " + l.Kind.String() + " " + l.Table.Stream.Name + " (" + l.Table.Stream.ConnectorName() + ") on=" + list(on)
	if l.Where != nil {
		out += " of " + l.Where.String()
	}
	if l.Residual != nil {
		out += " where " + l.Residual.String()
	}
	return out
}
