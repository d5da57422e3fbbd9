package catalog

import (
	"slices"
	"strings"
	"time"

	"kinesql/connectors"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// Stream is a named sequence of rows, or a table.
type Stream struct {
	Name        string
	Schema      *batch.Schema
	Time        int           // the time attribute, an index of Fields, or -1
	Delay       window.Micros // bounded disorder: watermark = greatest time - Delay
	IdleTimeout time.Duration
	Options     connectors.Options
	Connector   connectors.Connector
	Description connectors.Description
	Comment     string       // its DESCRIPTION
	Source      *diag.Source // where it was created
	At          diag.Span
	Pump        string // a system stream: the pump that fills it
	// Key is the expression over the columns whose value sinks get beside each row,
	// a VARCHAR; nil: none.
	Key expr.Node
	// Table is set where the object is a table.
	Table *Table
	// Changelog is the member of its records that holds the kind of change; empty: all
	// records are rows that stay. Schema does not have it.
	Changelog string
	text      string
}

// Text sets the statement that made the stream, for DESCRIBE, and returns it.
func (s *Stream) Text(statement string) *Stream {
	s.text = statement
	return s
}

// Statement is the text that made the stream; empty for system streams.
func (s *Stream) Statement() string { return s.text }

// ObjectName implements Object.
func (s *Stream) ObjectName() string { return s.Name }

// Kind implements Object.
func (s *Stream) Kind() ast.ObjectKind {
	if s.IsTable() {
		return ast.TableObject
	}
	return ast.StreamObject
}

// Uses implements Object.
func (s *Stream) Uses() []string { return nil }

// ConnectorName is the connector's name as EXPLAIN and SHOW print it.
func (s *Stream) ConnectorName() string {
	if s.Connector == nil {
		return MemoryConnector
	}
	return s.Connector.Name()
}

// MaxSources is how many instances can share the reading.
func (s *Stream) MaxSources() int { return max(1, s.Description.MaxSources) }

// Fields is all columns that queries can name: those of Schema, and behind them
// the metadata that no column of the stream hides.
func (s *Stream) Fields() []batch.Field {
	own := s.Schema.Fields()
	out := slices.Clone(own)
	for _, m := range s.Description.Metadata {
		if !slices.ContainsFunc(own, func(f batch.Field) bool { return strings.EqualFold(f.Name, m.Name) }) {
			out = append(out, m)
		}
	}
	return out
}

// TimeName is the name of the time attribute; empty: there is none.
func (s *Stream) TimeName() string {
	if s.Time < 0 {
		return ""
	}
	return s.Fields()[s.Time].Name
}

// Spec is the stream as its connector knows it.
func (s *Stream) Spec() connectors.Spec {
	return connectors.Spec{Stream: s.Name, Options: s.Options, Schema: s.Record()}
}

// Record is the columns of its records: the changelog first, where there is one.
func (s *Stream) Record() *batch.Schema {
	if s.Changelog == "" || s.Schema == nil {
		return s.Schema
	}
	return batch.NewSchema(append([]batch.Field{{Name: s.Changelog, Type: batch.Of(batch.Varchar)}}, s.Schema.Fields()...)...)
}

// MemoryConnector is the name of the connector of streams that live in the
// process.
const MemoryConnector = "memory"

// Memory returns a stream that lives in the process.
func Memory(name string, schema *batch.Schema, c connectors.Connector) *Stream {
	return &Stream{
		Name: name, Schema: schema, Time: -1, Connector: c,
		Options:     connectors.NewOptions(nil),
		Description: connectors.Description{Schema: schema, CanRead: true, CanWrite: true, MaxSources: 1, Kept: true, EndsWithWriters: true},
	}
}
