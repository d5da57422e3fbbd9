package shard

import (
	"encoding/binary"
	"math/bits"
)

// Decimal is a sequence number ready to be printed. The numbers of records that
// follow each other in a shard, in the same second, differ by 2^80: Next adds it
// in place, so a run of them costs no big integers and no divisions by 10^16.
type Decimal struct {
	limbs [4]uint64 // to the base of limbBase, least first
}

const (
	limbBase = 10_000_000_000_000_000
	// 2^80, the weight of the counter's lowest bit, to the base of limbBase.
	stepLow, stepHigh = (1 << 80) % limbBase, (1 << 80) / limbBase
)

// Decimal returns the number for printing.
func (q Sequence) Decimal() Decimal {
	w := q.words()
	var d Decimal
	for i := range d.limbs {
		var rest uint64
		for j := len(w) - 1; j >= 0; j-- {
			w[j], rest = bits.Div64(rest, w[j], limbBase)
		}
		d.limbs[i] = rest
	}
	return d
}

// words is the number in binary, least first.
func (q Sequence) words() [3]uint64 {
	return [3]uint64{
		2 | uint64(q.Shard)<<4 | uint64(q.Time)<<36,
		uint64(q.Time)>>28 | q.Counter<<16,
		q.Counter>>48 | uint64(q.Shard&0xf)<<16 | uint64(q.Created)<<20 | 2<<56,
	}
}

// Next makes it the number of the next record of the shard, if that arrives in the
// same second.
func (d *Decimal) Next() {
	var over uint64
	d.limbs[0], over = wrap(d.limbs[0] + stepLow)
	d.limbs[1], over = wrap(d.limbs[1] + stepHigh + over)
	d.limbs[2], over = wrap(d.limbs[2] + over)
	d.limbs[3] += over
}

// wrap carries what a sum of two limbs is beyond the base.
func wrap(sum uint64) (limb, over uint64) {
	if sum >= limbBase {
		return sum - limbBase, 1
	}
	return sum, 0
}

// DecimalDigits is how many digits a sequence number has: they all begin with the
// hexadecimal digit 2.
const DecimalDigits = 56

// Append appends the 56 digits.
func (d *Decimal) Append(dst []byte) []byte {
	var b [DecimalDigits]byte
	put8(b[0:], d.limbs[3])
	for i, at := 2, 8; i >= 0; i, at = i-1, at+16 {
		put8(b[at:], d.limbs[i]/100_000_000)
		put8(b[at+8:], d.limbs[i]%100_000_000)
	}
	return append(dst, b[:]...)
}

// put8 writes a number below 10^8 with its leading zeros. It splits it into halves,
// quarters and digits, all parts at once in one word; the factors are reciprocals of 100 and
// 10 that are exact for numbers of four and two digits.
func put8(b []byte, n uint64) {
	x := n/10_000 | n%10_000<<32
	q := x * 10486 >> 20 & 0x7f_0000_007f
	x = q | (x-100*q)<<16
	q = x * 103 >> 10 & 0x000f_000f_000f_000f
	x = q | (x-10*q)<<8
	binary.LittleEndian.PutUint64(b, x|0x3030303030303030)
}
