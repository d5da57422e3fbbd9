package shard

import (
	"cmp"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
)

// Hash is a 128-bit hash key.
type Hash struct{ Hi, Lo uint64 }

// MaxHash is the greatest hash key, 2^128-1.
var MaxHash = Hash{^uint64(0), ^uint64(0)}

// HashKey is the hash of a partition key: the MD5 of its UTF-8, read as a big-endian
// number (Kinesis Data Streams API reference, PutRecord).
func HashKey(key []byte) Hash {
	sum := md5.Sum(key)
	return Hash{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])}
}

// ErrHash says that a text is no hash key.
var ErrHash = errors.New("want a decimal number from 0 to 2^128-1 without leading zeros")

// ParseHash reads a hash key from its decimal form, without sign or leading zeros.
func ParseHash(text string) (Hash, error) {
	if text == "" || len(text) > 39 || (text[0] == '0' && len(text) > 1) {
		return Hash{}, ErrHash
	}
	var h Hash
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return Hash{}, ErrHash
		}
		over, lo := bits.Mul64(h.Lo, 10)
		far, hi := bits.Mul64(h.Hi, 10)
		lo, carry := bits.Add64(lo, uint64(c-'0'), 0)
		hi, carry = bits.Add64(hi, over, carry)
		if far != 0 || carry != 0 {
			return Hash{}, ErrHash
		}
		h = Hash{hi, lo}
	}
	return h, nil
}

// Big returns the key as a big integer.
func (h Hash) Big() *big.Int {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], h.Hi)
	binary.BigEndian.PutUint64(b[8:], h.Lo)
	return new(big.Int).SetBytes(b[:])
}

// String is the decimal form.
func (h Hash) String() string { return h.Big().String() }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(b []byte) (err error) {
	*h, err = ParseHash(string(b))
	return err
}

// Compare orders hash keys as numbers.
func (h Hash) Compare(other Hash) int {
	return cmp.Or(cmp.Compare(h.Hi, other.Hi), cmp.Compare(h.Lo, other.Lo))
}

// Next is h+1, which wraps to 0.
func (h Hash) Next() Hash {
	lo, carry := bits.Add64(h.Lo, 1, 0)
	return Hash{h.Hi + carry, lo}
}

// Previous is h-1, which wraps to MaxHash.
func (h Hash) Previous() Hash {
	lo, borrow := bits.Sub64(h.Lo, 1, 0)
	return Hash{h.Hi - borrow, lo}
}

// HashRange is the hash keys from Start to End, both included.
type HashRange struct{ Start, End Hash }

// Contains reports whether a key is in the range.
func (r HashRange) Contains(h Hash) bool {
	return r.Start.Compare(h) <= 0 && h.Compare(r.End) <= 0
}

// String shows both ends.
func (r HashRange) String() string { return fmt.Sprintf("[%s, %s]", r.Start, r.End) }

// EvenRanges splits all hash keys into n ranges the way CreateStream does: range i
// starts at floor(2^128/n)*i, and the last ends at 2^128-1.
func EvenRanges(n int) []HashRange {
	total := new(big.Int).Lsh(big.NewInt(1), 128)
	step := new(big.Int).Div(total, big.NewInt(int64(n)))
	out := make([]HashRange, n)
	for i := range out {
		out[i].Start = fromBig(new(big.Int).Mul(step, big.NewInt(int64(i))))
		if i > 0 {
			out[i-1].End = out[i].Start.Previous()
		}
	}
	out[n-1].End = MaxHash
	return out
}

// fromBig converts a number below 2^128.
func fromBig(n *big.Int) Hash {
	var b [16]byte
	n.FillBytes(b[:])
	return Hash{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}
