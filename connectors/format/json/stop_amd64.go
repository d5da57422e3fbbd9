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
