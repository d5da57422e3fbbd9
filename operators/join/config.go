package join

import (
	"errors"
	"fmt"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// errSnapshot is what the operators of this package answer to a barrier.
var errSnapshot = errors.New("checkpoints of joins are not available yet")

// Codes of rows that a join cannot take.
const (
	badTime = "KSQL-4004" // its event time or window is NULL or out of range
	unknown = "KSQL-4201" // it takes back a row that is not there
)

// Kind says which rows of two inputs a join gives.
type Kind uint8

// The kinds. Semi and Anti give rows of the left input that have, or have not, a
// partner.
const (
	Inner Kind = iota
	Left
	Right
	Full
	Semi
	Anti
)

// Input describes one side of a join.
type Input struct {
	Schema   *batch.Schema
	Keys     []int // columns, as many on both sides and of types that compare
	Retracts bool  // rows may be taken back
	Time     int   // event time column; -1: none
	Start    int   // of NewWindow: column of the window's start; -1: its end tells windows apart
	End      int   // of NewWindow: column of the window's end
}

// Config describes a join.
type Config struct {
	Left, Right Input
	// Out is the columns of Left, then for all but Semi and Anti those of Right.
	Out      *batch.Schema
	Kind     Kind
	NullSafe []bool    // by key: NULL equals NULL; nil: none
	Residual expr.Node // over the columns of both, left first; nil: TRUE
}

// pads reports whether rows of a side without partner are padded with NULLs.
func (k Kind) pads(side int) bool {
	return k == Full || k == Left && side == 0 || k == Right && side == 1
}

// half reports whether only the left input's columns come out.
func (k Kind) half() bool { return k == Semi || k == Anti }

// counts reports whether it matters how many partners the rows of a side have.
func (k Kind) counts(side int) bool { return k.pads(side) || k.half() && side == 0 }

// check finds what a planner must not make.
func (c *Config) check() error {
	l, r := c.Left, c.Right
	if len(l.Keys) != len(r.Keys) || c.NullSafe != nil && len(c.NullSafe) != len(l.Keys) {
		return fmt.Errorf("a join of %d keys with %d", len(l.Keys), len(r.Keys))
	}
	for i := range l.Keys {
		if err := inside(l.Schema, l.Keys[i]); err != nil {
			return err
		}
		if err := inside(r.Schema, r.Keys[i]); err != nil {
			return err
		}
		if a, b := l.Schema.Field(l.Keys[i]).Type, r.Schema.Field(r.Keys[i]).Type; !comparable(a, b) {
			return fmt.Errorf("a join of %s with %s", a, b)
		}
	}
	return c.checkOut()
}

func (c *Config) checkOut() error {
	want := append([]batch.Field{}, c.Left.Schema.Fields()...)
	both := append(want, c.Right.Schema.Fields()...)
	if !c.Kind.half() {
		want = both
	}
	if c.Out.Len() != len(want) {
		return fmt.Errorf("the output of a join has %d columns, not %d", len(want), c.Out.Len())
	}
	for i, f := range want {
		if got := c.Out.Field(i); got.Type.Lane() != f.Type.Lane() {
			return fmt.Errorf("output column %s is %s, but its values are %s", got.Name, got.Type, f.Type)
		}
	}
	if c.Residual == nil {
		return nil
	}
	if !expr.Deterministic(c.Residual) || c.Residual.Type().Lane() != batch.LaneBool {
		return fmt.Errorf("%s cannot be a condition of a join", c.Residual)
	}
	return inside(batch.NewSchema(both...), expr.Columns(c.Residual)...)
}

func inside(s *batch.Schema, cols ...int) error {
	for _, c := range cols {
		if c < 0 || c >= s.Len() {
			return fmt.Errorf("a join wants column %d of %d", c, s.Len())
		}
	}
	return nil
}

// comparable reports whether equal values of two types have equal bytes.
func comparable(a, b batch.Type) bool {
	switch {
	case a.Lane() != b.Lane() || a.Lane() == batch.LaneNested:
		return false
	case a.Lane() == batch.LaneDecimal:
		return a.Scale == b.Scale
	case a.Lane() == batch.LaneInt:
		return a.ID == b.ID || a.IsInteger() && b.IsInteger()
	case a.Lane() == batch.LaneBytes:
		return a.IsBinary() == b.IsBinary() && (a.ID == batch.JSON) == (b.ID == batch.JSON)
	}
	return true
}

// wantTime checks a TIMESTAMP column.
func wantTime(s *batch.Schema, cols ...int) error {
	for _, c := range cols {
		if c < 0 || c >= s.Len() || s.Field(c).Type.ID != batch.Timestamp {
			return fmt.Errorf("a join wants a TIMESTAMP in column %d of (%s)", c, s)
		}
	}
	return nil
}

// appendOnly refuses inputs that take rows back.
func appendOnly(inputs ...Input) error {
	for _, in := range inputs {
		if in.Retracts {
			return errors.New("this join takes only rows that are added, and an input may take rows back")
		}
	}
	return nil
}

// newTable returns what numbers the keys of both sides.
func (c *Config) newTable() (aggregate.Table, error) {
	return aggregate.NewTable(c.keyTypes())
}

func (c *Config) keyTypes() []batch.Type {
	types := make([]batch.Type, len(c.Left.Keys))
	for i, k := range c.Left.Keys {
		types[i] = c.Left.Schema.Field(k).Type
	}
	return types
}
