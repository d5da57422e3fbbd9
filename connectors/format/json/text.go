package json

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// checkText says what is wrong with what stands between two quotes, escapes
// left aside.
func checkText(raw []byte) (problem string) {
	var all, below uint64
	i := 0
	for ; i+8 <= len(raw); i += 8 {
		w := word(raw, i)
		all |= w
		below |= (w - ' '*low) &^ w // not 0 at high if and only if a byte is less than a space
	}
	for _, c := range raw[i:] {
		all |= uint64(c)
		below |= (uint64(c) - ' ') &^ uint64(c)
	}
	if below&high != 0 {
		return controlIn(raw)
	}
	if all&high != 0 && !utf8.Valid(raw) {
		return "invalid UTF-8 in string " + quoted(raw)
	}
	return ""
}

func controlIn(raw []byte) (problem string) {
	for _, c := range raw {
		if c < ' ' {
			return fmt.Sprintf("control character %q in a string", c)
		}
	}
	return ""
}

// maxQuoted is how much of a value a message repeats.
const maxQuoted = 64

func quoted(raw []byte) string {
	if len(raw) > maxQuoted {
		return fmt.Sprintf("%q...", raw[:maxQuoted])
	}
	return fmt.Sprintf("%q", raw)
}

var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unescape appends what stands between two quotes with its escapes replaced. A
// surrogate without its other half becomes U+FFFD.
func unescape(dst, raw []byte) (_ []byte, problem string) {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...), ""
		}
		dst = append(dst, raw[:i]...)
		if raw = raw[i+1:]; len(raw) == 0 {
			return dst, "a string that ends with a backslash"
		}
		if raw[0] == 'u' {
			r, n := unicodeEscape(raw[1:])
			if n == 0 {
				return dst, "bad escape \\" + string(raw[:min(5, len(raw))]) + " in a string"
			}
			dst, raw = utf8.AppendRune(dst, r), raw[1+n:]
			continue
		}
		c := escapes[raw[0]]
		if c == 0 {
			return dst, fmt.Sprintf("bad escape \\%c in a string", raw[0])
		}
		dst, raw = append(dst, c), raw[1:]
	}
}

// unescapeWell appends the text of b from start to the quote at end with its
// escapes replaced, in one pass. It is not ok if something is wrong with the
// text, or b ends less than eight bytes behind a place of it.
func unescapeWell(dst, b []byte, start, end int) (_ []byte, ok bool) {
	to := len(dst)
	dst = slices.Grow(dst, end-start+8) // no escape is shorter than what it stands for
	dst = dst[:to+end-start+8]
	var all uint64
	for i := start; i+8 <= len(b); {
		w := word(b, i)
		binary.LittleEndian.PutUint64(dst[to:], w)
		all |= w
		m := ends(w) | (w-' '*low)&^w&high
		if m == 0 {
			i, to = i+8, to+8
			continue
		}
		k := bits.TrailingZeros64(m) >> 3
		i, to = i+k, to+k
		if b[i] == '"' {
			return dst[:to], all&high == 0 || validUTF8(b, start, end)
		}
		if b[i] != '\\' {
			break
		}
		c := escapes[b[i+1]]
		i += 2
		if c == 0 {
			r, n := unicodeEscape(b[i:end])
			if b[i-1] != 'u' || n == 0 {
				break
			}
			i, to = i+n, to+utf8.EncodeRune(dst[to:], r)
			continue
		}
		dst[to] = c
		to++
	}
	return dst, false
}

// unicodeEscape reads the digits behind \u, and a second escape where the first
// is half of a pair.
func unicodeEscape(b []byte) (r rune, n int) {
	r, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(b) >= 10 && b[4] == '\\' && b[5] == 'u' {
		if second, ok := hex4(b[6:]); ok {
			if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
				return pair, 10
			}
		}
	}
	return utf8.RuneError, 4
}

// hexDigits are the values of hexadecimal digits, 0xff of all else.
var hexDigits = func() (digits [256]uint8) {
	for c := range digits {
		digits[c] = 0xff
	}
	for v, c := range []byte("0123456789abcdef") {
		digits[c] = uint8(v)
	}
	copy(digits['A':], digits['a':'g'])
	return digits
}()

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	h, i, j, k := hexDigits[b[0]], hexDigits[b[1]], hexDigits[b[2]], hexDigits[b[3]]
	return rune(h)<<12 | rune(i)<<8 | rune(j)<<4 | rune(k), h|i|j|k <= 0xf
}

// checkJSON says what is wrong with the strings of a value whose structure has
// been checked.
func checkJSON(raw []byte) (problem string) {
	in := scanner{b: raw}
	for i := 0; i < len(raw); {
		if raw[i] != '"' {
			i++
			continue
		}
		end, escaped := in.text(i)
		problem = checkText(raw[i+1 : end-1])
		if problem == "" && escaped {
			_, problem = unescape(nil, raw[i+1:end-1])
		}
		if problem != "" {
			return problem
		}
		i = end
	}
	return ""
}
