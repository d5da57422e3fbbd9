// Package connectors is what the engine and the connectors agree on: how a
// connector describes itself, and what it is given to make a source or a sink.
// The connectors themselves are in the folders beside it; the list of those that
// exist is in the composition root.
package connectors

import (
	"sync"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Connector binds streams to something outside: files, a terminal, a generator.
// A connector holds no state of its own; its methods may be called at any time.
type Connector interface {
	// Name is the value of the option "connector".
	Name() string

	// Describe checks the options of a CREATE STREAM, which it reads from spec
	// and marks as known, without touching data. It is called when the statement
	// is run; errors are *OptionError where one option is to blame.
	Describe(spec Spec) (Description, error)

	// Source returns instance spec.Instance of spec.Instances, which together
	// read all splits once.
	Source(spec SourceSpec) (operators.Source, error)

	// Sink returns a sink for the stream.
	Sink(spec SinkSpec) (operators.Sink, error)
}

// Versioner is a Connector that can tell cheaply whether what it reads has changed:
// the version is then another one. Tables are read again by it.
type Versioner interface {
	Version(spec Spec) (string, error)
}

// Spec is a stream as its CREATE STREAM tells it.
type Spec struct {
	Stream  string
	Options Options
	Schema  *batch.Schema // the declared columns; nil: none were declared
}

// Description is what a connector says of a stream.
type Description struct {
	Schema     *batch.Schema // the stream's columns: the declared ones or the format's own
	CanRead    bool
	CanWrite   bool
	AppendOnly bool // what was written cannot be taken back: no results that change
	Bounded    bool // reading ends by itself
	MaxSources int  // how many instances can share the work; at least 1
	// Kept says that the stream lives in the engine: what its queries write, its
	// queries can read.
	Kept bool
	// EndsWithWriters says that reading a kept stream ends when the last query of
	// the engine that writes it has ended; Bounded is then not looked at.
	EndsWithWriters bool
	// Metadata is columns that the connector knows of every record beside the
	// stream's own. Queries can name them; SELECT * and INSERT leave them out. One
	// that has the name of a column of the stream is hidden by it.
	Metadata []batch.Field
	// Key is the text of an expression over the stream's columns, as an option gave
	// it, whose value sinks want beside each row, see SinkSpec.Key; empty: none.
	// KeyOption is the option's name.
	Key, KeyOption string
	// Time is the name of a column, perhaps one of Metadata, that is the time
	// attribute unless the statement declares one ("time" of combined logs); empty:
	// none.
	Time string
	// Delay is how far event times may lie behind the greatest, where the
	// statement has no WATERMARK clause that says so.
	Delay window.Micros
}

// SourceSpec is what a query wants of a stream.
type SourceSpec struct {
	Spec
	// Want is the columns that the source must produce, in this order: a subset
	// of the stream's columns or members nested in them. Out is their schema.
	Want []Want
	Out  *batch.Schema
	// Time is the index in Want of the time attribute, or -1.
	Time int
	// Predicates may be used to drop records early; the query tests them again.
	// A record that fails one must still count in Polled.MaxTime and Records.
	Predicates []Predicate
	Instance   int
	Instances  int
	// Shared is one value for all instances: where they can agree on who reads what.
	Shared *Shared
}

// Shared holds what the instances of a source have in common.
type Shared struct {
	mu    sync.Mutex
	value any
}

// Get returns what is shared, which the first caller makes.
func (s *Shared) Get(make func() any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value == nil {
		s.value = make()
	}
	return s.value
}

// Want is a wanted column: the path from the record to the value, such as
// [location depth], and the type to decode it to.
type Want struct {
	Path []string
	Type batch.Type
}

// Predicate is a test of one wanted column. Exactly one of Int and Bytes is set,
// by the lane of the column. NULL fails every predicate.
type Predicate struct {
	Column int // index in Want
	Int    func(int64) bool
	Bytes  func([]byte) bool
}

// SinkSpec is what a query writes to a stream.
type SinkSpec struct {
	Spec
	// Changes says that rows with kinds other than Insert will come. A sink that
	// cannot show them refuses.
	Changes bool
	// Key is the column, a VARCHAR behind those of the stream, that holds the value
	// of Description.Key; -1: there is none.
	Key int
}
