package engine

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"syscall"

	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// Output is where a script shows its results. Its methods are called in the
// order of the script, never two at a time.
type Output interface {
	// Result returns the sink for the rows of a statement. changes says that rows
	// carry change kinds.
	Result(schema *batch.Schema, changes bool) (operators.Sink, error)
	// Text shows text: a plan, a message.
	Text(text string) error
}

// Writer is an Output that encodes rows in one of the formats of package encode.
type Writer struct {
	// W takes the results.
	W io.Writer
	// Format makes the encoder of a result.
	Format func(w io.Writer, schema *batch.Schema, changes bool) (format.Encoder, error)
	// Limit ends a result after that many rows; 0: no limit.
	Limit int64

	rows    atomic.Int64
	limited atomic.Bool
}

// Limited is an Output that may end a result before its query has ended. If it
// has, pumps and inserts of the script end as well.
type Limited interface {
	// Limited reports whether a result was ended.
	Limited() bool
}

// Limited implements Limited.
func (w *Writer) Limited() bool { return w.limited.Load() }

// Result implements Output.
func (w *Writer) Result(schema *batch.Schema, changes bool) (operators.Sink, error) {
	enc, err := w.Format(w.W, schema, changes)
	if err != nil {
		return nil, err
	}
	return &resultSink{enc: enc, out: w}, nil
}

// Text implements Output.
func (w *Writer) Text(text string) error {
	_, err := io.WriteString(w.W, text+"\n")
	return err
}

// Rows is how many rows were written so far.
func (w *Writer) Rows() int64 { return w.rows.Load() }

// resultSink writes the rows of one statement as they come.
type resultSink struct {
	enc  format.Encoder
	out  *Writer
	rows int64
}

// Open implements operators.Sink.
func (s *resultSink) Open(context.Context, operators.Env) error { return nil }

// Write implements operators.Sink. It shows each batch at once.
func (s *resultSink) Write(_ context.Context, b batch.Batch) error {
	n := int64(b.Rows())
	if left := s.out.Limit - s.rows; s.out.Limit > 0 && n > left {
		b = b.Slice(0, int(left))
		defer b.Release()
		n = left
	}
	if err := s.enc.Encode(b); err != nil {
		return s.unread(err)
	}
	s.rows += n
	s.out.rows.Add(n)
	if err := s.enc.Flush(); err != nil {
		return s.unread(err)
	}
	if s.out.Limit > 0 && s.rows >= s.out.Limit {
		return s.enough()
	}
	return nil
}

// enough ends the result before its query.
func (s *resultSink) enough() error {
	s.out.limited.Store(true)
	return operators.ErrDone
}

// unread turns the error of a pipe that nobody reads any more (kinesql | head)
// into the end of the result.
func (s *resultSink) unread(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return s.enough()
	}
	return err
}

// Prepare implements operators.Sink.
func (s *resultSink) Prepare(context.Context, uint64) ([]byte, error) {
	if err := s.enc.Flush(); !errors.Is(err, syscall.EPIPE) {
		return nil, err
	}
	return nil, nil
}

// Commit implements operators.Sink.
func (s *resultSink) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink: it ends the output.
func (s *resultSink) Close() error {
	if err := s.enc.Close(); !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil
}
