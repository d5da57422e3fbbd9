package api

import (
	"context"
	"errors"
	"math/bits"
	"sync"

	"kinesql/connectors/shard"
)

// batch is the records of a put on their way into the log: routed to shards,
// encoded into one group per shard, appended, and told their sequence numbers. All
// its memory is used again.
type batch struct {
	entries []putEntry
	bytes   int // of data and keys

	groups  []shard.Group
	homes   []home  // of the groups
	sizes   []int   // of the groups' payloads
	groupOf []int32 // group by slot of the routes, plus 1; 0: none yet
	payload []byte
	numbers []shard.Decimal // of the groups' next records
	answer  []byte
}

// putEntry is one record of a batch.
type putEntry struct {
	key   []byte
	data  []byte // or its base64
	size  int    // of the data itself
	hash  shard.Hash
	group int32 // throttled: a rate limit refused it
	slot  int32 // of the routes, where it was refused
}

const throttled = -1

// maxKept bounds what a batch keeps for the next request.
const maxKept = 4 << 20

var batches = sync.Pool{New: func() any { return &batch{} }}

func newBatch() *batch { return batches.Get().(*batch) }

// release gives the batch's memory to the next request.
func (b *batch) release() {
	if cap(b.payload) > maxKept || cap(b.answer) > maxKept {
		return
	}
	clear(b.entries) // bodies of requests would live on
	clear(b.homes)
	b.entries, b.bytes = b.entries[:0], 0
	batches.Put(b)
}

// add takes a record whose data is decoded, or will be of a known size.
func (b *batch) add(key, data []byte, size int, hash shard.Hash) {
	b.entries = append(b.entries, putEntry{key: key, data: data, size: size, hash: hash})
	b.bytes += len(key) + size
}

// route assigns every record to a group; admit may refuse one. Records of a shard
// keep the order of the request.
func (b *batch) route(v *view, admit func(h home, bytes int) bool) {
	b.begin(len(v.routes.homes))
	for i := range b.entries {
		e := &b.entries[i]
		slot := v.slot(e)
		e.slot = int32(slot)
		if admit != nil && !admit(v.routes.homes[slot], len(e.key)+e.size) {
			e.group = throttled
			continue
		}
		e.group = b.group(v, slot)
		b.sizes[e.group] += recordSize(e)
		b.groups[e.group].Count++
	}
}

// slot chooses the shard of a record.
func (v *view) slot(e *putEntry) int {
	if v.auto() {
		return v.routes.next()
	}
	return v.routes.find(e.hash)
}

// auto reports whether the stream spreads records itself, whatever their keys.
func (v *view) auto() bool { return v.doc.Distribution == distributionAuto }

const distributionAuto = "AUTO"

// begin forgets the groups.
func (b *batch) begin(slots int) {
	b.groups, b.homes, b.sizes = b.groups[:0], b.homes[:0], b.sizes[:0]
	b.clearSlots(slots)
}

func (b *batch) clearSlots(slots int) {
	if cap(b.groupOf) < slots {
		b.groupOf = make([]int32, slots)
	}
	b.groupOf = b.groupOf[:slots]
	clear(b.groupOf)
}

// group returns the group of a slot.
func (b *batch) group(v *view, slot int) int32 {
	if g := b.groupOf[slot]; g > 0 {
		return g - 1
	}
	h := v.routes.homes[slot]
	b.groups = append(b.groups, shard.Group{Shard: h.Index})
	b.homes = append(b.homes, h)
	b.sizes = append(b.sizes, 0)
	b.groupOf[slot] = int32(len(b.groups))
	return int32(len(b.groups)) - 1
}

// recordSize is how long a record is in a payload.
func recordSize(e *putEntry) int {
	return uvarintSize(len(e.key)) + len(e.key) + uvarintSize(e.size) + e.size
}

func uvarintSize(n int) int { return (bits.Len(uint(n)|1) + 6) / 7 }

// lay divides the payload's memory among the groups from the first on.
func (b *batch) lay(first int) {
	total := 0
	for _, n := range b.sizes[first:] {
		total += n
	}
	if first > 0 || cap(b.payload) < total {
		b.payload = make([]byte, total)
	}
	at := 0
	for i, n := range b.sizes[first:] {
		b.groups[first+i].Payload = b.payload[at : at : at+n]
		at += n
	}
}

// fill encodes the records. encoded says that their data is base64; false: it is
// not as the standard wants it, and the batch is as before.
func (b *batch) fill(encoded bool) bool {
	b.lay(0)
	for i := range b.entries {
		e := &b.entries[i]
		if e.group == throttled {
			continue
		}
		g := &b.groups[e.group]
		if !encoded {
			g.Payload = shard.AppendRecord(g.Payload, e.key, e.data)
			continue
		}
		p, ok := appendBase64Record(g.Payload, e)
		if !ok {
			return false
		}
		g.Payload = p
	}
	return true
}

// appendBase64Record decodes a record's data to its place. Line ends, which the
// decoder passes over, show as missing bytes.
func appendBase64Record(p []byte, e *putEntry) ([]byte, bool) {
	p = appendUvarint(p, len(e.key))
	p = append(p, e.key...)
	p = appendUvarint(p, e.size)
	n, ok := decodeBase64(p[len(p):len(p)+e.size], e.data)
	return p[:len(p)+e.size], ok && n == e.size
}

func appendUvarint(p []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		p = append(p, byte(n)|0x80)
	}
	return append(p, byte(n))
}

// maxReroutes bounds how often a record may find its shard closed by a split or a
// merge: each try sees a newer stream.
const maxReroutes = 100

// append appends the groups to the log and sends those whose shard has been closed
// meanwhile to the shards that came in its place. It does not heed the client's
// going away: what has begun is written.
func (s *Server) append(v *view, b *batch) error {
	for first, try := 0, 0; ; try++ {
		ctx := context.Background()
		if err := s.cfg.Log.Append(ctx, v.ID, b.groups[first:]); err != nil {
			return err
		}
		closed := first
		first = len(b.groups)
		if try == maxReroutes {
			return nil
		}
		for closed < first && !errors.Is(b.groups[closed].Err, shard.ErrShardClosed) {
			closed++
		}
		if closed == first {
			return nil
		}
		fresh, err := s.findID(v.Scope, v.ID, v.Name)
		if err != nil {
			return err
		}
		b.reroute(fresh, closed, first)
	}
}

// reroute makes new groups at the end for the records of the groups from one to
// another that failed because their shard is closed.
func (b *batch) reroute(v *view, from, to int) {
	b.clearSlots(len(v.routes.homes))
	rest := make([][]byte, to) // of the old groups' payloads
	for g := from; g < to; g++ {
		if errors.Is(b.groups[g].Err, shard.ErrShardClosed) {
			rest[g] = b.groups[g].Payload
		}
	}
	var moved []*putEntry
	for i := range b.entries {
		e := &b.entries[i]
		if e.group == throttled || int(e.group) >= to || rest[e.group] == nil {
			continue
		}
		var err error
		if e.key, e.data, rest[e.group], err = shard.NextRecord(rest[e.group]); err != nil {
			panic("kinesis: a payload made here cannot be read: " + err.Error())
		}
		e.group = b.group(v, v.slot(e))
		b.sizes[e.group] += recordSize(e)
		b.groups[e.group].Count++
		moved = append(moved, e)
	}
	b.lay(to)
	for _, e := range moved {
		g := &b.groups[e.group]
		g.Payload = shard.AppendRecord(g.Payload, e.key, e.data)
	}
}

// count sets the groups' numbers to those of their first records.
func (b *batch) count() {
	b.numbers = b.numbers[:0]
	for i := range b.groups {
		g := &b.groups[i]
		b.numbers = append(b.numbers, b.homes[i].Sequence(g.First, g.Arrival).Decimal())
	}
}

// refused counts the records that were throttled, and those that failed.
func (b *batch) refused() (throttles, failures int) {
	for i := range b.entries {
		switch e := &b.entries[i]; {
		case e.group == throttled:
			throttles++
		case b.groups[e.group].Err != nil:
			failures++
		}
	}
	return throttles, failures
}
