package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

const (
	indexMagic   = "KSQLIDX1"
	indexVersion = 1
	indexHead    = 80
	summaryBytes = 72
	spanEntry    = 32
)

// indexRange says where the entries of a part are in an index file.
type indexRange struct {
	offset int64
	count  uint32
	crc    uint32
}

// summary is what the index of a segment says about one shard.
type summary struct {
	ref  shard.Ref
	part part
}

// indexFile is an index but for its entries.
type indexFile struct {
	number, salt uint64
	end          int64 // of the segment's frames
	last, synced uint64
	summaries    []summary
}

// encodeIndex gives an index the form that the package comment draws. It sets where the entries of each part are.
func encodeIndex(x *indexFile, spans [][]span) []byte {
	le := binary.LittleEndian
	at := indexHead + summaryBytes*len(x.summaries)
	total := at
	for _, s := range spans {
		total += spanEntry * len(s)
	}
	b := make([]byte, total)
	for i := range x.summaries {
		sum := &x.summaries[i]
		entries := b[at : at+spanEntry*len(spans[i])]
		putSpans(entries, spans[i])
		sum.part.index = indexRange{int64(at), uint32(len(spans[i])), crc32.Checksum(entries, castagnoli)}
		sum.put(b[indexHead+summaryBytes*i:])
		at += len(entries)
	}
	copy(b, indexMagic)
	le.PutUint32(b[12:], indexVersion)
	le.PutUint64(b[16:], x.number)
	le.PutUint64(b[24:], x.salt)
	le.PutUint64(b[32:], uint64(x.end))
	le.PutUint64(b[40:], x.last)
	le.PutUint64(b[48:], x.synced)
	le.PutUint32(b[56:], uint32(len(x.summaries)))
	le.PutUint32(b[60:], crc32.Checksum(b[indexHead:indexHead+summaryBytes*len(x.summaries)], castagnoli))
	le.PutUint32(b[8:], crc32.Checksum(b[12:indexHead], castagnoli))
	return b
}

func putSpans(b []byte, spans []span) {
	le := binary.LittleEndian
	for i := range spans {
		e, s := b[spanEntry*i:], &spans[i]
		le.PutUint64(e, s.first)
		le.PutUint64(e[8:], s.next)
		le.PutUint64(e[16:], uint64(s.arrival))
		le.PutUint32(e[24:], s.offset)
		le.PutUint32(e[28:], s.length)
	}
}

func parseSpans(b []byte) []span {
	le := binary.LittleEndian
	out := make([]span, len(b)/spanEntry)
	for i := range out {
		e := b[spanEntry*i:]
		out[i] = span{le.Uint64(e), le.Uint64(e[8:]), int64(le.Uint64(e[16:])), le.Uint32(e[24:]), le.Uint32(e[28:])}
	}
	return out
}

func (s *summary) put(b []byte) {
	le := binary.LittleEndian
	p := &s.part
	le.PutUint32(b, uint32(s.ref.Stream))
	le.PutUint32(b[4:], s.ref.Shard)
	le.PutUint64(b[8:], p.first)
	le.PutUint64(b[16:], p.next)
	le.PutUint64(b[24:], uint64(p.arrival))
	le.PutUint64(b[32:], uint64(p.last))
	le.PutUint64(b[40:], uint64(p.bytes))
	le.PutUint64(b[48:], uint64(p.index.offset))
	le.PutUint32(b[56:], p.index.count)
	le.PutUint32(b[60:], p.index.crc)
}

func parseSummary(b []byte, seg *segment) summary {
	le := binary.LittleEndian
	return summary{
		ref: shard.Ref{Stream: shard.StreamID(le.Uint32(b)), Shard: le.Uint32(b[4:])},
		part: part{
			seg: seg, first: le.Uint64(b[8:]), next: le.Uint64(b[16:]),
			arrival: int64(le.Uint64(b[24:])), last: int64(le.Uint64(b[32:])), bytes: int64(le.Uint64(b[40:])),
			index: indexRange{int64(le.Uint64(b[48:])), le.Uint32(b[56:]), le.Uint32(b[60:])},
		},
	}
}

var errIndex = errors.New("the index is damaged")

// readIndex reads the index of a segment but for its entries.
func readIndex(fsys vfs.FS, seg *segment) (*indexFile, error) {
	f, err := vfs.Open(fsys, seg.indexPath())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, indexHead)
	if n, err := readAt(f, head, 0); err != nil || n < indexHead {
		return nil, errors.Join(errIndex, err)
	}
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	x, n, err := parseIndexHead(head, size)
	if err != nil {
		return nil, err
	}
	b := make([]byte, n*summaryBytes)
	if _, err := readAt(f, b, indexHead); err != nil {
		return nil, err
	}
	if crc32.Checksum(b, castagnoli) != binary.LittleEndian.Uint32(head[60:]) || x.number != seg.number {
		return nil, errIndex
	}
	x.summaries = make([]summary, n)
	for i := range x.summaries {
		x.summaries[i] = parseSummary(b[summaryBytes*i:], seg)
	}
	return x, nil
}

// parseIndexHead reads the head of an index of a size, and how many summaries follow.
func parseIndexHead(b []byte, size int64) (*indexFile, int, error) {
	le := binary.LittleEndian
	if string(b[:8]) != indexMagic || le.Uint32(b[8:]) != crc32.Checksum(b[12:indexHead], castagnoli) {
		return nil, 0, errIndex
	}
	if v := le.Uint32(b[12:]); v != indexVersion {
		return nil, 0, fmt.Errorf("index of version %d, want %d: %w", v, indexVersion, errVersion)
	}
	n := int64(le.Uint32(b[56:]))
	if indexHead+n*summaryBytes > size {
		return nil, 0, errIndex
	}
	return &indexFile{
		number: le.Uint64(b[16:]), salt: le.Uint64(b[24:]), end: int64(le.Uint64(b[32:])),
		last: le.Uint64(b[40:]), synced: le.Uint64(b[48:]),
	}, int(n), nil
}

// readSpans reads the entries of a part.
func readSpans(fsys vfs.FS, seg *segment, r indexRange) ([]span, error) {
	f, err := vfs.Open(fsys, seg.indexPath())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size, err := f.Size(); err != nil || r.offset+spanEntry*int64(r.count) > size {
		return nil, errors.Join(fmt.Errorf("%s: %w", seg.indexPath(), errIndex), err)
	}
	b := make([]byte, spanEntry*int(r.count))
	if _, err := readAt(f, b, r.offset); err != nil {
		return nil, err
	}
	if crc32.Checksum(b, castagnoli) != r.crc {
		return nil, fmt.Errorf("%s: %w", seg.indexPath(), errIndex)
	}
	return parseSpans(b), nil
}
