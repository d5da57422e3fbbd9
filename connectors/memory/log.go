package memory

import (
	"errors"
	"fmt"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// DefaultMaxBytes is how much a stream may hold unless max_bytes says otherwise.
const DefaultMaxBytes = 1 << 30

// Log is a stream: an append-only list of batches. Its methods may be called from
// any goroutine.
type Log struct {
	name     string
	schema   *batch.Schema
	maxBytes int64

	mu struct {
		sync.Mutex
		batches  []batch.Batch // owned
		bytes    int64
		writers  int // open ones
		expected int // to be made yet
		closed   bool
		changed  chan struct{} // closed at the next change
	}
}

// NewLog returns an empty stream that holds at most DefaultMaxBytes.
func NewLog(schema *batch.Schema) *Log { return newLog("", schema, DefaultMaxBytes) }

func newLog(name string, schema *batch.Schema, maxBytes int64) *Log {
	l := &Log{name: name, schema: schema, maxBytes: maxBytes}
	l.mu.changed = make(chan struct{})
	return l
}

// Schema returns the stream's columns.
func (l *Log) Schema() *batch.Schema { return l.schema }

// Expect says that n more sinks will be made, for which readers are to wait.
func (l *Log) Expect(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.expected += n
}

// Forget takes back what Expect said of n sinks that were not made after all.
func (l *Log) Forget(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.expected = max(0, l.mu.expected-n)
	l.wake()
}

// Append adds a batch, which is borrowed; its columns are of the stream's types,
// whatever their names. It keeps the rows and their kinds; where they were read is
// not kept.
func (l *Log) Append(b batch.Batch) error {
	if b.Rows() == 0 {
		return nil
	}
	if !l.takes(b) {
		return fmt.Errorf("stream %s has the columns (%s), got rows of (%s)", l.name, l.schema, b.SQLSchema())
	}
	size := sizeOf(b)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.mu.closed:
		return fmt.Errorf("stream %s is closed", l.name)
	case l.mu.bytes+size > l.maxBytes:
		return fmt.Errorf("stream %s is full: it is kept in memory and holds %d bytes of at most %d; raise its option max_bytes",
			l.name, l.mu.bytes, l.maxBytes)
	}
	rec := array.NewRecord(l.schema.Arrow(), b.Columns(), b.NumRows())
	l.mu.bytes += size
	l.mu.batches = append(l.mu.batches, batch.Wrap(l.schema, rec, batch.Beside{Kinds: b.Kinds}))
	l.wake()
	return nil
}

// takes reports whether a batch's columns are laid out as the stream's are.
func (l *Log) takes(b batch.Batch) bool {
	if int(b.NumCols()) != l.schema.Len() {
		return false
	}
	for i, f := range l.schema.Fields() {
		if !arrow.TypeEqual(b.Column(i).DataType(), f.Type.Arrow()) {
			return false
		}
	}
	return true
}

// wake tells waiting readers to look again. The caller holds the lock.
func (l *Log) wake() {
	close(l.mu.changed)
	l.mu.changed = make(chan struct{})
}

// Sink returns a writer, which readers wait for from now on until it is closed.
func (l *Log) Sink() operators.Sink {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.writers++
	l.mu.expected = max(0, l.mu.expected-1)
	return &sink{log: l}
}

func (l *Log) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.writers--
	l.wake()
}

// Source returns a reader of the columns that spec wants, from the first row on.
func (l *Log) Source(spec connectors.SourceSpec) (operators.Source, error) {
	paths, err := l.paths(spec)
	if err != nil {
		return nil, err
	}
	return &source{log: l, out: spec.Out, paths: paths, idle: spec.Instance > 0}, nil
}

var errClosed = errors.New("stream is closed")

// next returns batch i, counted for the caller, or whether the stream has ended,
// or a channel that is closed when it is worth to look again.
func (l *Log) next(i int) (b batch.Batch, ended bool, changed <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.mu.closed:
		return b, false, nil, errClosed
	case i < len(l.mu.batches):
		b = l.mu.batches[i]
		b.Retain()
		return b, false, nil, nil
	}
	return b, l.mu.writers == 0 && l.mu.expected == 0, l.mu.changed, nil
}

// Close gives the memory back. Readers and writers get an error from then on.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.closed {
		return
	}
	l.mu.closed = true
	for _, b := range l.mu.batches {
		b.Release()
	}
	l.mu.batches = nil
	l.wake()
}
