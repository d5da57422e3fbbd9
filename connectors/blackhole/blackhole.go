// Package blackhole is the connector that throws rows away: a sink for
// benchmarks and for trying a query out. It counts what it discards.
package blackhole

import (
	"context"
	"fmt"
	"sync/atomic"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// Connector makes sinks that discard.
type Connector struct{}

// New returns the connector.
func New() connectors.Connector { return Connector{} }

// Name implements connectors.Connector.
func (Connector) Name() string { return "blackhole" }

// Describe implements connectors.Connector. Columns must be declared.
func (Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	spec.Options.Lookup("connector")
	if spec.Schema == nil {
		return connectors.Description{}, fmt.Errorf("stream %q: connector blackhole needs declared columns", spec.Stream)
	}
	return connectors.Description{Schema: spec.Schema, CanWrite: true, MaxSources: 1}, nil
}

// Source implements connectors.Connector: nothing comes out of a black hole.
func (Connector) Source(spec connectors.SourceSpec) (operators.Source, error) {
	return nil, fmt.Errorf("stream %q: connector blackhole cannot be read", spec.Stream)
}

// Sink implements connectors.Connector. The sink is a *Sink.
func (Connector) Sink(connectors.SinkSpec) (operators.Sink, error) { return &Sink{}, nil }

// Sink counts rows and discards them.
type Sink struct {
	rows atomic.Int64
}

// Rows is how many rows were discarded so far; safe to call at any time.
func (s *Sink) Rows() int64 { return s.rows.Load() }

// Open implements operators.Sink.
func (s *Sink) Open(context.Context, operators.Env) error { return nil }

// Write implements operators.Sink.
func (s *Sink) Write(_ context.Context, b batch.Batch) error {
	s.rows.Add(int64(b.Rows()))
	return nil
}

// Prepare implements operators.Sink.
func (s *Sink) Prepare(context.Context, uint64) ([]byte, error) { return nil, nil }

// Commit implements operators.Sink.
func (s *Sink) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink.
func (s *Sink) Close() error { return nil }
