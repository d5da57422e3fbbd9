package batch

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// Schema is the columns of a batch. It is immutable and shared.
type Schema struct {
	fields []Field
	arrow  *arrow.Schema
}

// NewSchema returns a schema of the fields. Names need not differ.
func NewSchema(fields ...Field) *Schema {
	return &Schema{fields: fields, arrow: arrow.NewSchema(arrowFields(fields), nil)}
}

// Fields returns the columns; do not change them.
func (s *Schema) Fields() []Field { return s.fields }

// Len is the number of columns.
func (s *Schema) Len() int { return len(s.fields) }

// Field returns column i.
func (s *Schema) Field(i int) Field { return s.fields[i] }

// Arrow returns the Arrow schema of the record.
func (s *Schema) Arrow() *arrow.Schema { return s.arrow }

// Index returns the first column called name, or -1.
func (s *Schema) Index(name string) int {
	for i, f := range s.fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// Equal reports whether both have the same names and types in the same order.
func (s *Schema) Equal(o *Schema) bool {
	return RowOf(s.fields...).Equal(RowOf(o.fields...))
}

// String lists names and types.
func (s *Schema) String() string {
	var b strings.Builder
	for i, f := range s.fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.Name + " " + f.Type.String())
	}
	return b.String()
}
