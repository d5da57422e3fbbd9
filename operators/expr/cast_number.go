package expr

import (
	"math"
	"math/big"
	"strconv"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// rangeOf is the least and the greatest value of an integer type.
func rangeOf(t batch.Type) (low, high int64) {
	bits := map[batch.TypeID]uint{batch.TinyInt: 7, batch.SmallInt: 15, batch.Integer: 31, batch.BigInt: 63}[t.ID]
	high = int64(1)<<bits - 1
	return -high - 1, high
}

func castInteger(from, to batch.Type) maker {
	low, high := rangeOf(to)
	read := integerReader(from)
	if read == nil {
		return nil
	}
	return intRow(func(r *row) int64 {
		v, why, ok := read(r)
		if r.isNull {
			return 0
		}
		if ok && (v < low || v > high) {
			ok, why = false, outOfRange
		}
		if !ok {
			r.badCast(why)
		}
		return v
	})
}

// integerReader reads argument 0 as an integer, rounding halves away from zero.
func integerReader(from batch.Type) func(r *row) (v int64, why string, ok bool) {
	switch {
	case from.IsInteger():
		return func(r *row) (int64, string, bool) { return r.int(0), "", true }
	case from.ID == batch.Boolean:
		return func(r *row) (int64, string, bool) { return bit(r.bool(0)), "", true }
	case from.IsFloat():
		return func(r *row) (int64, string, bool) {
			v := math.Round(r.float(0))
			return int64(v), outOfRange, v >= -1<<63 && v < 1<<63
		}
	case from.ID == batch.Decimal:
		return func(r *row) (int64, string, bool) {
			v, _ := rescale(r.dec(0), from.Scale, 0)
			return int64(v.LowBits()), outOfRange, fitsInt(v)
		}
	case isText(from):
		return func(r *row) (int64, string, bool) {
			text, isJSON := r.words()
			v, ok := scanInt(text)
			if !ok && isJSON {
				v, ok = roundedInt(text)
			}
			return v, "", ok
		}
	}
	return nil
}

// roundedInt reads a number with a fraction or an exponent as an integer.
func roundedInt(text []byte) (int64, bool) {
	d, ok := scanDecimal(text)
	if !ok || d.digits > maxDigits || d.scale > maxDigits {
		return 0, false
	}
	v, _ := rescale(d.num, d.scale, 0)
	return int64(v.LowBits()), fitsInt(v)
}

// scanInt reads [+-]digits within 64 bits.
func scanInt(s []byte) (int64, bool) {
	neg, i := false, 0
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg, i = s[0] == '-', 1
	}
	if i == len(s) {
		return 0, false
	}
	var v uint64
	for ; i < len(s); i++ {
		d := uint64(s[i] - '0')
		if d > 9 || v > (1<<63)/10 {
			return 0, false
		}
		v = v*10 + d
	}
	if neg {
		return -int64(v), v <= 1<<63
	}
	return int64(v), v < 1<<63
}

func castFloat(from, to batch.Type) maker {
	read := floatReader(from)
	if read == nil {
		return nil
	}
	isReal := to.ID == batch.Real
	return always(func(f *frame) {
		eachRow(f, func(r *row, i int) {
			v, ok := read(r)
			if r.isNull {
				v, ok = 0, true
			}
			if isReal {
				v = float64(float32(v))
			}
			if math.IsInf(v, 0) || math.IsNaN(v) {
				ok = false
			}
			f.out.F64[i] = v
			if !ok {
				r.badCast("")
			}
		})
	})
}

func floatReader(from batch.Type) func(r *row) (float64, bool) {
	switch {
	case from.IsInteger():
		return func(r *row) (float64, bool) { return float64(r.int(0)), true }
	case from.ID == batch.Boolean:
		return func(r *row) (float64, bool) { return float64(bit(r.bool(0))), true }
	case from.IsFloat():
		return func(r *row) (float64, bool) { return r.float(0), true }
	case from.ID == batch.Decimal:
		return func(r *row) (float64, bool) { return decimalFloat(r.dec(0), from.Scale), true }
	case isText(from):
		return func(r *row) (float64, bool) {
			text, _ := r.words()
			return parseFloat(text)
		}
	}
	return nil
}

// decimalFloat is the DOUBLE nearest to a DECIMAL.
func decimalFloat(v decimal128.Num, scale int) float64 {
	if fitsInt(v) && scale <= 22 {
		if n := int64(v.LowBits()); n < 1<<53 && n > -1<<53 {
			return float64(n) / math.Pow10(scale)
		}
	}
	out, _ := parseFloat(appendDecimal(nil, v, scale))
	return out
}

// parseFloat reads a decimal number; hexadecimal, underscores, Inf and NaN are refused.
func parseFloat(s []byte) (float64, bool) {
	for _, c := range s {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(s), len(s)), 64)
	return v, err == nil
}

func castDecimal(from, to batch.Type) maker {
	read := decimalReader(from, to)
	if read == nil {
		return nil
	}
	limit := decimal128.GetScaleMultiplier(min(to.Precision, maxDigits))
	return decimalRow(func(r *row) decimal128.Num {
		v, why, ok := read(r)
		if r.isNull {
			return decimal128.Num{}
		}
		if ok && v.Abs().GreaterEqual(limit) {
			ok, why = false, outOfRange
		}
		if !ok {
			r.badCast(why)
		}
		return v
	})
}

func decimalReader(from, to batch.Type) func(r *row) (v decimal128.Num, why string, ok bool) {
	rescaled := func(v decimal128.Num, scale int) (decimal128.Num, string, bool) {
		out, ok := rescale(v, scale, to.Scale)
		return out, outOfRange, ok
	}
	switch {
	case from.IsInteger():
		return func(r *row) (decimal128.Num, string, bool) { return rescaled(decimal128.FromI64(r.int(0)), 0) }
	case from.ID == batch.Boolean:
		return func(r *row) (decimal128.Num, string, bool) { return rescaled(decimal128.FromI64(bit(r.bool(0))), 0) }
	case from.ID == batch.Decimal:
		return func(r *row) (decimal128.Num, string, bool) { return rescaled(r.dec(0), from.Scale) }
	case from.IsFloat():
		return func(r *row) (decimal128.Num, string, bool) {
			return textDecimal(strconv.AppendFloat(nil, r.float(0), 'g', -1, 64), to.Scale)
		}
	case isText(from):
		return func(r *row) (decimal128.Num, string, bool) {
			text, _ := r.words()
			return textDecimal(text, to.Scale)
		}
	}
	return nil
}

// textDecimal reads a number and rounds it to a scale.
func textDecimal(text []byte, scale int) (decimal128.Num, string, bool) {
	d, ok := scanDecimal(text)
	switch {
	case !ok:
		return decimal128.Num{}, "", false
	case d.digits <= maxDigits && d.scale <= maxDigits:
		v, ok := rescale(d.num, d.scale, scale)
		return v, outOfRange, ok
	}
	f, _, err := big.ParseFloat(string(text), 10, 256, big.ToNearestEven)
	if err != nil {
		return decimal128.Num{}, "", false
	}
	f.Mul(f, new(big.Float).SetPrec(256).SetInt(pow10(scale)))
	half := big.NewFloat(0.5)
	if f.Sign() < 0 {
		half.Neg(half)
	}
	whole, _ := f.Add(f, half).Int(nil)
	v, code := narrow(whole)
	return v, outOfRange, code == ""
}

// rescale changes the scale, rounding halves away from zero; false: too large.
func rescale(v decimal128.Num, from, to int) (decimal128.Num, bool) {
	if from == to {
		return v, true
	}
	if to > from {
		if up, ok := upscale(v, to-from); ok {
			return up, true
		}
		out, code := narrow(scaled(v, to-from))
		return out, code == ""
	}
	if fitsInt(v) && from-to <= 18 {
		return decimal128.FromI64(divRound(int64(v.LowBits()), pow10int(from-to))), true
	}
	out, code := narrow(quoRound(v.BigInt(), pow10(from-to)))
	return out, code == ""
}

func pow10int(n int) int64 {
	v := int64(1)
	for range n {
		v *= 10
	}
	return v
}

// divRound divides by a positive number, rounding halves away from zero.
func divRound(a, b int64) int64 {
	q, r := a/b, a%b
	switch {
	case r >= b-r && r > 0:
		return q + 1
	case r < 0 && -r >= b+r:
		return q - 1
	}
	return q
}

// appendUnsigned writes a number that is not negative.
func appendUnsigned(dst []byte, v decimal128.Num) []byte {
	if v.HighBits() == 0 {
		return strconv.AppendUint(dst, v.LowBits(), 10)
	}
	return v.BigInt().Append(dst, 10)
}

// appendFloat writes the shortest text that reads back as v, with an exponent
// below 1e-5 and from 1e15 on.
func appendFloat(dst []byte, v float64, single bool) []byte {
	bits := 64
	if single {
		bits = 32
	}
	if a := math.Abs(v); a != 0 && (a < 1e-5 || a >= 1e15) {
		return appendExponent(dst, v, bits)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}

// appendExponent writes 1e20 where strconv has 1e+20, and 1e-7 where it has 1e-07.
func appendExponent(dst []byte, v float64, bits int) []byte {
	text := strconv.FormatFloat(v, 'e', -1, bits)
	for i := 0; i < len(text); i++ {
		c := text[i]
		dst = append(dst, c)
		if c != 'e' {
			continue
		}
		if text[i+1] == '-' {
			dst = append(dst, '-')
		}
		i++
		if text[i+1] == '0' {
			i++
		}
	}
	return dst
}

// appendIntLane writes a value of LaneInt by its type.
func appendIntLane(dst []byte, t batch.Type, v int64) []byte {
	switch t.ID {
	case batch.Date:
		return appendDate(dst, v)
	case batch.Time:
		return appendTime(dst, v)
	case batch.Timestamp:
		return appendTimestamp(dst, v)
	case batch.IntervalDay, batch.IntervalMonth:
		return append(dst, intervalText(t, v)...)
	}
	return strconv.AppendInt(dst, v, 10)
}
