package operators

import (
	"context"
	"errors"
	"io"
	"time"

	"kinesql/operators/batch"
	"kinesql/window"
)

// MaxPoll is how long Poll may wait for data before it returns without.
const MaxPoll = 50 * time.Millisecond

// ErrUnchanged is what a source may return from Open where it is opened again to
// read the same once more, and what it read then still holds.
var ErrUnchanged = errors.New("operators: nothing has changed since it was read")

// Source reads one or more splits (files, shards) in turn. One task calls all
// methods from one goroutine: Open, then Poll and Snapshot, then Close once.
type Source interface {
	Open(ctx context.Context, env Env) error

	// Poll returns what was read next from one split. It waits for data for at
	// most MaxPoll and then returns a Polled without a batch. io.EOF says that
	// all splits have ended; the batch beside io.EOF is empty. The batch is the
	// caller's to Release, and valid until the next Poll unless owned.
	//
	// A record that cannot be decoded goes to Env.Faults and is not an error.
	// An error means that the source itself cannot go on.
	Poll(ctx context.Context) (Polled, error)

	// Snapshot returns the place in every split from which a restart would read
	// on without losing or repeating a row that Poll returned.
	Snapshot(ctx context.Context) ([]Position, error)

	io.Closer
}

// Drained is a source that Flush does not cut short: its writers are queries that
// are flushed too, so it ends by itself with the last of what they wrote.
type Drained interface {
	Source
	DrainedByFlush()
}

// Polled is what one Poll brought.
type Polled struct {
	Batch batch.Batch // Record is nil if nothing came
	Split int         // which of the source's splits it is of, from 0
	// MaxTime is the greatest event time among all records read by this Poll,
	// those included that a pushed-down predicate dropped; window.Min if none or
	// if the stream has no time attribute. Batch.Marks, where not nil, holds for
	// each row the greatest event time read from this split before the row (not
	// yet less the delay; the source task turns it into watermarks).
	MaxTime window.Micros
	Records int  // how many records were read, dropped and failed ones included
	Bytes   int  // how many bytes they were
	Ended   bool // the split has ended: it no longer holds the watermark back
}

// Position is a place in a split, in the source's own words.
type Position struct {
	Split string
	Place []byte
}

// Sized is a Source that knows how much there is to read, for progress lines.
type Sized interface {
	// TotalBytes is the size of all splits, 0 if unknown.
	TotalBytes() int64
}

// Holder is a Splitter that has read ahead. A split that holds records which no
// Poll has returned is not idle, however long its turn takes to come.
type Holder interface {
	Splitter
	// Holding calls f with each of those splits.
	Holding(f func(split int))
}

// Named is a Source whose splits have names that people know: paths, shards.
type Named interface {
	// SplitName is the name of a split that Poll or Splits has told of.
	SplitName(split int) string
}

// Quieter is a Splitter that may be told from outside that a split is quiet.
type Quieter interface {
	Splitter
	// Quiet calls f with each split that is to count as idle from now on until its
	// next record, whatever TimeSpec.IdleTimeout says; with each once.
	Quiet(f func(split int))
}

// Splitter is a Source that knows its splits before it has read of them. A split
// that it counts and has not read of yet holds the watermark back. A source that
// is no Splitter has the splits that Poll named so far.
type Splitter interface {
	// Splits is the number of splits known so far, those included that have
	// ended. It may grow.
	Splits() int

	// InTurn reports whether a split is read to its end before the next begins.
	// The splits whose turn is to come then hold the watermark back however long
	// that takes; else each is idle after TimeSpec.IdleTimeout.
	InTurn() bool
}
