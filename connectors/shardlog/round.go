package shardlog

import (
	"hash/crc32"

	"kinesql/connectors/shard"
)

// round is what is written at once: a frame for each shard, or more where a
// shard's records are many. Its slices are used again.
type round struct {
	number uint64
	frames []pending
	pieces []piece
	shards []*shardState // those with a frame, whose marks are to be cleared
	bytes  int64         // of the frames
}

// pending is a frame that is being made.
type pending struct {
	header
	shard  *shardState
	key    string // of the stream; empty: in plain
	plain  int    // bytes of payload before sealing
	sealed []byte
	head   int // its pieces: a list within round.pieces
	tail   int
	memory []byte // the payload for readers
	err    error
}

// piece is records of one group, in a frame.
type piece struct {
	payload []byte
	count   uint32
	group   *shard.Group
	begins  bool // the first piece of its group
	next    int  // place of the next one in round.pieces; -1: the last of the frame
}

func (r *round) reset(number uint64) {
	for _, s := range r.shards {
		s.frame = 0
	}
	clear(r.frames)
	clear(r.pieces)
	clear(r.shards)
	r.number, r.frames, r.pieces, r.shards, r.bytes = number, r.frames[:0], r.pieces[:0], r.shards[:0], 0
}

// add puts a group into the round.
func (r *round) add(s *shardState, key string, g *shard.Group) {
	if len(g.Payload) <= frameTarget {
		r.addPiece(s, key, piece{g.Payload, uint32(g.Count), g, true, -1})
		return
	}
	for rest := g.Payload; len(rest) > 0; {
		chunk, n := firstChunk(rest)
		r.addPiece(s, key, piece{chunk, n, g, len(rest) == len(g.Payload), -1})
		rest = rest[len(chunk):]
	}
}

// firstChunk splits records off a payload: as many as fit into a frame, at least one.
func firstChunk(payload []byte) (chunk []byte, count uint32) {
	for rest := payload; len(rest) > 0; count++ {
		_, _, after, err := shard.NextRecord(rest)
		if err != nil || count > 0 && len(payload)-len(after) > frameTarget {
			break
		}
		rest = after
		chunk = payload[:len(payload)-len(after)]
	}
	return chunk, count
}

func (r *round) addPiece(s *shardState, key string, p piece) {
	f := r.frameFor(s, key, len(p.payload))
	at := len(r.pieces)
	r.pieces = append(r.pieces, p)
	if f.count == 0 {
		f.head = at
	} else {
		r.pieces[f.tail].next = at
	}
	f.tail = at
	f.count += p.count
	f.plain += len(p.payload)
}

// frameFor returns the frame that takes so many bytes of a shard.
func (r *round) frameFor(s *shardState, key string, bytes int) *pending {
	if s.frame > 0 {
		if f := &r.frames[s.frame-1]; f.plain+bytes <= frameTarget && f.key == key {
			return f
		}
	} else {
		r.shards = append(r.shards, s)
	}
	r.frames = append(r.frames, pending{shard: s, key: key, header: header{ref: s.ref}})
	s.frame = len(r.frames)
	return &r.frames[len(r.frames)-1]
}

// assign gives the records their counters and times, and seals what is encrypted.
// A frame that cannot be sealed takes no counters.
func (r *round) assign(now int64, synced uint64, keys Keys) {
	kept := r.frames[:0]
	for i := range r.frames {
		f := r.frames[i]
		s := f.shard
		f.round, f.synced, f.first, f.arrival = r.number, synced, s.assigned, max(now, s.arrival)
		f.size = uint32(f.plain)
		if f.key != "" {
			r.seal(&f, keys)
		}
		if f.err != nil {
			r.refuse(&f)
			continue
		}
		s.assigned, s.arrival = f.next(), f.arrival
		r.bytes += f.length()
		kept = append(kept, f)
	}
	clear(r.frames[len(kept):])
	r.frames = kept
	if n := len(kept); n > 0 {
		kept[n-1].flags |= flagLast
	}
}

// refuse tells the groups of a frame that it cannot be written.
func (r *round) refuse(f *pending) {
	for i := f.head; i >= 0; i = r.pieces[i].next {
		r.pieces[i].group.Err = f.err
	}
}

// seal encrypts the payload of a frame.
func (r *round) seal(f *pending, keys Keys) {
	if keys == nil {
		f.err = errNoKeys(f.key)
		return
	}
	plain := r.copyPieces(f, make([]byte, 0, f.plain))
	var identity [headerBytes]byte
	f.flags |= flagSealed
	f.put(identity[:])
	f.sealed, f.err = keys.Seal(make([]byte, 0, f.plain+128), f.key, plain, identity[identityAt:identityEnd])
	f.size, f.memory = uint32(len(f.sealed)), plain
}

func (r *round) copyPieces(f *pending, dst []byte) []byte {
	for i := f.head; i >= 0; i = r.pieces[i].next {
		dst = append(dst, r.pieces[i].payload...)
	}
	return dst
}

// encode gives the frames their form, to be written at an offset of a segment.
func (r *round) encode(salt uint64, offset int64) []byte {
	b := make([]byte, 0, r.bytes)
	for i := range r.frames {
		f := &r.frames[i]
		at := len(b)
		b = b[:at+headerBytes]
		if f.sealed != nil {
			b = append(b, f.sealed...)
		} else {
			b = r.copyPieces(f, b)
			f.memory = b[at+headerBytes : len(b) : len(b)]
		}
		f.payloadCRC = crc32.Checksum(b[at+headerBytes:], castagnoli)
		f.put(b[at:])
		sealHeader(b[at:], salt, offset+int64(at))
		b = b[:int64(at)+f.length()]
	}
	return b
}

// takeBack undoes assign for a round that was not written.
func (r *round) takeBack() {
	for i := len(r.frames) - 1; i >= 0; i-- {
		r.frames[i].shard.assigned = r.frames[i].first
	}
}

// answer tells the groups where their records are, or that they are not.
func (r *round) answer(err error) {
	for i := range r.frames {
		f := &r.frames[i]
		if f.err = err; err != nil {
			r.refuse(f)
			continue
		}
		counter := f.first
		for i := f.head; i >= 0; i = r.pieces[i].next {
			p := &r.pieces[i]
			if p.begins && p.group.Err == nil {
				p.group.First, p.group.Arrival = counter, f.arrival
			}
			counter += uint64(p.count)
		}
	}
}
