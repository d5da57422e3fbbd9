package pattern

import (
	"fmt"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/window"
)

// Config describes a MATCH_RECOGNIZE.
type Config struct {
	In, Out   *batch.Schema
	Partition []int
	Time      int
	Pattern   *Pattern
	Variables []Variable
	// Conds is what the conditions of the variables read: a column each.
	Conds []Slot
	// Measures are the columns behind those of the partition, or with AllRows
	// behind all columns of In.
	Measures []Slot
	AllRows  bool
	Skip     Skip
	Within   window.Micros // 0: no limit
}

// Variable is a variable of the pattern. A row is one if Filter and Cond hold.
type Variable struct {
	Name   string
	Filter int       // BOOLEAN column of the input, or -1
	Cond   expr.Node // over Conds, or nil
}

// Every stands for all rows of the match in place of a variable.
const Every = -1

// SlotKind is the sort of a Slot.
type SlotKind uint8

// The kinds.
const (
	Value      SlotKind = iota // a column of a row
	Classifier                 // the name of the variable of a row
	Number                     // the number of the match
	Aggregate                  // an aggregate over rows
)

// Slot is a value that a condition or measure reads: of a row of the match that it
// is found from, or of all of them up to there.
type Slot struct {
	Kind     SlotKind
	Variable int  // whose rows, or Every
	First    bool // the first such row, not the last
	Offset   int  // and so many such rows on from the first, or back from the last
	Prev     int  // and so many rows back in the partition
	Final    bool // found from the last row of the match; otherwise from the row at hand
	Column   int  // of Value
	Call     aggregate.Call
	Type     batch.Type
}

// SkipTo says where the search goes on after a match.
type SkipTo uint8

// The places.
const (
	PastLast SkipTo = iota // the row after the last
	ToNext                 // the row after the first
	ToFirst                // the first row of Variable
	ToLast                 // the last row of Variable
)

// Skip is AFTER MATCH SKIP.
type Skip struct {
	To       SkipTo
	Variable int
}

// MaxVariables is how many variables a pattern may have.
const MaxVariables = 64

// Schema is the columns of the output.
func (c *Config) Schema(names []string) *batch.Schema {
	var fields []batch.Field
	if c.AllRows {
		fields = append(fields, c.In.Fields()...)
	} else {
		for _, p := range c.Partition {
			fields = append(fields, c.In.Field(p))
		}
	}
	for i, m := range c.Measures {
		fields = append(fields, batch.Field{Name: names[i], Type: m.Type})
	}
	return batch.NewSchema(fields...)
}

// Fixed reports whether all matches have the same number of rows. Then each match
// is complete with its last row.
func (c *Config) Fixed() bool {
	least, most := c.Pattern.Length()
	return least == most
}

// Check says what is wrong with the description, if anything.
func (c *Config) Check() error {
	columns := append([]int{c.Time}, c.Partition...)
	for _, v := range c.Variables {
		if v.Filter >= 0 {
			columns = append(columns, v.Filter)
		}
	}
	for _, s := range append(append([]Slot{}, c.Conds...), c.Measures...) {
		if s.Kind == Value {
			columns = append(columns, s.Column)
		}
		if s.Variable < Every || s.Variable >= len(c.Variables) {
			return fmt.Errorf("variable %d of %d", s.Variable, len(c.Variables))
		}
	}
	for _, col := range columns {
		if col < 0 || col >= c.In.Len() {
			return fmt.Errorf("match reads column %d of %d", col, c.In.Len())
		}
	}
	if f := c.In.Field(c.Time); f.Type.ID != batch.Timestamp {
		return fmt.Errorf("event time must be TIMESTAMP, but %s is %s", f.Name, f.Type)
	}
	if len(c.Variables) > MaxVariables {
		return fmt.Errorf("%d variables, more than %d", len(c.Variables), MaxVariables)
	}
	return c.Pattern.Check()
}

// Back is how many rows before the current one are looked at in the partition.
func (c *Config) Back() int {
	most := 0
	for _, s := range c.Conds {
		most = max(most, s.Prev)
	}
	for _, s := range c.Measures {
		most = max(most, s.Prev)
	}
	return most
}

// Numbered reports whether matches are counted.
func (c *Config) Numbered() bool {
	for _, list := range [][]Slot{c.Conds, c.Measures} {
		for _, s := range list {
			if s.Kind == Number {
				return true
			}
		}
	}
	return false
}

// Current reports whether, in the condition of a variable, a slot is of the row
// that is tried, or of one so many rows before it in the partition.
func (s Slot) Current(variable int) bool {
	return s.Kind == Value && !s.First && s.Offset == 0 && (s.Variable == Every || s.Variable == variable)
}
