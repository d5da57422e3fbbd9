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
// hold its start and end.
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
	if j.Kind == SemiJoin || j.Kind == AntiJoin {
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

// Traits implements Node. Rows stay where both inputs' do and no row waits for a
// partner that may never come: an inner join; and an outer, semi or anti join that
// knows by the watermark when none comes any more (Range, Windows, AsOf).
func (j *Join) Traits() Traits {
	l, r := j.Left.Traits(), j.Right.Traits()
	timed := j.Range != nil || j.Windows != nil || j.AsOf != nil
	out := Traits{
		Bounded:  l.Bounded && r.Bounded,
		Retracts: l.Retracts || r.Retracts || j.Kind != InnerJoin && j.Kind != SemiJoin && !timed,
	}
	if j.Kind == SemiJoin && !timed {
		out.Retracts = l.Retracts || r.Retracts
	}
	out.Times, out.Windows = j.times(l, r)
	return out
}

// times is the columns that watermarks speak of behind the join.
func (j *Join) times(l, r Traits) ([]int, []Bounds) {
	n := j.Left.Schema().Len()
	both := j.Kind != SemiJoin && j.Kind != AntiJoin
	switch {
	case j.Windows != nil:
		times, windows := append([]int{}, l.Times...), append([]Bounds{}, l.Windows...)
		if both {
			for _, t := range r.Times {
				times = append(times, t+n)
			}
		}
		return times, windows
	case j.AsOf != nil:
		return l.Times, l.Windows
	}
	// The rows of an interval join come when the later partner does: the watermark
	// that holds for the earlier one's time is behind by the width of the range,
	// which the operator takes off (operators.Lagging).
	if j.Range != nil {
		times := []int{j.Range.LeftTime}
		if both {
			times = append(times, j.Range.RightTime+n)
		}
		return times, nil
	}
	return nil, nil
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
