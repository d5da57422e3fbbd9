package stdio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/blocks"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// split is the name of the only split.
const split = "<stdin>"

// patience is how long a Poll waits for input: less than operators.MaxPoll.
const patience = 40 * time.Millisecond

// source reads standard input. A read may block for ever, so a goroutine of its
// own does it; two buffers go round between it and Poll. After Close it ends
// with the read that it is in.
type source struct {
	spec    connectors.SourceSpec
	opts    options
	format  format.Format
	in      io.Reader
	taken   *atomic.Bool // of all sources
	builder *batch.Builder
	stream  *blocks.Stream
	limit   int

	chunks chan chunk
	free   chan []byte
	closed chan struct{}
	now    bytes.Reader // what is left of the current chunk
	buffer []byte       // of the current chunk
	last   bool         // no chunk follows
	ended  bool
}

var errTaken = errors.New("standard input is read already, and can be read once; " +
	"let a pump bring it into a stream that several queries read")

type chunk struct {
	data []byte
	err  error
}

// Open implements operators.Source.
func (s *source) Open(_ context.Context, env operators.Env) error {
	if s.taken.Swap(true) {
		return fmt.Errorf("stream %q: %w", s.spec.Stream, errTaken)
	}
	dec, err := s.format.NewDecoder(s.spec, env.Faults)
	if err != nil {
		return err
	}
	s.limit = env.BatchRows
	s.builder = batch.NewBuilder(env.Alloc, s.spec.Out)
	s.stream = blocks.New(blocks.Config{Split: split, MaxRecord: s.opts.maxRecord, Faults: env.Faults}, dec)
	s.chunks, s.free, s.closed = make(chan chunk), make(chan []byte, 2), make(chan struct{})
	s.free <- make([]byte, blocks.Size)
	s.free <- make([]byte, blocks.Size)
	go pump(s.in, s.chunks, s.free, s.closed)
	return nil
}

func pump(in io.Reader, chunks chan<- chunk, free <-chan []byte, closed <-chan struct{}) {
	for {
		var c chunk
		select {
		case buffer := <-free:
			n, err := in.Read(buffer)
			c = chunk{buffer[:n], err}
		case <-closed:
			return
		}
		select {
		case chunks <- c:
		case <-closed:
			return
		}
		if c.err != nil {
			return
		}
	}
}

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for !s.ended {
		if s.stream.Hungry() {
			ok, err := s.feed(ctx, timer.C)
			if !ok || err != nil {
				return operators.Polled{MaxTime: window.Min}, err
			}
		}
		if p, ok := s.decode(); ok {
			return p, nil
		}
	}
	return operators.Polled{MaxTime: window.Min}, io.EOF
}

// feed gives the stream more to decode. It is not ok if nothing came in time.
func (s *source) feed(ctx context.Context, late <-chan time.Time) (ok bool, err error) {
	if s.now.Len() == 0 {
		if s.buffer != nil {
			s.free <- s.buffer[:cap(s.buffer)]
			s.buffer = nil
		}
		select {
		case c := <-s.chunks:
			s.buffer = c.data
			s.now.Reset(c.data)
			if err := s.end(c.err); err != nil {
				return false, err
			}
		case <-late:
			return false, nil
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
	if s.now.Len() > 0 {
		_, err = s.stream.Fill(&s.now)
	}
	if s.last && s.now.Len() == 0 {
		s.stream.End()
	}
	return true, err
}

// end notes an error that came with the last chunk. The end of the input counts
// once the chunk before it is used up.
func (s *source) end(err error) error {
	switch {
	case err == nil:
		return nil
	case err != io.EOF:
		return fmt.Errorf("stream %q: standard input: %w", s.spec.Stream, err)
	}
	s.last = true
	return nil
}

func (s *source) decode() (operators.Polled, bool) {
	p, ok := s.stream.Poll(s.builder, s.limit, s.spec.Time >= 0)
	s.ended = p.Ended
	return p, ok
}

// Snapshot implements operators.Source. Standard input cannot be read again.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	return []operators.Position{{Split: split}}, nil
}

// Close implements operators.Source.
func (s *source) Close() error {
	if s.builder != nil {
		s.builder.Close()
		s.builder = nil
		close(s.closed)
	}
	return nil
}
