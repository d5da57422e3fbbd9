package shard

import (
	"context"
	"errors"
	"fmt"
)

// Log keeps streams. Its methods may be called from any goroutine. What a method
// reports as done is durable by the log's durability mode when it returns.
type Log interface {
	// Create makes a stream; ID and Created are the log's to set, and of Shards
	// only Range counts (index and creation are the log's). ErrExists if the scope has one of the name.
	Create(s Stream) (*Stream, error)

	// Lookup returns a stream by name, or ErrNoStream.
	Lookup(scope Scope, name string) (*Stream, error)

	// Stream returns a stream by identity, or ErrNoStream.
	Stream(id StreamID) (*Stream, error)

	// Streams returns the streams of a scope, or of all scopes if scope is the
	// zero Scope, by account, region and name.
	Streams(scope Scope) []*Stream

	// Update changes a stream: Status, Retention, KeyID and Document are change's to
	// set in the copy that it gets; all else is kept as it was. An error of change
	// is returned and nothing has changed. Updates of one stream come one after the other.
	Update(id StreamID, change func(*Stream) error) (*Stream, error)

	// Delete removes a stream with its records. Waiting readers get ErrNoStream.
	Delete(id StreamID) error

	// Reshard closes open shards and opens new ones in their place, in one step: no
	// reader sees one without the other. Each opened shard has all closed ones as
	// its parents, in the given order. The ranges must cover the same keys.
	// ErrShardClosed if one is closed already. Appends that were acknowledged are
	// in the closed shards, and none comes later.
	Reshard(id StreamID, closing []uint32, opening []HashRange) ([]Shard, error)

	// Append appends each group to its shard, in the order of its records, and
	// returns when all are durable (by the mode) or failed. Each group's First and Arrival, or Err,
	// are set. Groups share the fate of the write, not of each other's shard. The caller keeps Payload, which must
	// not change until Append returns. ErrShardClosed: route anew by a fresh Stream.
	// The returned error is that of ctx or of a log that is closed or has failed; nothing is then known of the groups
	// without Err unless First is set.
	Append(ctx context.Context, id StreamID, groups []Group) error

	// Read appends to dst the records of a shard from counter from on: at most max
	// records, and no more data and key bytes than maxBytes but at least one record.
	// Records before the trim horizon are skipped. It does not wait. The records'
	// bytes are valid for good and must not be changed. *CorruptError if the next record cannot be read.
	Read(ref Ref, from uint64, max, maxBytes int, dst []Record) (Page, error)

	// Wait returns nil when a record with counter next or later can be read, or the
	// shard is closed or gone, or ctx is done (whichever comes first; look again).
	Wait(ctx context.Context, ref Ref, next uint64)

	// Bounds tells where a shard's records begin and end now.
	Bounds(ref Ref) (Bounds, error)

	// Seek returns the counter of the first record that arrived at or after a time
	// in milliseconds since 1970; Bounds.Next if there is none.
	Seek(ref Ref, arrival int64) (uint64, error)

	// Document returns what PutDocument keeps under a key, or nil: what the layer
	// above knows of accounts.
	Document(key string) ([]byte, error)

	// PutDocument keeps a document, durably, in place of the last one.
	PutDocument(key string, document []byte) error
}

// Resharder is what a Log may be besides: one that does many exchanges of shards as
// fast as one.
type Resharder interface {
	// Reshards is Reshard for several exchanges, of which no two may close the same
	// shard: all happen or none. The shards that it returns are in the order of steps.
	Reshards(id StreamID, steps []Exchange) ([][]Shard, error)
}

// Exchange is shards to close, and what opens in their place; see Log.Reshard.
type Exchange struct {
	Closing []uint32
	Opening []HashRange
}

// Ref names a shard of a log.
type Ref struct {
	Stream StreamID
	Shard  uint32
}

// Group is records that go to one shard together.
type Group struct {
	Shard   uint32
	Count   int    // of records, at least 1
	Payload []byte // the records, each by AppendRecord

	First   uint64 // set: the counter of the first; the others follow without a gap
	Arrival int64  // set: milliseconds since 1970; never less than that of an earlier record of the shard
	Err     error  // set: why the group was not appended
}

// Record is a record as it is kept.
type Record struct {
	Counter uint64
	Arrival int64 // milliseconds since 1970
	Key     []byte
	Data    []byte
}

// Page is what a Read brought.
type Page struct {
	Records []Record // dst with what was read
	Next    uint64   // from where to read on
	Tip     uint64   // the counter after the last record of the shard now
	// BehindArrival is the arrival of the record at Next, 0 if there is none.
	BehindArrival int64
	// End says that the shard is closed and Next is its end: its children follow.
	End bool
}

// Bounds is where the records of a shard are.
type Bounds struct {
	First   uint64 // the oldest record kept: the trim horizon
	Next    uint64 // what the next record will get
	Last    int64  // arrival of the last record, ms; 0: none was ever written
	Bytes   int64  // data and key bytes kept, about
	Records uint64 // kept
}

// Errors of a Log, to be tested with errors.Is.
var (
	ErrNoStream    = errors.New("no such stream")
	ErrNoShard     = errors.New("no such shard")
	ErrExists      = errors.New("the stream exists already")
	ErrShardClosed = errors.New("the shard is closed")
	ErrLogClosed   = errors.New("the log is closed")
	// ErrLogFailed wraps the first failed write or sync: nothing more is taken
	// until the process has been started anew and the log recovered.
	ErrLogFailed = errors.New("the log takes no more records after a failed write")
)

// CorruptError is damage in what was durable once. Records before From are fine,
// and so are those from To on, where To is known.
type CorruptError struct {
	Ref      Ref
	From, To uint64 // the counters of the records that are lost; To 0: unknown
	File     string
	Offset   int64
	Reason   string
}

// Error implements error.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s: damaged at byte %d (%s): records of stream %d, shard %d from counter %d on cannot be read; run kinesql shards verify",
		e.File, e.Offset, e.Reason, e.Ref.Stream, e.Ref.Shard, e.From)
}
