package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/marcboeker/go-duckdb"
)

// appendRow appends a row as a JSON array.
func appendRow(b []byte, values []any, types []string) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, v, types[i])
	}
	return append(b, ']')
}

// appendValue appends a value of a DuckDB type as JSON.
func appendValue(b []byte, v any, typ string) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int8, int16, int32, int64, uint8, uint16, uint32, uint64:
		return fmt.Append(b, v)
	case *big.Int:
		return v.Append(b, 10)
	case float32:
		return appendFloat(b, float64(v), 32)
	case float64:
		return appendFloat(b, v, 64)
	case duckdb.Decimal:
		return appendDecimal(b, v)
	case string:
		return appendString(b, v)
	case time.Time:
		return appendTime(b, v, typ)
	}
	return appendOther(b, v, typ)
}

func appendOther(b []byte, v any, typ string) []byte {
	switch v := v.(type) {
	case []byte:
		return appendString(b, hex.EncodeToString(v))
	case []any:
		elem := strings.TrimSuffix(typ, "[]")
		types := slices.Repeat([]string{elem}, len(v))
		return appendRow(b, v, types)
	case map[string]any:
		return appendObject(b, v)
	case duckdb.Interval:
		return fmt.Appendf(b, `{"months":%d,"days":%d,"micros":%d}`, v.Months, v.Days, v.Micros)
	}
	return appendString(b, fmt.Sprint(v))
}

// appendObject appends a struct, members by name. Their types are told from
// their values: a date prints as a timestamp.
func appendObject(b []byte, members map[string]any) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		b = appendValue(b, members[name], "")
	}
	return append(b, '}')
}

func appendFloat(b []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, bits)
}

// appendDecimal appends all digits of a decimal, the scale's zeros included.
func appendDecimal(b []byte, d duckdb.Decimal) []byte {
	digits := new(big.Int).Abs(d.Value).String()
	if d.Value.Sign() < 0 {
		b = append(b, '-')
	}
	scale := int(d.Scale)
	if scale == 0 {
		return append(b, digits...)
	}
	if short := scale + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	point := len(digits) - scale
	return append(append(append(b, digits[:point]...), '.'), digits[point:]...)
}

func appendTime(b []byte, t time.Time, typ string) []byte {
	layout := "2006-01-02T15:04:05.999999999Z"
	switch typ {
	case "DATE":
		layout = time.DateOnly
	case "TIME", "TIMETZ":
		layout = "15:04:05.999999"
	}
	return appendString(b, t.UTC().Format(layout))
}

func appendString(b []byte, s string) []byte {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return append(b, "null"...)
	}
	return append(b, bytes.TrimRight(text.Bytes(), "\n")...)
}
