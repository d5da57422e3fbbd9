package api

import (
	"encoding/base64"
	"encoding/binary"
	"slices"

	fast "github.com/segmentio/asm/base64"
	"golang.org/x/sys/cpu"
)

// Records come and go in base64, which the standard library decodes and encodes at
// about one byte a nanosecond: more than all else that a record of 100 bytes costs
// here. These two are two to four times as fast, by tables, and leave the ends of the
// text, with all that can be wrong there, to the standard library. Where the processor
// has AVX2, a library decodes longer texts another six times as fast, with the same ends.

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// strictBase64 refuses bits that no byte needs, as Kinesis does.
var strictBase64 = base64.StdEncoding.Strict()

// fastBase64 is strictBase64 by AVX2, for texts that are long enough to be worth its call.
var fastBase64 = fast.StdEncoding.Strict()

const fastFrom = 96

var (
	// base64Values is what a character stands for, by its place in a group of four,
	// shifted to where it belongs in 24 bits; notBase64 for one that is not of the alphabet.
	base64Values [4][256]uint32
	// base64Pairs is the two characters, the first in the low byte, for 12 bits.
	base64Pairs [1 << 12]uint16
)

const notBase64 = 1 << 31

func init() {
	for place := range base64Values {
		for c := range base64Values[place] {
			base64Values[place][c] = notBase64
		}
		for v, c := range []byte(base64Alphabet) {
			base64Values[place][c] = uint32(v) << (18 - 6*place)
		}
	}
	for v := range base64Pairs {
		base64Pairs[v] = uint16(base64Alphabet[v>>6]) | uint16(base64Alphabet[v&63])<<8
	}
}

// decodeBase64 decodes src, in the strict standard form, into dst, which has room
// for it, and returns how many bytes that were. Line ends in src are passed over
// only near its end, so a caller who compares with base64Size finds them.
func decodeBase64(dst, src []byte) (int, bool) {
	if cpu.X86.HasAVX2 && len(src) >= fastFrom && len(dst) >= len(src)/4*3-2 {
		n, err := fastBase64.Decode(dst, src)
		return n, err == nil
	}
	v, n := &base64Values, 0
	for len(src) >= 8 && len(dst)-n >= 8 {
		s := src[:8:8]
		x := v[0][s[0]] | v[1][s[1]] | v[2][s[2]] | v[3][s[3]]
		y := v[0][s[4]] | v[1][s[5]] | v[2][s[6]] | v[3][s[7]]
		if (x|y)&notBase64 != 0 {
			break // the padding, or a fault
		}
		binary.BigEndian.PutUint64(dst[n:], uint64(x)<<40|uint64(y)<<16)
		src, n = src[8:], n+6
	}
	for len(src) > 4 && len(dst)-n >= 3 {
		x := v[0][src[0]] | v[1][src[1]] | v[2][src[2]] | v[3][src[3]]
		if x&notBase64 != 0 {
			break
		}
		dst[n], dst[n+1], dst[n+2] = byte(x>>16), byte(x>>8), byte(x)
		src, n = src[4:], n+3
	}
	rest, err := strictBase64.Decode(dst[n:], src)
	return n + rest, err == nil
}

// appendBase64 appends the base64 of src.
func appendBase64(dst, src []byte) []byte {
	at := len(dst)
	end := at + base64.StdEncoding.EncodedLen(len(src))
	dst = slices.Grow(dst, end-at)[:end]
	p := &base64Pairs
	for len(src) >= 8 { // six of them are read
		x := binary.BigEndian.Uint64(src)
		binary.LittleEndian.PutUint64(dst[at:], uint64(p[x>>52])|uint64(p[x>>40&0xfff])<<16|uint64(p[x>>28&0xfff])<<32|uint64(p[x>>16&0xfff])<<48)
		src, at = src[6:], at+8
	}
	base64.StdEncoding.Encode(dst[at:], src)
	return dst
}
