package logical

import (
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/window"
)

// JoinKind says which rows of two inputs a join gives.
type JoinKind uint8

// The join kinds. Semi and Anti give the columns of the left input alone: its rows
// that have, or have not, a partner.
const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	SemiJoin
	AntiJoin
)

// String is the SQL name.
func (k JoinKind) String() string {
	return [...]string{"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"}[k]
}

// JoinRange bounds the event times of partners: a left row at time t has
// partners at t+Low to t+High, both included.
type JoinRange struct {
	LeftTime, RightTime int // columns of the inputs, both time attributes
	Low, High           window.Micros
}

// JoinWindows says that partners are of the same window: columns of both inputs
// hold its start and end. Starts may be missing (-1) on both sides, where the end
// tells windows apart.
type JoinWindows struct {
	Left, Right Bounds
}

// Join pairs the rows of two inputs whose keys are equal (NULL is equal to
// nothing, unless NullSafe) and for which Residual is TRUE. Columns are those of
// Left, then those of Right, save for Semi and Anti. At most one of Range,
// Windows and AsOf is set. Without any of them all rows are kept for ever, or for
// TTL.
type Join struct {
	Left, Right         Node
	Kind                JoinKind
	LeftKeys, RightKeys []int
	NullSafe            []bool    // by key; nil: none
	Residual            expr.Node // over the columns of both, left first; nil: TRUE
	Range               *JoinRange
	Windows             *JoinWindows
	// AsOf: Right is versions of a row per key, by the event time column RightTime;
	// a left row meets the one that was the latest at its time LeftTime. Kind is
	// Inner or Left.
	AsOf     *AsOf
	Emission operators.Emission // TTL
}

// AsOf is the time columns of a temporal join.
type AsOf struct {
	LeftTime, RightTime int
}

// Schema implements Node. Columns of a side that may be without partner are
// nullable like all columns.
func (j *Join) Schema() *batch.Schema {
	fields := append([]batch.Field{}, j.Left.Schema().Fields()...)
	if j.Half() {
		return batch.NewSchema(fields...)
	}
	return batch.NewSchema(append(fields, j.Right.Schema().Fields()...)...)
}

// Inputs implements Node.
func (j *Join) Inputs() []Node { return []Node{j.Left, j.Right} }

// With implements Node.
func (j *Join) With(in []Node) Node {
	c := *j
	c.Left, c.Right = in[0], in[1]
	return &c
}

// Timed reports whether the join knows by the watermark when no partner can come any
// more. Its rows stay: it refuses, or waits out, inputs that take rows back.
func (j *Join) Timed() bool { return j.Range != nil || j.Windows != nil || j.AsOf != nil }

// Half reports whether only the columns of Left come out.
func (j *Join) Half() bool { return j.Kind == SemiJoin || j.Kind == AntiJoin }

// Preserves reports whether the rows of a side, 0 is Left, come out with values in
// all that come out of them: such columns are never padded with NULL.
func (j *Join) Preserves(side int) bool {
	if side == 0 {
		return j.Kind != RightJoin && j.Kind != FullJoin
	}
	return j.Kind == InnerJoin || j.Kind == RightJoin
}

// Traits implements Node. Without a bound in time, an outer or anti join takes the
// row that stood alone back when a partner comes.
func (j *Join) Traits() Traits {
	l, r := j.Left.Traits(), j.Right.Traits()
	waits := j.Kind != InnerJoin && j.Kind != SemiJoin
	out := Traits{
		Bounded:  l.Bounded && r.Bounded,
		Retracts: !j.Timed() && (l.Retracts || r.Retracts || waits),
	}
	n := j.Left.Schema().Len()
	switch {
	case j.Range != nil:
		out.Times = j.times(j.Range.LeftTime, j.Range.RightTime+n)
	case j.Windows != nil:
		lw, rw := j.Windows.Left, shift(j.Windows.Right, n)
		out.Times = j.times(lw.End, rw.End)
		if j.Preserves(0) {
			out.Windows = append(out.Windows, lw)
		}
		if j.Preserves(1) {
			out.Windows = append(out.Windows, rw)
		}
	case j.AsOf != nil:
		out.Times, out.Windows = []int{j.AsOf.LeftTime}, l.Windows
	}
	return out
}

// times is those of two columns, one of each side, that are never padded.
func (j *Join) times(left, right int) []int {
	var out []int
	if j.Preserves(0) {
		out = append(out, left)
	}
	if j.Preserves(1) {
		out = append(out, right)
	}
	return out
}

func shift(b Bounds, by int) Bounds {
	if b.Start >= 0 {
		b.Start += by
	}
	if b.End >= 0 {
		b.End += by
	}
	return b
}

// Label implements Node.
func (j *Join) Label() string {
	l, r := j.Left.Schema(), j.Right.Schema()
	var on []string
	for i := range j.LeftKeys {
		on = append(on, l.Field(j.LeftKeys[i]).Name+" = "+r.Field(j.RightKeys[i]).Name)
	}
	out := "Join " + j.Kind.String() + " on=" + list(on)
	switch {
	case j.Range != nil:
		out += fmt.Sprintf(" range=[%s, %s] of %s, %s", Duration(j.Range.Low), Duration(j.Range.High),
			l.Field(j.Range.LeftTime).Name, r.Field(j.Range.RightTime).Name)
	case j.Windows != nil:
		out += " per window"
	case j.AsOf != nil:
		out += " as of " + l.Field(j.AsOf.LeftTime).Name
	}
	if j.Residual != nil {
		out += " where " + j.Residual.String()
	}
	return out + emissionString(j.Emission, false)
}
