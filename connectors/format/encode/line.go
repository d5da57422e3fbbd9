package encode

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"kinesql/operators/batch"
)

// manner is how the values of a column are written into a line.
type manner uint8

const (
	anyhow    manner = iota // by appendJSON
	asInteger               // digits
	asPlain                 // text of which nothing needs an escape
	asText                  // other text
	asInstant
)

// mannerOf chooses for n rows of a column. Text is searched for what needs an
// escape once for all rows, which costs less than a search for each.
func mannerOf(c *cell, n int) manner {
	switch c.Type.ID {
	case batch.TinyInt, batch.SmallInt, batch.Integer, batch.BigInt:
		return asInteger
	case batch.Timestamp:
		return asInstant
	case batch.Char, batch.Varchar:
		if n > 0 && plain(c.Buf[c.Off[0]:c.Off[n]]) {
			return asPlain
		}
		return asText
	}
	return anyhow
}

// headRoom is the length of a head that is copied without a loop.
const headRoom = 32

// fieldHead is what stands before a value: a separator, the name, a colon, and a
// quote where the value has one.
type fieldHead struct {
	text   [headRoom]byte
	size   int
	quoted int    // 1 if it ends with the quote
	long   string // in place of text if that is too short
}

func newFieldHead(text string, t batch.Type) fieldHead {
	h := fieldHead{size: len(text)}
	switch t.ID {
	case batch.Char, batch.Varchar, batch.Timestamp:
		h.quoted, h.size, text = 1, h.size+1, text+`"`
	}
	if copy(h.text[:], text) < len(text) {
		h.long = text
	}
	return h
}

// valueRoom is more than any value takes that is not text or nested, with the
// end of the line.
const valueRoom = 64

// line writes fields into a buffer that is all room: what is written is
// buf[:at]. Before each field there is spare room for the rest of the line
// without its texts, so that short values are stored without a check.
type line struct {
	buf   []byte
	at    int
	spare int
}

// spareFor is the spare room of lines with these heads.
func spareFor(heads []fieldHead) int {
	spare := headRoom + valueRoom
	for i := range heads {
		spare += heads[i].size + valueRoom
	}
	return spare
}

// reserve makes room for n bytes and the spare.
func (l *line) reserve(n int) {
	if len(l.buf)-l.at >= n+l.spare {
		return
	}
	grown := make([]byte, 2*len(l.buf)+n+l.spare)
	copy(grown, l.buf[:l.at])
	l.buf = grown
}

// field writes row i of a column behind its head.
func (l *line) field(h *fieldHead, c *cell, i int) {
	l.head(h)
	if c.Valid != nil && !c.Valid[i] {
		l.at += copy(l.buf[l.at-h.quoted:], "null") - h.quoted
		return
	}
	switch c.manner {
	case asInteger:
		l.at = putInt(l.buf, l.at, c.I64[i])
	case asPlain:
		l.plain(c.Buf, int(c.Off[i]), int(c.Off[i+1]))
	case asText:
		l.set(appendString(l.buf[:l.at-1], c.Buf[c.Off[i]:c.Off[i+1]]))
	case asInstant:
		text := c.dates.appendTimestamp(l.buf[:l.at], c.I64[i], 'T')
		l.at = len(append(text, 'Z', '"'))
	default:
		l.set(c.appendJSON(l.buf[:l.at], i))
	}
}

func (l *line) head(h *fieldHead) {
	if h.long == "" {
		*(*[headRoom]byte)(l.buf[l.at:]) = h.text
	} else {
		copy(l.buf[l.at:], h.long)
	}
	l.at += h.size
}

// plain writes text[from:to] and the quote after it.
func (l *line) plain(text []byte, from, to int) {
	size := to - from
	l.reserve(size)
	if size <= 16 && from+16 <= len(text) {
		*(*[16]byte)(l.buf[l.at:]) = [16]byte(text[from : from+16])
	} else {
		copy(l.buf[l.at:], text[from:to])
	}
	l.at += size
	l.buf[l.at] = '"'
	l.at++
}

// set takes over what was appended to l.buf[:l.at], be it in the same memory or not.
func (l *line) set(text []byte) {
	l.buf, l.at = text[:cap(text)], len(text)
	l.reserve(0)
}

// putInt writes the digits of v at buf[at:], which has room for 24 bytes, and
// returns where they end.
func putInt(buf []byte, at int, v int64) int {
	u := uint64(v)
	if v < 0 {
		buf[at] = '-'
		at++
		u = -u
	}
	const half = 1e8
	switch {
	case u < half:
		return putShort(buf, at, u)
	case u < half*half:
		at = putShort(buf, at, u/half)
		binary.LittleEndian.PutUint64(buf[at:], eightDigits(u%half)|zeros)
		return at + 8
	}
	return at + len(strconv.AppendUint(buf[at:at], u, 10))
}

// zeros is the text 00000000.
const zeros = '0' * ones

// putShort writes a number of up to eight digits.
func putShort(buf []byte, at int, u uint64) int {
	digits := eightDigits(u)
	leading := bits.TrailingZeros64(digits|1<<56) &^ 7
	binary.LittleEndian.PutUint64(buf[at:], (digits|zeros)>>leading)
	return at + 8 - leading/8
}

// eightDigits returns the decimal digits of u < 10^8, the first in the lowest
// byte. Each step halves all numbers: into fours, twos and single digits.
func eightDigits(u uint64) uint64 {
	fours := u/10000 | u%10000<<32
	hundreds := fours * 10486 >> 20 & 0x7f_0000007f
	twos := hundreds | (fours-100*hundreds)<<16
	tens := twos * 103 >> 10 & 0x000f_000f_000f_000f
	return tens | (twos-10*tens)<<8
}
