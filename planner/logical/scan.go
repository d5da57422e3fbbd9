package logical

import (
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/catalog"
)

// Scan reads a stream.
type Scan struct {
	Stream  *catalog.Stream
	Columns []ScanColumn
	Bounded bool
	// Predicates are tests that the source may use to drop rows early; the filter
	// above tests them again.
	Predicates []expr.Node
}

// ScanColumn is a column of the stream, or a member nested in one.
type ScanColumn struct {
	Path []string
	Type batch.Type
}

// Name is the path with dots.
func (c ScanColumn) Name() string { return strings.Join(c.Path, ".") }

// NewScan returns a scan of all columns, the metadata last.
func NewScan(s *catalog.Stream, bounded bool) *Scan {
	var cols []ScanColumn
	for _, f := range s.Fields() {
		cols = append(cols, ScanColumn{Path: []string{f.Name}, Type: f.Type})
	}
	return &Scan{Stream: s, Columns: cols, Bounded: bounded}
}

// Schema implements Node.
func (s *Scan) Schema() *batch.Schema {
	fields := make([]batch.Field, len(s.Columns))
	for i, c := range s.Columns {
		fields[i] = batch.Field{Name: c.Name(), Type: c.Type}
	}
	return batch.NewSchema(fields...)
}

// Inputs implements Node.
func (s *Scan) Inputs() []Node { return nil }

// With implements Node.
func (s *Scan) With([]Node) Node { return s }

// TimeColumn is the index in Columns of the stream's time attribute, or -1.
func (s *Scan) TimeColumn() int {
	want := s.Stream.TimeName()
	for i, c := range s.Columns {
		if len(c.Path) == 1 && c.Path[0] == want && want != "" {
			return i
		}
	}
	return -1
}

// Traits implements Node.
func (s *Scan) Traits() Traits {
	t := Traits{Bounded: s.Bounded}
	if i := s.TimeColumn(); i >= 0 {
		t.Times = []int{i}
	}
	return t
}

// Label implements Node.
func (s *Scan) Label() string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name()
	}
	out := "Scan " + s.Stream.Name + " (" + s.Stream.ConnectorName() + ") columns=" + list(names)
	if len(s.Predicates) > 0 {
		out += " predicates=" + nodes(s.Predicates)
	}
	if !s.Bounded {
		out += " unbounded"
	}
	return out
}

func list(words []string) string { return "[" + strings.Join(words, ", ") + "]" }

func nodes(es []expr.Node) string {
	words := make([]string, len(es))
	for i, e := range es {
		words[i] = e.String()
	}
	return list(words)
}
