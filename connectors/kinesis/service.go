package kinesis

import (
	"context"
	"time"

	"kinesql/connectors/shard"
)

// Service is one stream as sources and sinks see it, in the engine's own log or
// behind an endpoint.
type Service interface {
	// Shards lists the shards of which something can be read, parents before
	// children.
	Shards(ctx context.Context) ([]Shard, error)

	// Open returns a reader of a shard. What it reads first is settled when Open
	// returns: a record that comes later is behind it.
	Open(ctx context.Context, s Shard, from From) (Reader, error)

	// Put writes records and returns when all are durable. They keep their order
	// within a shard, but for what the package comment says of retries.
	Put(ctx context.Context, entries []Entry) error

	// MaxRecord is the most bytes of data and key that a record may have.
	MaxRecord(ctx context.Context) (int, error)

	// Close ends what the service holds. Readers are closed before it.
	Close() error
}

// Shard is a shard of a Service.
type Shard struct {
	Name    string
	Range   shard.HashRange
	Parents []string
	Open    bool // it takes records

	index uint32      // in a log
	tip   uint64      // in a log: the counter after its last record when it was listed
	until time.Time   // behind an endpoint: when it was listed
	made  shard.Shard // in a log: what its sequence numbers are made of
}

// From says where reading begins.
type From struct {
	Place Place
	Time  time.Time // of AtTimestamp
	// Bounded ends the reading with the records that were there when the shard was
	// listed.
	Bounded bool
}

// Place is a place in a shard.
type Place uint8

// The places. The names are those of the option start.
const (
	TrimHorizon Place = iota
	Latest
	AtTimestamp
)

// Reader reads a shard. One goroutine uses it.
type Reader interface {
	// Next returns what follows. It waits for records for as long as it likes, but
	// may return without any. After a page with End it is not called again.
	Next(ctx context.Context) (Page, error)

	// Close gives back what the reader holds.
	Close() error
}

// Page is what a Reader brought. It does not change and stays valid.
type Page struct {
	Records []shard.Record
	// Number is the sequence number of record i.
	Number func(i int) string
	// Unread is when the record behind this page arrived, about, in milliseconds
	// since 1970; 0: there is none yet.
	Unread int64
	// Place is from where a restart would read on.
	Place string
	// Lost tells of records that could not be read, before those of the page.
	Lost *Loss
	// End says that nothing follows in this shard. Children then are the shards that
	// were made of it, none if the reading itself is at its end.
	End      bool
	Children []Shard
}

// Loss is records that are in no page.
type Loss struct {
	Code   string
	Reason string
}

// Entry is a record to be written. Hash is the hash of Key.
type Entry struct {
	Key, Data []byte
}
