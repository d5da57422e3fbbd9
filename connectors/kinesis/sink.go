package kinesis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
	"unicode/utf8"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// sink writes rows as records. Write encodes; a goroutine puts what has been
// encoded while it put the last, so that records go out in large requests when
// there are many and at once when there are few.
type sink struct {
	stream  string
	service Service
	closed  func()
	schema  *batch.Schema // the stream's columns
	key     int           // the column of the partition key, or -1
	format  string

	faults operators.Faults
	now    func() time.Time
	due    time.Time // when Tick looks; zero: nothing is under way
	limit  int       // bytes of a record
	text   bytes.Buffer
	enc    format.Encoder

	mu     sync.Mutex
	cond   *sync.Cond
	parcel *parcel // being filled
	busy   bool    // a parcel is being put
	err    error
	ended  bool
	cancel context.CancelFunc
	worker sync.WaitGroup
	gone   bool
}

// parcel is records on their way.
type parcel struct {
	entries []Entry
	bytes   int
}

// parcelBytes is how much may be encoded beside what is being put.
const parcelBytes = 8 << 20

// maxKey is the longest partition key, in characters.
const maxKey = 256

func newSink(spec connectors.SinkSpec, s Service, closed func()) (operators.Sink, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	if spec.Changes {
		return nil, fmt.Errorf("stream %s only takes rows that stay, and the results of this query change", spec.Stream)
	}
	if err := format.CheckWritten(spec.Options); err != nil {
		return nil, fmt.Errorf("stream %q: %w", spec.Stream, err)
	}
	if q := spec.Options.String("quote", `"`); opts.format == "csv" && q != `"` {
		return nil, fmt.Errorf("stream %q: %w", spec.Stream, &connectors.OptionError{Key: "quote", Message: "can be changed for reading only"})
	}
	out := &sink{stream: spec.Stream, service: s, closed: closed, schema: spec.Schema, key: spec.Key, format: opts.format, parcel: &parcel{}}
	out.cond = sync.NewCond(&out.mu)
	name := opts.format
	if name == "json" {
		name = "jsonl"
	}
	out.enc, err = encode.New(name, &out.text, spec.Schema, format.EncodeOptions{Options: headless(spec.Options)})
	return out, err
}

// Open implements operators.Sink.
func (s *sink) Open(ctx context.Context, env operators.Env) (err error) {
	s.faults, s.now = env.Faults, env.Now
	if s.limit, err = s.service.MaxRecord(ctx); err != nil {
		return err
	}
	ctx, s.cancel = context.WithCancel(ctx)
	s.worker.Go(func() { s.put(ctx) })
	return nil
}

// put puts parcels until the sink is closed.
func (s *sink) put(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.cond.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for len(s.parcel.entries) == 0 && !s.ended && ctx.Err() == nil {
			s.cond.Wait()
		}
		if ctx.Err() != nil && s.err == nil {
			s.err = context.Cause(ctx)
		}
		if s.err != nil || len(s.parcel.entries) == 0 {
			s.cond.Broadcast()
			return
		}
		p := s.parcel
		s.parcel, s.busy = &parcel{}, true
		s.cond.Broadcast()
		s.mu.Unlock()
		err := s.service.Put(ctx, p.entries)
		s.mu.Lock()
		s.busy, s.err = false, errors.Join(s.err, err)
		s.cond.Broadcast()
	}
}

// lookEvery is how soon a put that has failed is told of, also where nothing more is
// written.
const lookEvery = 100 * time.Millisecond

// NextTick implements operators.Ticker.
func (s *sink) NextTick() time.Time { return s.due }

// Tick implements operators.Ticker: it fails when a put has.
func (s *sink) Tick(context.Context, operators.Emitter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.due = (time.Time{}); len(s.parcel.entries) > 0 || s.busy {
		s.due = s.now().Add(lookEvery)
	}
	return s.err
}

// Write implements operators.Sink.
func (s *sink) Write(_ context.Context, b batch.Batch) error {
	entries, err := s.encode(b)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.parcel.bytes > parcelBytes && s.err == nil {
		s.cond.Wait()
	}
	for _, e := range entries {
		s.parcel.bytes += len(e.Key) + len(e.Data)
	}
	s.parcel.entries = append(s.parcel.entries, entries...)
	if s.due.IsZero() {
		s.due = s.now().Add(lookEvery)
	}
	s.cond.Broadcast()
	return s.err
}

// encode makes records of the rows of a batch.
func (s *sink) encode(b batch.Batch) ([]Entry, error) {
	if b.Kinds != nil {
		for i := range b.Rows() {
			if b.Kind(i) != batch.Insert {
				return nil, fmt.Errorf("stream %s only takes rows that stay, and got a row that is taken back or changed", s.stream)
			}
		}
	}
	s.text.Reset()
	rows := s.columns(b)
	defer rows.Release()
	if err := s.enc.Encode(rows); err != nil {
		return nil, err
	}
	if err := s.enc.Flush(); err != nil {
		return nil, err
	}
	text := bytes.Clone(s.text.Bytes())
	entries := make([]Entry, 0, b.Rows())
	var keys batch.Vector
	if s.key >= 0 {
		keys = b.Vector(s.key)
	}
	random := randomKeys(b.Rows())
	for row := range b.Rows() {
		data, rest := cutRow(text, s.format == "csv")
		text = rest
		key := random[row*randomKey : (row+1)*randomKey]
		if s.key >= 0 && keys.IsValid(row) && len(keys.Bytes(row)) > 0 {
			key = bytes.Clone(keys.Bytes(row))
		}
		if s.fits(key, data) {
			entries = append(entries, Entry{Key: key, Data: data})
		}
	}
	return entries, nil
}

// columns is a batch without its key, counted for the caller.
func (s *sink) columns(b batch.Batch) batch.Batch {
	if s.key < 0 {
		b.Retain()
		return b
	}
	cols := make([]batch.Vector, s.schema.Len())
	for i := range cols {
		cols[i] = b.Vector(i)
	}
	return batch.New(s.schema, b.Rows(), cols, b.Beside)
}

// fits reports whether a stream can take a record; if not, it goes to the error
// stream.
func (s *sink) fits(key, data []byte) bool {
	message := ""
	switch {
	case utf8.RuneCount(key) > maxKey:
		message = fmt.Sprintf("the partition key has %d characters, more than %d", utf8.RuneCount(key), maxKey)
	case len(key)+len(data) > s.limit:
		message = fmt.Sprintf("the record has %d bytes, more than %d", len(key)+len(data), s.limit)
	default:
		return true
	}
	s.faults.RowError(operators.RowError{
		Where: operators.Where{Raw: data}, Operator: "insert into " + s.stream, Code: operators.CodeTooLong, Message: message,
	})
	return false
}

// cutRow cuts the first row, without its newline, off text. In CSV a newline may
// stand in quotes.
func cutRow(text []byte, quoted bool) (row, rest []byte) {
	at, inside := 0, false
	for {
		end := at + bytes.IndexByte(text[at:], '\n')
		if end < at {
			return text, nil
		}
		if inside = quoted && inside != (bytes.Count(text[at:end], quote)%2 == 1); !inside {
			return text[:end:end], text[end+1:]
		}
		at = end + 1
	}
}

var quote = []byte{'"'}

// randomKey is the length of a random key: 64 bits in hexadecimal.
const randomKey = 16

// randomKeys returns n keys, one behind the other.
func randomKeys(n int) []byte {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, n*randomKey)
	for range n {
		for x, i := rand.Uint64(), 0; i < randomKey; i++ {
			out = append(out, digits[x&15])
			x >>= 4
		}
	}
	return out
}

// settle waits until all that was written is durable.
func (s *sink) settle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for (len(s.parcel.entries) > 0 || s.busy) && s.err == nil {
		s.cond.Wait()
	}
	return s.err
}

// Prepare implements operators.Sink. What was written is visible as it becomes
// durable.
func (s *sink) Prepare(context.Context, uint64) ([]byte, error) { return nil, s.settle() }

// Commit implements operators.Sink.
func (s *sink) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink. What is not durable by then is given up.
func (s *sink) Close() error {
	if s.gone {
		return nil
	}
	s.gone = true
	s.mu.Lock()
	s.ended = true
	s.cond.Broadcast()
	s.mu.Unlock()
	if s.cancel != nil {
		s.cancel()
	}
	s.worker.Wait()
	s.closed()
	return s.service.Close()
}
