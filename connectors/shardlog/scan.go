package shardlog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// window reads a file from front to back.
type window struct {
	file vfs.File
	size int64
	at   int64 // of buf in the file
	buf  []byte
}

const windowBytes = 1 << 20

// bytes returns n bytes at an offset, which does not go back; fewer at the end of the file.
func (w *window) bytes(offset int64, n int) ([]byte, error) {
	n = int(max(0, min(int64(n), w.size-offset)))
	if skip := offset - w.at; skip+int64(n) > int64(len(w.buf)) {
		if err := w.fill(offset, n); err != nil {
			return nil, err
		}
	}
	from := offset - w.at
	return w.buf[from : from+int64(n)], nil
}

// fill reads on, so that n bytes at an offset are in the buffer.
func (w *window) fill(offset int64, n int) error {
	var keep []byte
	if skip := offset - w.at; skip < int64(len(w.buf)) {
		keep = w.buf[skip:]
	}
	want := int(min(int64(max(n, windowBytes)), w.size-offset))
	buf := w.buf[:0]
	if cap(buf) < want {
		buf = make([]byte, 0, want)
	}
	kept := copy(buf[:want], keep)
	got, err := readAt(w.file, buf[kept:want], offset+int64(kept))
	if err == nil && kept+got < want {
		err = fmt.Errorf("%s: cut short at %d", w.file.Name(), offset+int64(kept+got))
	}
	w.at, w.buf = offset, buf[:want]
	return err
}

// scanner finds the frames of a segment in its file, and what is damaged.
type scanner struct {
	salt   uint64
	window window
	offset int64  // of the next frame
	round  uint64 // that the next frame is of, at least
}

// found is a frame, or damage.
type found struct {
	header
	offset  int64
	payload []byte // as stored; valid until the next frame is looked for
	// bad says why the frame, or what is between offset and end, cannot be read.
	// With a header that is whole it is known what is lost.
	bad string
	end int64
}

// scanSegment returns a scanner of an open segment file whose head has been read.
func scanSegment(seg *segment, f vfs.File) (*scanner, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	return &scanner{salt: seg.salt, window: window{file: f, size: size}, offset: framesAt, round: max(seg.earliest, 1)}, nil
}

// next returns what is found next; false: the rest of the file is blank.
func (s *scanner) next() (found, bool, error) {
	if s.offset >= s.window.size {
		return found{}, false, nil
	}
	head, err := s.window.bytes(s.offset, headerBytes)
	if err != nil {
		return found{}, false, err
	}
	h, ok := parseHeader(head, s.salt, s.offset)
	if !ok {
		return s.damaged()
	}
	f := found{header: h, offset: s.offset, end: s.offset + h.length()}
	frame, err := s.window.bytes(s.offset, headerBytes+int(h.size))
	if err != nil {
		return found{}, false, err
	}
	switch {
	case len(frame) < headerBytes+int(h.size):
		f.bad = "the frame is cut off"
	case !h.intact(frame[headerBytes:]):
		f.bad = "the checksum of the payload does not fit"
	default:
		f.payload = frame[headerBytes:]
	}
	s.offset, s.round = f.end, h.endRound()
	return f, true, nil
}

// damaged finds the next header after bytes that are none.
func (s *scanner) damaged() (found, bool, error) {
	from, blank := s.offset, true
	magic := binary.LittleEndian.AppendUint32(nil, frameMagic)
	for s.offset < s.window.size {
		b, err := s.window.bytes(s.offset, windowBytes/2)
		if err != nil {
			return found{}, false, err
		}
		if len(b) < headerBytes {
			blank = blank && isZero(b)
			s.offset = s.window.size
			break
		}
		skip := bytes.Index(b, magic)
		if skip < 0 {
			skip = len(b) - headerBytes + frameAlign
		}
		skip &^= frameAlign - 1
		if skip+headerBytes <= len(b) {
			if _, ok := parseHeader(b[skip:], s.salt, s.offset+int64(skip)); ok && s.offset+int64(skip) > from {
				blank = blank && isZero(b[:skip])
				s.offset += int64(skip)
				break
			}
			skip += frameAlign
		}
		blank = blank && isZero(b[:min(skip, len(b))])
		s.offset += int64(skip)
	}
	s.offset = min(s.offset, s.window.size)
	if blank && s.offset == s.window.size {
		return found{}, false, nil
	}
	f := found{offset: from, end: s.offset, bad: "no frame begins here"}
	f.round = s.round
	return f, true, nil
}

var zeros [64 << 10]byte

func isZero(b []byte) bool {
	for len(b) > len(zeros) {
		if !bytes.Equal(b[:len(zeros)], zeros[:]) {
			return false
		}
		b = b[len(zeros):]
	}
	return bytes.Equal(b, zeros[:len(b)])
}

// rescan makes the index entries of a shard in a segment from its frames.
func (l *Log) rescan(seg *segment, ref shard.Ref) ([]span, error) {
	// While the file is leased no other takes its place.
	if err := l.files.lease(seg); err != nil {
		return nil, err
	}
	defer seg.mu.RUnlock()
	s, err := scanSegment(seg, seg.file)
	if err != nil {
		return nil, err
	}
	var spans []span
	for {
		fr, ok, err := s.next()
		if err != nil || !ok {
			return slices.Clip(spans), err
		}
		if fr.count > 0 && fr.ref == ref {
			spans = extend(spans, &fr.header, fr.offset)
		}
	}
}
