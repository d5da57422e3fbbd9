package shardlog

import (
	"encoding/binary"
	"hash/crc32"

	"kinesql/connectors/shard"
)

const (
	frameMagic  = 0x3146534b // "KSF1", little endian
	headerBytes = 64
	frameAlign  = 8
	// frameTarget is how much payload a frame gathers. A frame is read, checked and
	// decrypted in one piece, and its bytes live as long as any record of it.
	frameTarget = 1 << 20
	// From identityAt to identityEnd a header says what the payload is, wherever
	// the frame lies; Keys authenticates it.
	identityAt  = 32
	identityEnd = 60
)

// Flags of a frame.
const (
	flagSealed = 1 << iota // the payload is encrypted
	flagLast               // the last frame of its round
	flagsKnown = flagSealed | flagLast
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is what a frame says about its payload; the package comment draws it.
type header struct {
	payloadCRC uint32
	size       uint32
	round      uint64
	synced     uint64
	first      uint64
	arrival    int64
	ref        shard.Ref
	count      uint32
	flags      uint32
}

// seed begins the checksum of a header: a frame is valid only in its segment and
// at its place, so that nothing a client writes into a record passes for a frame.
func seed(salt uint64, offset int64) uint32 {
	return uint32(salt) ^ uint32(salt>>32) + uint32(offset/frameAlign)*0x9e3779b1
}

// put writes the header, but for its checksum, to the first headerBytes of b.
func (h *header) put(b []byte) {
	le := binary.LittleEndian
	le.PutUint32(b, frameMagic)
	le.PutUint32(b[8:], h.payloadCRC)
	le.PutUint32(b[12:], h.size)
	le.PutUint64(b[16:], h.round)
	le.PutUint64(b[24:], h.synced)
	le.PutUint64(b[32:], h.first)
	le.PutUint64(b[40:], uint64(h.arrival))
	le.PutUint32(b[48:], uint32(h.ref.Stream))
	le.PutUint32(b[52:], h.ref.Shard)
	le.PutUint32(b[56:], h.count)
	le.PutUint32(b[60:], h.flags)
}

// seal adds the checksum to a header in its place.
func sealHeader(b []byte, salt uint64, offset int64) {
	binary.LittleEndian.PutUint32(b[4:], headerCRC(b, salt, offset))
}

func headerCRC(b []byte, salt uint64, offset int64) uint32 {
	return crc32.Update(seed(salt, offset), castagnoli, b[8:headerBytes])
}

// parseHeader reads the header of a frame at an offset of a segment; false if
// there is none.
func parseHeader(b []byte, salt uint64, offset int64) (h header, ok bool) {
	le := binary.LittleEndian
	if len(b) < headerBytes || le.Uint32(b) != frameMagic || le.Uint32(b[4:]) != headerCRC(b, salt, offset) {
		return header{}, false
	}
	h = header{
		payloadCRC: le.Uint32(b[8:]), size: le.Uint32(b[12:]),
		round: le.Uint64(b[16:]), synced: le.Uint64(b[24:]),
		first: le.Uint64(b[32:]), arrival: int64(le.Uint64(b[40:])),
		ref:   shard.Ref{Stream: shard.StreamID(le.Uint32(b[48:])), Shard: le.Uint32(b[52:])},
		count: le.Uint32(b[56:]), flags: le.Uint32(b[60:]),
	}
	return h, h.sane()
}

// sane holds for all headers that were ever written.
func (h *header) sane() bool {
	return h.count > 0 && h.count <= h.size && h.size <= maxAppend+maxOverhead && h.flags&^flagsKnown == 0 &&
		h.synced < h.round && h.first <= shard.EndCounter-uint64(h.count)
}

// maxOverhead is the most that sealing may add to a payload.
const maxOverhead = 4 << 10

// next is the counter after the frame's records.
func (h *header) next() uint64 { return h.first + uint64(h.count) }

// length is that of the whole frame, padded.
func (h *header) length() int64 { return frameLength(int(h.size)) }

func frameLength(payload int) int64 {
	return (headerBytes + int64(payload) + frameAlign - 1) &^ (frameAlign - 1)
}

// intact reports whether a payload is the one that the header was made for.
func (h *header) intact(payload []byte) bool {
	return crc32.Checksum(payload, castagnoli) == h.payloadCRC
}

// endRound is the first round that the frame after this one may be of.
func (h *header) endRound() uint64 {
	if h.flags&flagLast != 0 {
		return h.round + 1
	}
	return h.round
}
