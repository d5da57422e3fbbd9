package expr

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// maxDigits is the most digits that a DECIMAL has.
const maxDigits = 38

// NewLiteral returns a constant of type t. v is nil for NULL, or by the lane of
// t: bool, int64 (also days, microseconds, months), float64, string or []byte,
// decimal128.Num. ARRAY and ROW have no literals but NULL.
func NewLiteral(v any, t batch.Type, at int) *Literal {
	out := batch.Vector{Type: t, Len: 1, Const: true}
	makeLane(&out, 1)
	switch v := v.(type) {
	case nil:
		out.Valid = []bool{false}
		if t.Lane() == batch.LaneBytes {
			out.Off = append(out.Off, 0)
		}
	case bool:
		out.Bool[0] = v
	case int64:
		out.I64[0] = v
	case int:
		out.I64[0] = int64(v)
	case float64:
		out.F64[0] = v
	case decimal128.Num:
		out.Dec[0] = v
	case string:
		out.AppendBytes([]byte(v))
	case []byte:
		out.AppendBytes(v)
	default:
		panic(fmt.Sprintf("expr: a literal of %T", v))
	}
	out.Len = 1
	return &Literal{Value: out, At: at}
}

// Null returns a bare NULL.
func Null(at int) *Literal { return NewLiteral(nil, batch.Of(batch.Null), at) }

// literalOf makes a literal of the first row of a vector, copying it.
func literalOf(v *batch.Vector, t batch.Type, at int) *Literal {
	return NewLiteral(valueAt(v, 0), t, at)
}

// valueAt returns a row as NewLiteral takes it, copied.
func valueAt(v *batch.Vector, i int) any {
	if !v.IsValid(i) {
		return nil
	}
	switch v.Type.Lane() {
	case batch.LaneInt:
		return v.I64[v.At(i)]
	case batch.LaneFloat:
		return v.F64[v.At(i)]
	case batch.LaneBool:
		return v.Bool[v.At(i)]
	case batch.LaneDecimal:
		return v.Dec[v.At(i)]
	case batch.LaneBytes:
		return string(v.Bytes(i))
	}
	return nil
}

// ParseDecimal reads a decimal number such as -12.50, with an optional exponent,
// exactly. The type has the digits and the scale as written, up to 38.
func ParseDecimal(s string) (decimal128.Num, batch.Type, error) {
	d, ok := scanDecimal([]byte(s))
	if !ok {
		return decimal128.Num{}, batch.Type{}, fmt.Errorf("%q is not a decimal number", s)
	}
	if d.scale > maxDigits || d.digits > maxDigits {
		return decimal128.Num{}, batch.Type{}, fmt.Errorf("%s has more than %d digits", s, maxDigits)
	}
	return d.num, batch.DecimalOf(max(d.digits, d.scale, 1), d.scale), nil
}

// scanned is a decimal number as written.
type scanned struct {
	num    decimal128.Num
	digits int // significant, without leading zeros
	scale  int // digits after the point
}

// scanDecimal reads [+-]digits[.digits][e[+-]digits]. Digits beyond the 38 that
// fit are reported by digits > 38, and num is then without meaning.
func scanDecimal(s []byte) (d scanned, ok bool) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	seen, point := false, false
	var acc decimal128.Num
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if point {
			d.scale++
		}
		if d.digits > 0 || c != '0' {
			d.digits++
		}
		if d.digits <= maxDigits {
			acc = mulAdd10(acc, uint64(c-'0'))
		}
	}
	if !seen {
		return d, false
	}
	d.num = acc
	if neg {
		d.num = acc.Negate()
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		return d.exponent(s[i+1:])
	}
	return d, i == len(s)
}

// exponent moves the point by a written exponent.
func (d scanned) exponent(s []byte) (scanned, bool) {
	exp, ok := scanInt(s)
	if !ok || exp < -1000 || exp > 1000 {
		return d, false
	}
	d.scale -= int(exp)
	for ; d.scale < 0; d.scale++ {
		if d.digits > 0 {
			d.digits++
		}
		if d.digits <= maxDigits {
			d.num = d.num.Mul(decimal128.FromI64(10))
		}
	}
	return d, true
}

// String implements Node: the constant as SQL writes it.
func (l *Literal) String() string {
	v := &l.Value
	if !v.IsValid(0) {
		return "NULL"
	}
	text := string(appendText(nil, v, 0))
	switch {
	case v.Type.IsString():
		return quoted(text)
	case v.Type.IsBinary():
		return fmt.Sprintf("X'%X'", v.Bytes(0))
	case v.Type.IsTemporal(), v.Type.ID == batch.JSON:
		return v.Type.ID.String() + " " + quoted(text)
	case v.Type.IsInterval():
		return intervalText(v.Type, v.I64[0])
	case v.Type.IsFloat() && !strings.ContainsAny(text, "e"):
		return text + "e0"
	case v.Type.ID == batch.Boolean:
		return strings.ToUpper(text)
	}
	return text
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func intervalText(t batch.Type, v int64) string {
	if t.ID == batch.IntervalMonth {
		return fmt.Sprintf("INTERVAL '%d' MONTH", v)
	}
	const second = 1_000_000
	for _, u := range []struct {
		micros int64
		name   string
	}{{24 * 3600 * second, "DAY"}, {3600 * second, "HOUR"}, {60 * second, "MINUTE"}, {second, "SECOND"}} {
		if v != 0 && v%u.micros == 0 {
			return fmt.Sprintf("INTERVAL '%d' %s", v/u.micros, u.name)
		}
	}
	return fmt.Sprintf("INTERVAL '%s' SECOND", appendSeconds(nil, v))
}

// appendSeconds writes microseconds as seconds with a fraction.
func appendSeconds(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	return appendFraction(fmt.Appendf(dst, "%d", micros/1_000_000), micros%1_000_000)
}
