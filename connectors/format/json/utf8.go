package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// lead is what may follow the first byte of a character of more than one.
type lead struct {
	mask uint32 // over the character, the first byte lowest
	want uint32 // under the mask; what no character has where the byte starts none
	low  uint8  // the least second byte
	span uint8  // from low to the greatest second byte
	size uint8
}

// leads is by the first byte without its highest bit.
var leads = func() (all [128]lead) {
	for c := range all {
		l := &all[c]
		switch l.low, l.span = 0x80, 0x3f; {
		case c < 0x42 || c > 0x74:
			l.want = 1
		case c < 0x60:
			l.mask, l.want, l.size = 0xc0e0, 0x80c0, 2
		case c < 0x70:
			l.mask, l.want, l.size = 0xc0c0f0, 0x8080e0, 3
		default:
			l.mask, l.want, l.size = 0xc0c0c0f8, 0x808080f0, 4
		}
	}
	all[0x60].low, all[0x60].span = 0xa0, 0x1f // shorter forms exist
	all[0x6d].span = 0x1f                      // surrogates
	all[0x70].low, all[0x70].span = 0x90, 0x2f // shorter forms exist
	all[0x74].span = 0x0f                      // past the last character
	return all
}()

// validUTF8 is utf8.Valid of b[i:end], where b[end] is a quote. It does not
// branch by the size of characters, which nobody can predict.
func validUTF8(b []byte, i, end int) bool {
	for i+8 <= len(b) {
		m := word(b, i) & high
		if m == 0 {
			if i += 8; i >= end {
				return true
			}
			continue
		}
		if i += bits.TrailingZeros64(m) >> 3; i >= end {
			return true
		}
		if i+4 > len(b) {
			break
		}
		l := &leads[b[i]&0x7f]
		u := binary.LittleEndian.Uint32(b[i:])
		if u&l.mask != l.want || uint8(u>>8)-l.low > l.span {
			return false
		}
		i += int(l.size)
	}
	return i >= end || utf8.Valid(b[i:end])
}
