package json

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// maxDigits is how many decimal digits an int64 surely holds.
const maxDigits = 18

var powers = func() (p [maxDigits + 1]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// digitsOf returns how many of the eight bytes of w, from the lowest, are
// digits, and the digits' values in their places.
func digitsOf(w uint64) (values uint64, n int) {
	values = w ^ '0'*low
	m := ((values + (0x80-10)*low) | values) & high // the lowest bit set is exact
	return values, bits.TrailingZeros64(m) >> 3
}

// eight makes a number of eight digits' values, the first in the lowest byte.
func eight(values uint64) uint64 {
	values = values*10 + values>>8
	const mask = 0x000000ff_000000ff
	return ((values&mask)*(100+1_000_000<<32) + (values>>16&mask)*(1+10_000<<32)) >> 32
}

// leading reads the digits that b starts with. With more than maxDigits the
// value is void.
func leading(b []byte) (v uint64, n int) {
	if len(b) >= 16 {
		values, k := digitsOf(binary.LittleEndian.Uint64(b))
		if k < 8 {
			return eight(values << (64 - 8*k)), k
		}
		v = eight(values)
		values, k = digitsOf(binary.LittleEndian.Uint64(b[8:]))
		if k < 8 {
			return v*powers[k] + eight(values<<(64-8*k)), 8 + k
		}
		v, n = v*powers[8]+eight(values), 16
	}
	for ; n < len(b) && b[n]-'0' <= 9; n++ {
		v = v*10 + uint64(b[n]-'0')
	}
	return v, n
}

// shortNumber reads an integer of at most maxDigits at i that is written as such.
// end is 0 where there is something else.
func shortNumber(b []byte, i int) (x int64, end int) {
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	if i >= len(b) {
		return 0, 0
	}
	u, k := leading(b[i:])
	if end = i + k; k == 0 || k > maxDigits || k > 1 && b[i] == '0' || end >= len(b) || b[end] == '.' || b[end]|0x20 == 'e' {
		return 0, 0
	}
	if negative {
		return -int64(u), end
	}
	return int64(u), end
}

// decimalText is a number taken apart: digits times ten to the exp.
type decimalText struct {
	negative bool
	digits   []byte // without zeros at either end; none: zero
	exp      int
}

// hugeExp stands for any exponent that no type can hold.
const hugeExp = 1 << 20

// takeApart splits a valid number. The digits are a copy where there is a point.
func takeApart(raw []byte) (d decimalText) {
	if raw[0] == '-' {
		d.negative, raw = true, raw[1:]
	}
	end := 0
	for end < len(raw) && raw[end] != 'e' && raw[end] != 'E' {
		end++
	}
	if end < len(raw) {
		d.exp = exponent(raw[end+1:])
	}
	d.digits = raw[:end]
	for i, c := range d.digits {
		if c == '.' {
			d.exp -= end - i - 1
			d.digits = append(append(make([]byte, 0, end), raw[:i]...), raw[i+1:end]...)
			break
		}
	}
	d.trim()
	return d
}

func (d *decimalText) trim() {
	for len(d.digits) > 0 && d.digits[0] == '0' {
		d.digits = d.digits[1:]
	}
	for len(d.digits) > 0 && d.digits[len(d.digits)-1] == '0' {
		d.digits = d.digits[:len(d.digits)-1]
		d.exp++
	}
}

func exponent(b []byte) int {
	n, err := strconv.Atoi(string(b))
	if err != nil && b[0] == '-' {
		return -hugeExp
	}
	if err != nil {
		return hugeExp
	}
	return max(-hugeExp, min(n, hugeExp))
}

// integer reads a valid number that may be written with a point or an exponent.
func integer(raw []byte) (v int64, problem string) {
	d := takeApart(raw)
	switch {
	case len(d.digits) == 0:
		return 0, ""
	case d.exp < 0:
		return 0, "has a fraction"
	case len(d.digits)+d.exp > 19:
		return 0, outOfRange
	}
	v, err := strconv.ParseInt(d.padded(), 10, 64)
	if err != nil {
		return 0, outOfRange
	}
	return v, ""
}

const outOfRange = "does not fit"

// padded writes the integer with all its zeros.
func (d *decimalText) padded() string {
	text := make([]byte, 0, 48)
	if d.negative {
		text = append(text, '-')
	}
	text = append(text, d.digits...)
	for range d.exp {
		text = append(text, '0')
	}
	return string(text)
}

// decimal reads a valid number as a DECIMAL, rounded half away from zero.
func decimal(raw []byte, precision, scale int) (v decimal128.Num, problem string) {
	d := takeApart(raw)
	d.exp += scale
	if d.exp < 0 {
		d.round()
	}
	if len(d.digits) == 0 {
		return v, ""
	}
	if len(d.digits)+d.exp > precision {
		return v, outOfRange
	}
	text := d.padded()
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return decimal128.FromI64(n), ""
	}
	n, _ := new(big.Int).SetString(text, 10)
	return decimal128.FromBigInt(n), ""
}

// round makes an integer of a number with a negative exponent.
func (d *decimalText) round() {
	keep := len(d.digits) + d.exp
	d.exp = 0
	if keep < 0 {
		d.digits = nil
		return
	}
	up := d.digits[keep] >= '5'
	kept := append([]byte{'0'}, d.digits[:keep]...)
	for i := len(kept) - 1; up; i-- {
		if kept[i]++; kept[i] <= '9' {
			break
		}
		kept[i] = '0'
	}
	d.digits = kept
	d.trim()
}

// exactPowers are the powers of ten that a float64 holds exactly.
var exactPowers = [...]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
}

// maxExact is the most digits whose number a float64 holds exactly.
const maxExact = 15

// simpleFloat reads the number that b starts with if it has no exponent and at
// most maxExact digits, so that one division rounds right. n is 0 if it is not
// such a number, or is none at all.
func simpleFloat(b []byte) (f float64, n int) {
	if len(b) > 0 && b[0] == '-' {
		f, n = simpleFloat(b[1:])
		if n == 0 || b[1] == '-' {
			return 0, 0
		}
		return -f, n + 1
	}
	whole, n := leading(b)
	if n == 0 || n > maxExact || b[0] == '0' && n > 1 {
		return 0, 0
	}
	if n == len(b) || b[n] != '.' {
		if n < len(b) && b[n]|0x20 == 'e' {
			return 0, 0
		}
		return float64(whole), n
	}
	part, k := leading(b[n+1:])
	end := n + 1 + k
	if k == 0 || n+k > maxExact || end < len(b) && b[end]|0x20 == 'e' {
		return 0, 0
	}
	return float64(whole*powers[k]+part) / exactPowers[k], end
}

// float reads a valid number.
func float(raw []byte) (f float64, problem string) {
	if f, n := simpleFloat(raw); n == len(raw) {
		return f, ""
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return 0, outOfRange
	}
	return f, ""
}
