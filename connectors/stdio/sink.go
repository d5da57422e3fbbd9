package stdio

import (
	"context"

	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// sink writes standard output; each batch shows at once.
type sink struct {
	enc   format.Encoder
	ended bool
}

// Open implements operators.Sink.
func (s *sink) Open(context.Context, operators.Env) error { return nil }

// Write implements operators.Sink.
func (s *sink) Write(_ context.Context, b batch.Batch) error {
	if err := s.enc.Encode(b); err != nil {
		return err
	}
	return s.enc.Flush()
}

// Prepare implements operators.Sink.
func (s *sink) Prepare(context.Context, uint64) ([]byte, error) { return nil, s.enc.Flush() }

// Commit implements operators.Sink.
func (s *sink) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink. It ends what is written with what the format
// needs: a frame, a bracket.
func (s *sink) Close() error {
	if s.ended {
		return nil
	}
	s.ended = true
	return s.enc.Close()
}
