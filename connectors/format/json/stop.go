package json

import (
	"encoding/binary"
	"math/bits"
)

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// ends marks the bytes of w that are a quote or a backslash, by their highest
// bits; the lowest bit that is set is exact.
func ends(w uint64) uint64 {
	quote, slash := w^'"'*low, w^'\\'*low
	return ((quote-low)&^quote | (slash-low)&^slash) & high
}

// stopsPure is stops by words.
func stopsPure(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if m := ends(w) | (w-' '*low)&^w&high; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// plainPure is plain by words.
func plainPure(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if m := ends(w) | ((w-' '*low)|w)&high; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] < 0x80 && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// closingPure is closing by words.
func closingPure(b []byte, i int) (at int, escaped bool) {
	for {
		for i+8 <= len(b) {
			m := ends(binary.LittleEndian.Uint64(b[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' {
			i++
		}
		if i >= len(b) || b[i] == '"' {
			return i, escaped
		}
		i, escaped = i+2, true
	}
}
