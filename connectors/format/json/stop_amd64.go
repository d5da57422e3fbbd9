//go:build !purego

package json

import "unsafe"

// stops32 returns how many of the n bytes at p come before the first quote,
// backslash or control character. n is a multiple of 32 and not 0.
//
//go:noescape
func stops32(p *byte, n int) int

// plain32 is stops32 that also stops at bytes from 0x80.
//
//go:noescape
func plain32(p *byte, n int) int

// quote32 finds the first quote among the n bytes at p that no backslash escapes,
// and says whether a backslash comes before it. Where there is none, at is n, or
// n+1 if the last of the bytes escapes the next. n is a multiple of 32 and not 0.
//
//go:noescape
func quote32(p *byte, n int) (at int, slash bool)

// word loads eight bytes at i, the first lowest. The caller knows that
// 0 <= i <= len(b)-8.
func word(b []byte, i int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

// stops returns the place of the first quote, backslash or control character of
// b from i, or len(b).
func stops(b []byte, i int) int {
	if n := (len(b) - i) &^ 31; n > 0 {
		k := stops32(&b[i], n)
		if i += k; k < n {
			return i
		}
	}
	return stopsPure(b, i)
}

// stopsAhead is stops where at least 33 bytes of b come from i. Where there is no
// stop but in the last 32 bytes of b, it may return a place among those, always
// less than len(b), that has none; if it has one, that is the first.
func stopsAhead(b []byte, i int) int { return i + stops32(&b[i], (len(b)-i-1)&^31) }

// plain returns the place of the first byte of b from i that is not a printable
// ASCII character standing for itself (a quote, a backslash, a control
// character, part of a longer character), or len(b).
func plain(b []byte, i int) int {
	if n := (len(b) - i) &^ 31; n > 0 {
		k := plain32(&b[i], n)
		if i += k; k < n {
			return i
		}
	}
	return plainPure(b, i)
}

// closing returns the place of the first quote of b from i that no backslash
// escapes, or at least len(b), and whether a backslash comes before it.
func closing(b []byte, i int) (at int, escaped bool) {
	if n := (len(b) - i) &^ 31; n > 0 {
		at, escaped = quote32(&b[i], n)
		if i += at; at < n {
			return i, escaped
		}
	}
	i, more := closingPure(b, i)
	return i, escaped || more
}
