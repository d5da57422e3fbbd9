package shardlog

import (
	"slices"
	"sort"
	"sync"

	"kinesql/connectors/shard"
)

// shardState is what changes with every record of a shard. Idle shards are many:
// it holds no memory for what a shard has not.
type shardState struct {
	ref    shard.Ref
	stream *streamState

	mu      sync.RWMutex
	first   uint64      // the trim horizon
	planned uint64      // where it is going to be, once that is kept
	next    uint64      // the counter after the last record that can be read
	last    int64       // its arrival
	bytes   int64       // of payloads, in parts
	parts   []part      // where the records are, oldest first
	tail    []tailFrame // the latest of them in memory, from tailAt on
	tailAt  int
	gone    bool          // with its stream
	changed chan struct{} // closed at the next record or end; nil: nobody waits

	// The committer's, but for opening the log.
	assigned uint64 // the counter of the next record to be written
	arrival  int64  // of the last record written
	closing  bool   // a reshard is under way: appends wait for it
	closed   bool
	frame    int // place of its frame in the round that is being made, plus one
}

// part is the frames of a shard in one segment.
type part struct {
	seg           *segment
	first, next   uint64
	arrival, last int64 // of its first and last records
	bytes         int64
	index         indexRange
	spans         *[]span // the entries themselves; nil: index says where in the file they are
}

// span is an entry of the sparse index: frames of a shard that lie near each other,
// so that they are read at once. Counters between spans are lost records.
type span struct {
	first, next uint64
	arrival     int64  // of its first record
	offset      uint32 // of its first frame in the segment
	length      uint32 // to the end of its last frame; 0: lost records that a repair has given up
}

const (
	spanBytes = 64 << 10 // what a span spreads over, unless one frame is longer
)

// extend adds a frame to the spans of a shard, to the last one if the frame lies
// near: within spanBytes and with less of other shards between than of this one.
func extend(spans []span, h *header, offset int64) []span {
	length := uint32(h.length())
	if n := len(spans); n > 0 {
		s := &spans[n-1]
		gap := uint32(offset) - (s.offset + s.length)
		if s.length > 0 && s.next == h.first && gap <= length && uint32(offset)+length-s.offset <= spanBytes {
			s.next, s.length = h.next(), uint32(offset)+length-s.offset
			return spans
		}
	}
	return append(spans, span{h.first, h.next(), h.arrival, uint32(offset), length})
}

// addFrame notes a frame that is in a segment. The caller holds mu.
func (s *shardState) addFrame(seg *segment, h *header, offset int64) {
	p := s.partOf(seg, h)
	*p.spans = extend(*p.spans, h, offset)
	p.next, p.last = h.next(), h.arrival
	p.bytes += int64(h.size)
	seg.payload += int64(h.size)
	s.bytes += int64(h.size)
	s.next, s.last = max(s.next, p.next), max(s.last, p.last)
}

func (s *shardState) partOf(seg *segment, h *header) *part {
	if n := len(s.parts); n > 0 && s.parts[n-1].seg == seg {
		return &s.parts[n-1]
	}
	seg.touched = append(seg.touched, s)
	s.addPart(part{seg: seg, first: h.first, next: h.first, arrival: h.arrival, spans: new([]span)})
	return &s.parts[len(s.parts)-1]
}

// addPart notes frames of a shard in a segment later than those known.
func (s *shardState) addPart(p part) {
	s.next, s.last = max(s.next, p.next), max(s.last, p.last)
	if p.spans == nil && p.index.count == 0 {
		s.first, s.parts, s.bytes = s.next, nil, 0 // all records so far had been trimmed
		return
	}
	if len(s.parts) == 0 {
		s.first = max(s.first, p.first) // what was before has been trimmed
	}
	s.parts = append(s.parts, p)
	s.bytes += p.bytes
}

// partFor returns the part with the record of a counter, or the first one after it; nil: none. The caller holds mu.
func (s *shardState) partFor(counter uint64) *part {
	i := sort.Search(len(s.parts), func(i int) bool { return s.parts[i].next > counter })
	if i == len(s.parts) {
		return nil
	}
	return &s.parts[i]
}

// wake lets waiting readers look again. The caller holds mu.
func (s *shardState) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// trimTo moves the trim horizon up to a counter, and forgets where older records were.
func (s *shardState) trimTo(counter uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counter = min(counter, s.next)
	if counter <= s.first {
		return
	}
	s.first = counter
	n := 0
	for n < len(s.parts) && s.parts[n].next <= counter {
		s.bytes -= s.parts[n].bytes
		n++
	}
	s.parts = slices.Delete(s.parts, 0, n)
	s.dropTail(counter)
}

// dropTail forgets what the tail holds of records before a counter. The caller holds mu.
func (s *shardState) dropTail(counter uint64) {
	for s.tailAt < len(s.tail) && s.tail[s.tailAt].next() <= counter {
		s.tail[s.tailAt] = tailFrame{}
		s.tailAt++
	}
	s.compactTail()
}
