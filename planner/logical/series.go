package logical

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kinesql/operators/batch"
	"kinesql/window"
)

// SeriesFunc is a function of a row and its neighbours in time: LAG and LEAD,
// FIRST_VALUE, LAST_VALUE and NTH_VALUE, ROW_NUMBER, RANK and DENSE_RANK.
type SeriesFunc struct {
	Name        string
	Arg         int        // the column it reads; -1 of functions that number rows
	Count       int64      // rows away, of LAG and LEAD; which row, of NTH_VALUE
	Default     int        // the column that LAG and LEAD give where there is no row; -1: NULL
	IgnoreNulls bool       // rows with NULL in Arg are not counted
	Framed      bool       // of LAG: nothing beyond the frame is found
	Type        batch.Type // of the result
}

// Series appends to each row what functions find among the rows of its partition,
// in the order of event time.
type Series struct {
	Input     Node
	Partition []int
	Time      int
	Ties      []int // columns that tell rows of one time apart
	Rows      bool
	Preceding int64 // rows, or microseconds, or Unbounded
	Funcs     []SeriesFunc
	Names     []string
	TTL       time.Duration
}

// Schema implements Node.
func (s *Series) Schema() *batch.Schema {
	fields := append([]batch.Field{}, s.Input.Schema().Fields()...)
	for i, f := range s.Funcs {
		fields = append(fields, batch.Field{Name: s.Names[i], Type: f.Type})
	}
	return batch.NewSchema(fields...)
}

// Inputs implements Node.
func (s *Series) Inputs() []Node { return []Node{s.Input} }

// With implements Node.
func (s *Series) With(in []Node) Node {
	c := *s
	c.Input = in[0]
	return &c
}

// Traits implements Node. Where LEAD holds rows back, watermarks do not speak of
// their times any more.
func (s *Series) Traits() Traits {
	t := s.Input.Traits()
	if slices.ContainsFunc(s.Funcs, func(f SeriesFunc) bool { return f.Name == "LEAD" }) {
		return Traits{Bounded: t.Bounded}
	}
	return t
}

// Label implements Node.
func (s *Series) Label() string {
	words := make([]string, len(s.Funcs))
	for i, f := range s.Funcs {
		words[i] = s.function(f)
	}
	out := fmt.Sprintf("Series partition=%s order=%s frame=%s functions=%s",
		columnNames(s.Input, s.Partition), s.Input.Schema().Field(s.Time).Name, s.frame(), list(words))
	if s.TTL > 0 {
		out += " ttl=" + Duration(window.Micros(s.TTL.Microseconds()))
	}
	return out
}

func (s *Series) frame() string {
	return (&Over{Rows: s.Rows, Preceding: s.Preceding}).frame()
}

func (s *Series) function(f SeriesFunc) string {
	var args []string
	if f.Arg >= 0 {
		args = append(args, s.Input.Schema().Field(f.Arg).Name)
	}
	if f.Name == "LAG" || f.Name == "LEAD" || f.Name == "NTH_VALUE" {
		args = append(args, fmt.Sprint(f.Count))
	}
	if f.Default >= 0 {
		args = append(args, s.Input.Schema().Field(f.Default).Name)
	}
	out := f.Name + "(" + strings.Join(args, ", ") + ")"
	if f.IgnoreNulls {
		out += " IGNORE NULLS"
	}
	return out
}

// Keeps reports whether the step keeps something of keys that no watermark ends:
// all but rows in a frame of RANGE.
func (s *Series) Keeps() bool {
	framed := !s.Rows && s.Preceding >= 0
	return len(s.Partition) > 0 && (!framed || slices.ContainsFunc(s.Funcs, func(f SeriesFunc) bool {
		return f.Arg < 0 || f.Name == "LAG" || f.Name == "LEAD"
	}))
}

// Lives is how long a partition is kept that no row touches; 0: for ever.
func (s *Series) Lives() time.Duration { return s.TTL }

// WithTTL returns the step with a time to live.
func (s *Series) WithTTL(ttl time.Duration) Node {
	c := *s
	c.TTL = ttl
	return &c
}
