package optest

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"kinesql/operators/batch"
	"kinesql/window"
)

// Text prints a batch as Rows reads it, a line a row. Kinds are printed where the
// batch has them.
func Text(b batch.Batch) string {
	var out strings.Builder
	for _, line := range Lines(b) {
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.String()
}

// Lines prints each row of a batch.
func Lines(b batch.Batch) []string {
	lines := plain(b)
	for i := range lines {
		if b.Kinds != nil {
			lines[i] = b.Kind(i).String() + " " + lines[i]
		}
	}
	return lines
}

// plain prints each row without its kind.
func plain(b batch.Batch) []string {
	lines := make([]string, b.Rows())
	for c := range b.SQLSchema().Len() {
		v := b.Vector(c)
		for i := range lines {
			if c > 0 {
				lines[i] += "|"
			}
			lines[i] += cell(&v, i)
		}
	}
	return lines
}

func cell(v *batch.Vector, i int) string {
	if v.Nested != nil {
		return nested(v, i)
	}
	if !v.IsValid(i) {
		return "NULL"
	}
	switch v.Type.Lane() {
	case batch.LaneBytes:
		if v.Type.IsBinary() {
			return hex.EncodeToString(v.Bytes(i))
		}
		return escape(string(v.Bytes(i)))
	case batch.LaneBool:
		return strconv.FormatBool(v.Bool[v.At(i)])
	case batch.LaneFloat:
		return strconv.FormatFloat(v.F64[v.At(i)], 'g', -1, 64)
	case batch.LaneDecimal:
		return v.Dec[v.At(i)].ToString(int32(v.Type.Scale))
	}
	return instant(v.Type, v.I64[v.At(i)])
}

func escape(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "|", `\|`).Replace(s)
	if s == "NULL" {
		return `\NULL`
	}
	return s
}

func instant(t batch.Type, x int64) string {
	switch t.ID {
	case batch.Timestamp:
		return strings.TrimSuffix(window.Micros(x).String(), "Z")
	case batch.Date:
		return time.Unix(x*86400, 0).UTC().Format(time.DateOnly)
	case batch.Time:
		return time.UnixMicro(x).UTC().Format("15:04:05.999999")
	}
	return strconv.FormatInt(x, 10)
}

func nested(v *batch.Vector, i int) string {
	if v.Nested.IsNull(i) {
		return "NULL"
	}
	return escape(string(batch.ValueJSON(v.Nested, i)))
}
