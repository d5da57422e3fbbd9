package memory

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// sink is a writer of a stream.
type sink struct {
	log  *Log
	gone bool
}

// Open implements operators.Sink.
func (s *sink) Open(context.Context, operators.Env) error { return nil }

// Write implements operators.Sink.
func (s *sink) Write(_ context.Context, b batch.Batch) error { return s.log.Append(b) }

// Prepare implements operators.Sink: what was written is visible already.
func (s *sink) Prepare(context.Context, uint64) ([]byte, error) { return nil, nil }

// Commit implements operators.Sink.
func (s *sink) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink. The stream ends with its last writer.
func (s *sink) Close() error {
	if !s.gone {
		s.gone = true
		s.log.leave()
	}
	return nil
}
