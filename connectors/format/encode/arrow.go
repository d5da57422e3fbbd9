package encode

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow/ipc"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// stream writes an Arrow IPC stream. The schema comes first, also if no row
// does.
type stream struct {
	narrower
	ipc *ipc.Writer
}

func newArrow(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	n := newNarrower(schema, opts.Changes)
	return &stream{narrower: n, ipc: ipc.NewWriter(w, ipc.WithSchema(n.arrow))}, nil
}

// Encode implements format.Encoder.
func (s *stream) Encode(b batch.Batch) error {
	rec := s.record(b)
	defer rec.Release()
	return s.ipc.Write(rec)
}

// Flush implements format.Encoder: a batch is written when it comes.
func (s *stream) Flush() error { return nil }

// Close implements format.Encoder.
func (s *stream) Close() error { return s.ipc.Close() }
