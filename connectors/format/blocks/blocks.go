// Package blocks carries the bytes of one split to its decoder: it reads blocks
// into a buffer that is used again, keeps an incomplete last record for the next
// read, counts lines, and bounds the length of a record. It allocates nothing a
// record.
package blocks

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Size is how much is read at once.
const Size = 256 << 10

// MaxRecord is the default of the longest record.
const MaxRecord = 10 << 20

// excerpt is how much of a record that is too long its error keeps.
const excerpt = 1 << 10

// Config says what is read. Zero values stand for the defaults above, and for
// the start of the split.
type Config struct {
	Split     string
	MaxRecord int // a longer record, newline not counted, becomes a row error
	Size      int
	Offset    int64 // place of the first byte in the split
	Line      int64 // line number of the first byte
	Faults    operators.Faults
}

// Stream is the bytes of a split on their way to its decoder.
type Stream struct {
	cfg      Config
	dec      format.Decoder
	buf      []byte
	start    int // buf[start:end] is yet to be decoded
	end      int
	offset   int64 // of buf[start] in the split
	line     int64 // of buf[start]
	ended    bool
	told     bool // the decoder knows that it has ended
	stuck    bool // what is buffered lacks its end
	skipping bool // inside a record that was too long
	records  int64
	decoded  int64 // bytes of those records
}

// New returns a stream into a decoder.
func New(cfg Config, dec format.Decoder) *Stream {
	if cfg.MaxRecord == 0 {
		cfg.MaxRecord = MaxRecord
	}
	if cfg.Size == 0 {
		cfg.Size = Size
	}
	cfg.Size = min(cfg.Size, cfg.MaxRecord+1)
	return &Stream{cfg: cfg, dec: dec, offset: cfg.Offset, line: max(cfg.Line, 1)}
}

// Piece is what a Decode took.
type Piece struct {
	Records, Bytes int
	Origin         *batch.Origin // of the rows; it borrows the stream's buffer until the next Fill
}

// Decode appends buffered records to out, which may be left without a row: when
// every record was bad or dropped, or when Fill must come first.
func (s *Stream) Decode(out *batch.Builder) Piece {
	if s.skipping {
		return Piece{Bytes: s.skip()}
	}
	s.skipMark()
	block := s.buf[s.start:s.end]
	if len(block) == 0 || (s.stuck && !s.ended) {
		return Piece{}
	}
	in := format.Input{Block: block, Split: s.cfg.Split, Line: s.line, Final: s.ended}
	used, records := s.dec.Decode(in, out)
	origin := &batch.Origin{Split: s.cfg.Split, Block: block[:used], Line: s.line}
	full := out.Rows >= cap(out.Starts)
	s.advance(used)
	s.tellEnd()
	s.records, s.decoded = s.records+int64(records), s.decoded+int64(used)
	if used == 0 && !full {
		if len(block) > s.cfg.MaxRecord || s.ended {
			return s.refuse(block)
		}
		s.stuck = true
	}
	return Piece{Records: records, Bytes: used, Origin: origin}
}

// byteOrderMark is what some programs put at the start of text in UTF-8.
var byteOrderMark = []byte("\xef\xbb\xbf")

// skipMark passes over a byte order mark at the start of the split.
func (s *Stream) skipMark() {
	if s.offset == 0 && bytes.HasPrefix(s.buf[s.start:s.end], byteOrderMark) {
		s.advance(len(byteOrderMark))
	}
}

func (s *Stream) advance(n int) {
	s.line += int64(bytes.Count(s.buf[s.start:s.start+n], newline))
	s.start += n
	s.offset += int64(n)
}

var newline = []byte{'\n'}

// refuse reports a record that is too long and passes over its first line.
func (s *Stream) refuse(block []byte) Piece {
	s.cfg.Faults.RowError(operators.RowError{
		Where:    operators.Where{Split: s.cfg.Split, Line: s.line, Raw: block[:min(len(block), excerpt)]},
		Operator: "decode", Code: operators.CodeTooLong,
		Message: fmt.Sprintf("record longer than %d bytes (option max_record_bytes), it begins %s",
			s.cfg.MaxRecord, strconv.Quote(string(block[:min(len(block), 60)]))),
	})
	s.skipping = true
	return Piece{Records: 1, Bytes: s.skip()}
}

func (s *Stream) skip() (bytesUsed int) {
	block := s.buf[s.start:s.end]
	used := len(block)
	if i := bytes.IndexByte(block, '\n'); i >= 0 {
		used, s.skipping = i+1, false
	}
	s.advance(used)
	return used
}

// Fill reads once from r behind what is buffered. Errors are r's own; after
// io.EOF more may come (a file that grows), or the caller calls End.
func (s *Stream) Fill(r io.Reader) (int, error) {
	s.makeRoom()
	n, err := r.Read(s.buf[s.end:])
	s.end += n
	if n > 0 {
		s.stuck = false
	}
	return n, err
}

func (s *Stream) makeRoom() {
	pending := s.buf[s.start:s.end]
	want := s.cfg.Size
	for want <= len(pending) && want < s.cfg.MaxRecord+1 {
		want = min(2*want, s.cfg.MaxRecord+1)
	}
	if len(s.buf) != want {
		grown := make([]byte, max(want, len(pending)))
		copy(grown, pending)
		s.buf = grown
	} else if s.start > 0 {
		copy(s.buf, pending)
	}
	s.start, s.end = 0, len(pending)
}

// Park gives the buffer back while other splits are read, keeping what is not
// decoded. No batch may borrow it any more.
func (s *Stream) Park() {
	if len(s.buf) > s.end-s.start {
		s.buf = append([]byte(nil), s.buf[s.start:s.end]...)
		s.start, s.end = 0, len(s.buf)
	}
}

// End says that no byte follows: what is left is the last record.
func (s *Stream) End() {
	s.ended = true
	s.tellEnd()
}

// tellEnd tells a decoder that asks for it, once, when all is decoded.
func (s *Stream) tellEnd() {
	if e, ok := s.dec.(format.Ender); ok && s.Done() && !s.told {
		s.told = true
		e.End()
	}
}

// Hungry reports whether Fill must come before Decode can do more.
func (s *Stream) Hungry() bool { return !s.ended && (s.start == s.end || s.stuck) }

// Done reports whether all is decoded and nothing follows.
func (s *Stream) Done() bool { return s.ended && s.start == s.end }

// Offset is the place in the split of the first byte that is not decoded.
func (s *Stream) Offset() int64 { return s.offset }

// Line is the line number of the first byte that is not decoded.
func (s *Stream) Line() int64 { return s.line }

// ReadOffset is the place in the split behind the last byte read.
func (s *Stream) ReadOffset() int64 { return s.offset + int64(s.end-s.start) }

// MaxTime is the decoder's.
func (s *Stream) MaxTime() window.Micros { return s.dec.MaxTime() }

// Poll decodes what is buffered, at most so many rows, and returns what a source's
// Poll is to: with event times where the stream has a time attribute. It reports
// false where there was nothing to tell of.
func (s *Stream) Poll(b *batch.Builder, rows int, timed bool) (p operators.Polled, ok bool) {
	p = operators.Polled{MaxTime: window.Min}
	if !s.Hungry() {
		b.Reset(s.Rows(rows))
		piece := s.Decode(b)
		p.Records, p.Bytes = piece.Records, piece.Bytes
		if timed {
			p.MaxTime = s.MaxTime()
		}
		if b.Rows > 0 {
			p.Batch = b.Finish(piece.Origin)
		}
	}
	p.Ended = s.Done()
	return p, p.Records > 0 || p.Bytes > 0 || p.Ended
}

// Rows estimates how many rows, at most limit, the buffered bytes will make, so
// that a builder need not make room for more.
func (s *Stream) Rows(limit int) int {
	if s.records == 0 {
		return limit
	}
	average := max(1, s.decoded/s.records)
	return int(min(int64(limit), int64(s.end-s.start)/average*9/8+16))
}
