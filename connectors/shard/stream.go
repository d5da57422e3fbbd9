package shard

import (
	"slices"
	"time"
)

// Scope isolates streams: those of one account and region are unknown in others.
type Scope struct {
	Account string // twelve digits
	Region  string // such as us-east-1
}

// StreamID names a stream within its log for ever: a stream made again under the
// name of a deleted one has another.
type StreamID uint32

// Status is where a stream is in its life.
type Status string

// The states of a stream, as the Kinesis API spells them.
const (
	Creating Status = "CREATING"
	Deleting Status = "DELETING"
	Active   Status = "ACTIVE"
	Updating Status = "UPDATING"
)

// Stream is what is known of a stream. A *Stream that a Log hands out is a
// snapshot that nobody changes.
type Stream struct {
	ID      StreamID
	Scope   Scope
	Name    string
	Created time.Time // UTC, to the millisecond
	Status  Status

	// Retention is how long records are kept after their arrival.
	Retention time.Duration
	// KeyID says that frames are encrypted at rest from now on, and under what
	// name of a key; empty: they are not.
	KeyID string

	// Shards is all shards that still hold or may get records, by Index, which
	// ascends but may have gaps where expired shards have gone.
	Shards []Shard

	// Document is JSON of the layer above: tags, consumers, policies. The log
	// keeps it and does not look inside.
	Document []byte
}

// Shard is one ordered part of a stream. The log fills in what changes with
// every record on request, see Bounds.
type Shard struct {
	Index   uint32    // shardId-%012d; never reused in a stream
	Range   HashRange // keys whose hash is within go to this shard while it is open
	Created time.Time // to the second; part of its sequence numbers
	// Parents are the shards this one was made of by a split (one) or a merge
	// (two: ParentShardId, AdjacentParentShardId); none for those made with the stream.
	Parents []uint32
	// Closed is when a split or merge ended the shard; zero: it is open.
	Closed time.Time
	// ClosedAt is the counter after its last record, once closed.
	ClosedAt uint64
}

// Open reports whether the shard takes records.
func (s *Shard) Open() bool { return s.Closed.IsZero() }

// Shard returns the shard of an index, or nil.
func (s *Stream) Shard(index uint32) *Shard {
	i, ok := slices.BinarySearchFunc(s.Shards, index, func(sh Shard, i uint32) int { return int(int64(sh.Index) - int64(i)) })
	if !ok {
		return nil
	}
	return &s.Shards[i]
}

// Children returns the shards that were made of one, in the order of their index.
func (s *Stream) Children(index uint32) []*Shard {
	var out []*Shard
	for i := range s.Shards {
		if slices.Contains(s.Shards[i].Parents, index) {
			out = append(out, &s.Shards[i])
		}
	}
	return out
}

// Clone returns a copy that shares no memory.
func (s *Stream) Clone() *Stream {
	c := *s
	c.Shards = slices.Clone(s.Shards)
	for i := range c.Shards {
		c.Shards[i].Parents = slices.Clone(c.Shards[i].Parents)
	}
	c.Document = slices.Clone(s.Document)
	return &c
}
