package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
	"kinesql/window"
)

func newPutter(c Column) (putter, error) {
	switch t := c.Type; {
	case t.IsInteger():
		return putInteger(t), nil
	case t.IsFloat():
		return putFloat(t), nil
	case t.IsString():
		return putString(t), nil
	case t.IsBinary():
		return putBinary(t), nil
	}
	switch c.Type.ID {
	case batch.Boolean:
		return putBoolean, nil
	case batch.Decimal:
		return putDecimal(c.Type), nil
	case batch.Date:
		return putDate(c.Parse), nil
	case batch.Time:
		return putTime, nil
	case batch.Timestamp:
		return putTimestamp(c.Parse), nil
	case batch.JSON:
		return putJSON, nil
	}
	return nil, &Error{c.Name, fmt.Sprintf("text cannot be read as %s", c.Type)}
}

var bounds = map[batch.TypeID][2]int64{
	batch.TinyInt:  {math.MinInt8, math.MaxInt8},
	batch.SmallInt: {math.MinInt16, math.MaxInt16},
	batch.Integer:  {math.MinInt32, math.MaxInt32},
	batch.BigInt:   {math.MinInt64, math.MaxInt64},
}

func putInteger(t batch.Type) putter {
	low, high := bounds[t.ID][0], bounds[t.ID][1]
	return func(out *batch.Builder, col int, field []byte) string {
		n, ok := shortInteger(field)
		if !ok {
			var err error
			if n, err = strconv.ParseInt(str(bytes.TrimSpace(field)), 10, 64); err != nil {
				return numberError(err, field, t)
			}
		}
		if n < low || n > high {
			return outOfRange(field, t)
		}
		out.Cols[col].I64 = append(out.Cols[col].I64, n)
		return ""
	}
}

// shortInteger parses the common case: up to 18 digits and no sign.
func shortInteger(field []byte) (n int64, ok bool) {
	if len(field) > 18 || len(field) == 0 {
		return 0, false
	}
	for _, c := range field {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}

func putFloat(t batch.Type) putter {
	bits := 64
	if t.ID == batch.Real {
		bits = 32
	}
	return func(out *batch.Builder, col int, field []byte) string {
		text := bytes.TrimSpace(field)
		if bytes.ContainsAny(text, "xX_") {
			return notA(field, t)
		}
		x, err := strconv.ParseFloat(str(text), bits)
		if err != nil {
			return numberError(err, field, t)
		}
		out.Cols[col].F64 = append(out.Cols[col].F64, x)
		return ""
	}
}

func putString(t batch.Type) putter {
	return func(out *batch.Builder, col int, field []byte) string {
		if !utf8.Valid(field) {
			return fmt.Sprintf("not valid UTF-8: %s", quote(field))
		}
		if t.Precision > 0 && len(field) > t.Precision {
			field = firstRunes(field, t.Precision)
		}
		appendBytes(&out.Cols[col], field)
		return ""
	}
}

func firstRunes(s []byte, n int) []byte {
	end := 0
	for ; n > 0 && end < len(s); n-- {
		_, size := utf8.DecodeRune(s[end:])
		end += size
	}
	return s[:end]
}

func putBinary(t batch.Type) putter {
	return func(out *batch.Builder, col int, field []byte) string {
		if t.Precision > 0 && len(field) > t.Precision {
			field = field[:t.Precision]
		}
		appendBytes(&out.Cols[col], field)
		return ""
	}
}

// appendBytes appends to a column of a builder, whose Off has its first entry.
func appendBytes(v *batch.Vector, b []byte) {
	v.Buf = append(v.Buf, b...)
	v.Off = append(v.Off, int32(len(v.Buf)))
}

func putBoolean(out *batch.Builder, col int, field []byte) string {
	var b bool
	switch strings.ToLower(str(bytes.TrimSpace(field))) {
	case "true", "t", "yes", "y", "1", "on":
		b = true
	case "false", "f", "no", "n", "0", "off":
	default:
		return notA(field, batch.Of(batch.Boolean))
	}
	out.Cols[col].Bool = append(out.Cols[col].Bool, b)
	return ""
}

func putDate(parse format.TimeParser) putter {
	return func(out *batch.Builder, col int, field []byte) string {
		text := bytes.TrimSpace(field)
		days, ok := format.ParseDate(text)
		if !ok {
			var micros int64
			if micros, ok = parse(text); !ok {
				return notA(field, batch.Of(batch.Date))
			}
			days = floorDays(micros)
		}
		out.Cols[col].I64 = append(out.Cols[col].I64, days)
		return ""
	}
}

func floorDays(micros int64) int64 {
	days := micros / int64(window.Day)
	if micros%int64(window.Day) < 0 {
		days--
	}
	return days
}

func putTime(out *batch.Builder, col int, field []byte) string {
	micros, ok := format.ParseTimeOfDay(bytes.TrimSpace(field))
	if !ok {
		return notA(field, batch.Of(batch.Time))
	}
	out.Cols[col].I64 = append(out.Cols[col].I64, micros)
	return ""
}

func putTimestamp(parse format.TimeParser) putter {
	return func(out *batch.Builder, col int, field []byte) string {
		micros, ok := parse(bytes.TrimSpace(field))
		if !ok {
			return notA(field, batch.Of(batch.Timestamp))
		}
		out.Cols[col].I64 = append(out.Cols[col].I64, micros)
		return ""
	}
}

func putJSON(out *batch.Builder, col int, field []byte) string {
	if !json.Valid(field) {
		return notA(field, batch.Of(batch.JSON))
	}
	appendBytes(&out.Cols[col], field)
	return ""
}

func str(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// shown is how many bytes of a bad value a message quotes.
const shown = 60

func quote(field []byte) string {
	if len(field) > shown {
		return strconv.Quote(string(field[:shown])) + "..."
	}
	return strconv.Quote(string(field))
}

func notA(field []byte, t batch.Type) string {
	return fmt.Sprintf("%s is not a %s", quote(field), t)
}

func outOfRange(field []byte, t batch.Type) string {
	return fmt.Sprintf("%s is out of range of %s", quote(field), t)
}

func numberError(err error, field []byte, t batch.Type) string {
	if numErr, ok := err.(*strconv.NumError); ok && numErr.Err == strconv.ErrRange {
		return outOfRange(field, t)
	}
	return notA(field, t)
}
