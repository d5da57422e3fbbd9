package text

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// maxExponent bounds what an exponent may ask for.
const maxExponent = 80

func putDecimal(t batch.Type) putter {
	return func(out *batch.Builder, col int, field []byte) string {
		if n, ok := shortDecimal(field, t.Scale); ok && decimal128.FromI64(n).FitsInPrecision(int32(t.Precision)) {
			out.Cols[col].Dec = append(out.Cols[col].Dec, decimal128.FromI64(n))
			return ""
		}
		d, ok := digits(bytes.TrimSpace(field))
		if !ok {
			return notA(field, t)
		}
		n, ok := d.scaled(t.Scale)
		if !ok || !n.FitsInPrecision(int32(t.Precision)) {
			return outOfRange(field, t)
		}
		out.Cols[col].Dec = append(out.Cols[col].Dec, n)
		return ""
	}
}

// shortDecimal parses the common case exactly: [-]digits[.digits], no digit
// beyond the scale, and at most 18 digits with the scale's zeros.
func shortDecimal(s []byte, scale int) (n int64, ok bool) {
	negative := len(s) > 1 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	fraction, point := 0, false
	for _, c := range s {
		if c == '.' && !point {
			point = true
			continue
		}
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
		if point {
			fraction++
		}
	}
	if len(s)+scale > 18 || fraction > scale || len(s) == 0 || s[len(s)-1] == '.' {
		return 0, false
	}
	for ; fraction < scale; fraction++ {
		n *= 10
	}
	if negative {
		n = -n
	}
	return n, true
}

// number is digits * 10^-scale.
type number struct {
	negative bool
	digits   []byte
	scale    int
}

// digits splits [+-]digits[.digits][e[+-]digits].
func digits(s []byte) (n number, ok bool) {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		n.negative, s = s[0] == '-', s[1:]
	}
	mantissa, exponent := s, []byte(nil)
	if i := bytes.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i+1:]
		if len(exponent) == 0 {
			return n, false
		}
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte{'.'})
	n.digits = append(append(n.digits, whole...), fraction...)
	n.scale = len(fraction)
	for _, c := range n.digits {
		if c < '0' || c > '9' {
			return n, false
		}
	}
	if exponent != nil {
		var e int
		if _, err := fmt.Sscanf(string(exponent)+"\n", "%d\n", &e); err != nil || e > 1e6 || e < -1e6 {
			return n, false
		}
		n.scale -= e
	}
	return n, len(n.digits) > 0
}

// scaled returns the number times 10^scale, rounded half away from zero.
func (n number) scaled(scale int) (decimal128.Num, bool) {
	digits := bytes.TrimLeft(n.digits, "0")
	if len(digits) == 0 {
		return decimal128.Num{}, true
	}
	shift := scale - n.scale
	if shift > maxExponent || len(digits)+shift > maxExponent {
		return decimal128.Num{}, false
	}
	up := false
	if cut := -shift; cut > 0 {
		if cut > len(digits) {
			return decimal128.Num{}, true
		}
		up = digits[len(digits)-cut] >= '5'
		digits, shift = digits[:len(digits)-cut], 0
	}
	return n.join(digits, shift, up)
}

func (n number) join(digits []byte, zeros int, up bool) (decimal128.Num, bool) {
	if len(digits)+zeros > 38 {
		return decimal128.Num{}, false
	}
	digits = append(digits, bytes.Repeat([]byte{'0'}, zeros)...)
	v := new(big.Int)
	if len(digits) > 0 {
		v.SetString(string(digits), 10)
	}
	if up {
		v.Add(v, big.NewInt(1))
	}
	if n.negative {
		v.Neg(v)
	}
	return decimal128.FromBigInt(v), true
}
