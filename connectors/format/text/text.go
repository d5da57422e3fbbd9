// Package text turns the fields of text records into columns. The formats csv,
// combined and regex cut records into fields; what a field means as a BIGINT, a
// DECIMAL or a TIMESTAMP, which of the fields a query wants, and how a bad one
// is reported is settled here once:
//
//   - only wanted fields are looked at, so a bad value in another is no error;
//   - blanks around a value are ignored except in character and binary columns;
//   - empty text is NULL except in character and binary columns, where the
//     format decides;
//   - CHAR(n) and VARCHAR(n) are cut to n characters, as on any input of a stream;
//   - DECIMAL is rounded half away from zero to its scale; REAL is rounded to
//     single precision;
//   - bytes that are not UTF-8 are an error in a character column.
package text

import (
	"fmt"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Column is a wanted column and where its text comes from.
type Column struct {
	Field int // index of the field in a record
	Name  string
	Type  batch.Type
	// Parse replaces the reading of a TIMESTAMP if it is not nil.
	Parse format.TimeParser
}

// Error blames one column of a record.
type Error struct {
	Column  string
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("column %q: %s", e.Column, e.Message) }

// Filler appends rows to a builder, field by field. It belongs to one decoder.
type Filler struct {
	columns []filled
	order   []int // the time attribute first, then what predicates test
	time    int
	maxTime window.Micros
	faults  operators.Faults
}

type filled struct {
	Column
	put   putter
	tests []connectors.Predicate
}

// putter appends one value, or says why not.
type putter func(out *batch.Builder, col int, field []byte) string

// NewFiller returns a filler of the wanted columns. timeFormat is the option
// "timestamp.format".
func NewFiller(columns []Column, spec connectors.SourceSpec, timeFormat string, faults operators.Faults) (*Filler, error) {
	parse, err := format.NewTimeParser(timeFormat)
	if err != nil {
		return nil, &connectors.OptionError{Key: "timestamp.format", Message: err.Error()}
	}
	f := &Filler{time: spec.Time, maxTime: window.Min, faults: faults}
	for _, c := range columns {
		if c.Parse == nil {
			c.Parse = parse
		}
		put, err := newPutter(c)
		if err != nil {
			return nil, err
		}
		f.columns = append(f.columns, filled{Column: c, put: put})
	}
	for _, p := range spec.Predicates {
		f.columns[p.Column].tests = append(f.columns[p.Column].tests, p)
	}
	f.arrange()
	return f, nil
}

// arrange puts the time attribute first, because records that a predicate drops
// count in MaxTime, and tested columns before the others.
func (f *Filler) arrange() {
	if f.time >= 0 {
		f.order = append(f.order, f.time)
	}
	for _, tested := range []bool{true, false} {
		for i, c := range f.columns {
			if i != f.time && (len(c.tests) > 0) == tested {
				f.order = append(f.order, i)
			}
		}
	}
}

// MaxTime is the greatest event time of the rows so far, dropped ones included.
// Records with an error do not count.
func (f *Filler) MaxTime() window.Micros { return f.maxTime }

// Row appends a record that starts at byte start of its block. A nil field is
// NULL. A row that a predicate fails is dropped; one with a bad field leaves
// nothing behind and is returned as an *Error.
func (f *Filler) Row(out *batch.Builder, start int, fields [][]byte) error {
	at := f.maxTime
	for _, i := range f.order {
		c := &f.columns[i]
		field := fields[c.Field]
		if field == nil || (len(field) == 0 && !keepsEmpty(c.Type)) {
			out.Null(i)
		} else if reason := c.put(out, i, field); reason != "" {
			out.Truncate()
			return &Error{c.Name, reason}
		}
		if i == f.time {
			at = max(at, eventTime(&out.Cols[i], out.Rows))
		}
		if c.tests != nil && !pass(c.tests, &out.Cols[i], out.Rows) {
			out.Truncate()
			f.maxTime = at
			return nil
		}
	}
	if f.time >= 0 {
		out.Marks = append(out.Marks, f.maxTime)
		f.maxTime = at
	}
	out.Starts = append(out.Starts, uint32(start))
	out.EndRow()
	return nil
}

func keepsEmpty(t batch.Type) bool { return t.IsString() || t.IsBinary() }

// isNull reports whether the value just appended as row is NULL.
func isNull(v *batch.Vector, row int) bool {
	return v.Valid != nil && len(v.Valid) > row && !v.Valid[row]
}

func eventTime(v *batch.Vector, row int) window.Micros {
	if isNull(v, row) {
		return window.Min
	}
	return window.Micros(v.I64[row])
}

func pass(tests []connectors.Predicate, v *batch.Vector, row int) bool {
	if isNull(v, row) {
		return false
	}
	for _, p := range tests {
		if p.Int != nil && !p.Int(v.I64[row]) {
			return false
		}
		if p.Bytes != nil && !p.Bytes(v.Buf[v.Off[row]:v.Off[row+1]]) {
			return false
		}
	}
	return true
}

// Fault reports a record that cannot be decoded.
func (f *Filler) Fault(in format.Input, line int64, raw []byte, err error) {
	f.faults.RowError(operators.RowError{
		Where:    operators.Where{Split: in.Split, Line: line, Raw: raw},
		Operator: "decode", Code: operators.CodeDecode, Message: err.Error(),
	})
}

// Wanted returns the columns that spec wants, their fields found in names, which
// are those of the record in order. Members of nested columns are refused.
func Wanted(spec connectors.SourceSpec, names []string) ([]Column, error) {
	var out []Column
	for _, w := range spec.Want {
		if len(w.Path) != 1 {
			return nil, fmt.Errorf("column %q: text has no members, got %q", w.Path[0], w.Path)
		}
		c := Column{Field: -1, Name: w.Path[0], Type: w.Type}
		for i, n := range names {
			if n == c.Name {
				c.Field = i
				break
			}
		}
		if c.Field < 0 {
			return nil, fmt.Errorf("column %q: no such field", c.Name)
		}
		out = append(out, c)
	}
	return out, nil
}

// Flat refuses columns that text cannot hold.
func Flat(name string, schema *batch.Schema) error {
	for _, f := range schema.Fields() {
		if f.Type.Lane() == batch.LaneNested || f.Type.IsInterval() {
			return fmt.Errorf("column %q: format %s has no %s; declare VARCHAR or JSON", f.Name, name, f.Type)
		}
	}
	return nil
}
