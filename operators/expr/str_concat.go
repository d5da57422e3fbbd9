package expr

import (
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

func concatFunctions() []*Function {
	pipes := define("||(a VARCHAR, b VARCHAR...) -> VARCHAR", textRow(concat), "", "", "").total()
	pipes.Kind = Operator
	pipes.each(func(o *overload) { o.print = infix })
	return family(pipes.as(),
		define("CONCAT(a VARCHAR[, b VARCHAR]...) -> VARCHAR", textRow(concat),
			"All arguments joined; NULL if one is NULL.", "CONCAT('a', 1, 'b')", "a1b").total().as(),
		define("CONCAT_WS(separator VARCHAR, a VARCHAR[, b VARCHAR]...) -> VARCHAR", textRow(concatWith),
			"All arguments but NULLs joined with a separator between them.", "CONCAT_WS(',', 'a', NULL, 'b')", "a,b").total().nullable().as(),
		define("ELT(n BIGINT, a VARCHAR[, b VARCHAR]...) -> VARCHAR", textRow(elt),
			"Text number n of the list; NULL if there is none.", "ELT(2, 'a', 'b', 'c')", "b").total().nullable().as(),
		define("QUOTE(text VARCHAR) -> VARCHAR", textRow(quote),
			"Text as a literal of SQL; the word NULL for NULL.", `QUOTE('it''s')`, `'it\'s'`).total().nullable().as(),
		define("FORMAT(x DOUBLE, decimals BIGINT) -> VARCHAR", textRow(formatFloat),
			"A number with decimals digits after the point and commas between thousands.", "FORMAT(1234567.891, 2)", "1,234,567.89").
			or("FORMAT(x DECIMAL, decimals BIGINT) -> VARCHAR", textRow(formatDecimal)).total().as(),
	)
}

func concat(r *row, dst []byte) []byte {
	for k := range r.f.args {
		dst = append(dst, r.text(k)...)
	}
	return dst
}

func concatWith(r *row, dst []byte) []byte {
	if !r.valid(0) {
		r.null()
		return dst
	}
	some := false
	for k := 1; k < r.count(); k++ {
		if !r.valid(k) {
			continue
		}
		if some {
			dst = append(dst, r.text(0)...)
		}
		dst, some = append(dst, r.text(k)...), true
	}
	return dst
}

func elt(r *row, dst []byte) []byte {
	if !r.valid(0) || r.int(0) < 1 || r.int(0) >= int64(r.count()) || !r.valid(int(r.int(0))) {
		r.null()
		return dst
	}
	return append(dst, r.text(int(r.int(0)))...)
}

func quote(r *row, dst []byte) []byte {
	if !r.valid(0) {
		return append(dst, "NULL"...)
	}
	dst = append(dst, '\'')
	for _, c := range r.text(0) {
		switch c {
		case '\'', '\\':
			dst = append(dst, '\\', c)
		case 0:
			dst = append(dst, `\0`...)
		case 26:
			dst = append(dst, `\Z`...)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '\'')
}

// maxDecimals is the most digits that FORMAT writes after the point, as in MySQL.
const maxDecimals = 30

func formatFloat(r *row, dst []byte) []byte {
	decimals := int(min(max(r.int(1), 0), maxDecimals))
	x := r.float(0)
	if math.Abs(x) < 1e15 && decimals <= 6 {
		x = roundTo(x, int64(decimals))
	}
	return appendThousands(dst, strconv.AppendFloat(nil, x, 'f', decimals, 64))
}

func formatDecimal(r *row, dst []byte) []byte {
	decimals, scale := int(min(max(r.int(1), 0), maxDecimals)), r.typ(0).Scale
	v, zeros := r.dec(0), 0
	if decimals > scale {
		zeros, decimals = decimals-scale, scale
	}
	v, _ = rescale(v, scale, decimals)
	text := appendDecimal(nil, v, decimals)
	if zeros > 0 && decimals == 0 {
		text = append(text, '.')
	}
	for range zeros {
		text = append(text, '0')
	}
	return appendThousands(dst, text)
}

// appendThousands copies a number, putting commas in.
func appendThousands(dst, number []byte) []byte {
	if number[0] == '-' {
		dst, number = append(dst, '-'), number[1:]
	}
	whole := 0
	for whole < len(number) && number[whole] != '.' {
		whole++
	}
	for i, c := range number[:whole] {
		if i > 0 && (whole-i)%3 == 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, c)
	}
	return append(dst, number[whole:]...)
}

// roundTo rounds halves away from zero to a number of digits after the point,
// which may be negative.
func roundTo(x float64, digits int64) float64 {
	if digits > 22 || x == 0 {
		return x
	}
	if digits < -308 {
		return 0
	}
	p := math.Pow10(int(max(digits, -digits)))
	if digits < 0 {
		return math.Round(x/p) * p
	}
	scaled := x * p
	if math.IsInf(scaled, 0) || math.Abs(scaled) >= 1<<53 {
		return x
	}
	return math.Round(scaled) / p
}

// truncateTo is roundTo that drops digits.
func truncateTo(x float64, digits int64) float64 {
	if digits > 22 || x == 0 {
		return x
	}
	if digits < -308 {
		return 0
	}
	p := math.Pow10(int(max(digits, -digits)))
	if digits < 0 {
		return math.Trunc(x/p) * p
	}
	if scaled := x * p; math.Abs(scaled) < 1<<53 {
		return math.Trunc(scaled) / p
	}
	return x
}

// truncateDecimal drops the digits of v behind a scale.
func truncateDecimal(v decimal128.Num, drop int) decimal128.Num {
	if drop >= maxDigits {
		return decimal128.Num{}
	}
	q, _ := v.Div(decimal128.GetScaleMultiplier(drop))
	return q
}
