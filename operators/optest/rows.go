package optest

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
	"kinesql/window"
)

// Rows parses text into a batch, which the caller releases. It panics on text
// that does not fit the schema: tests are to be right.
func Rows(alloc memory.Allocator, schema *batch.Schema, text string) batch.Batch {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return build(alloc, schema, lines)
}

func build(alloc memory.Allocator, schema *batch.Schema, lines []string) batch.Batch {
	b := batch.NewBuilder(alloc, schema)
	defer b.Close()
	b.Reset(max(len(lines), 1))
	kinds, plain := make([]batch.Kind, len(lines)), true
	for r, line := range lines {
		var cells []string
		kinds[r], cells = cut(line)
		plain = plain && kinds[r] == batch.Insert
		if len(cells) != schema.Len() {
			panic(fmt.Sprintf("optest: row %q has %d columns, want %d", line, len(cells), schema.Len()))
		}
		for i, cell := range cells {
			if err := fill(b, schema, i, cell); err != nil {
				panic(fmt.Sprintf("optest: row %q, column %s: %v", line, schema.Field(i).Name, err))
			}
		}
		b.EndRow()
	}
	out := b.Finish(nil)
	if !plain {
		out.Kinds = kinds
	}
	return out
}

// cut takes the kind off a line and splits it at bare bars. Escapes stay.
func cut(line string) (batch.Kind, []string) {
	kind := batch.Insert
	for k := batch.Insert; k <= batch.UpdateAfter; k++ {
		if rest, ok := strings.CutPrefix(line, k.String()+" "); ok {
			kind, line = k, rest
			break
		}
	}
	var cells []string
	start := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			cells = append(cells, line[start:i])
			start = i + 1
		}
	}
	return kind, append(cells, line[start:])
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// fill appends a cell to a column.
func fill(b *batch.Builder, schema *batch.Schema, i int, cell string) error {
	if nested := b.Nested[i]; nested != nil {
		if cell == "NULL" {
			nested.AppendNull()
			return nil
		}
		return nested.AppendValueFromString(unescape(cell))
	}
	if cell == "NULL" {
		b.Null(i)
		return nil
	}
	v, t := &b.Cols[i], schema.Field(i).Type
	switch t.Lane() {
	case batch.LaneBytes:
		return text(v, t, unescape(cell))
	case batch.LaneBool:
		x, err := strconv.ParseBool(cell)
		v.Bool = append(v.Bool, x)
		return err
	case batch.LaneFloat:
		x, err := strconv.ParseFloat(cell, 64)
		v.F64 = append(v.F64, x)
		return err
	case batch.LaneDecimal:
		x, err := decimal128.FromString(cell, int32(t.Precision), int32(t.Scale))
		v.Dec = append(v.Dec, x)
		return err
	}
	x, err := integer(t, cell)
	v.I64 = append(v.I64, x)
	return err
}

func text(v *batch.Vector, t batch.Type, cell string) error {
	if t.IsBinary() {
		raw, err := hex.DecodeString(cell)
		v.AppendBytes(raw)
		return err
	}
	v.AppendBytes([]byte(cell))
	return nil
}

func integer(t batch.Type, cell string) (int64, error) {
	switch t.ID {
	case batch.Timestamp:
		at, err := Time(cell)
		return int64(at), err
	case batch.Date:
		at, err := time.Parse(time.DateOnly, cell)
		return at.Unix() / 86400, err
	case batch.Time:
		at, err := time.Parse("15:04:05", cell)
		return at.Sub(at.Truncate(24 * time.Hour)).Microseconds(), err
	}
	return strconv.ParseInt(cell, 10, 64)
}

// Time parses an instant as Rows does.
func Time(s string) (window.Micros, error) {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, strings.TrimSuffix(s, "Z")); err == nil {
			return window.At(at), nil
		}
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if at, err := time.Parse(layout, s); err == nil {
			return window.Micros(at.Sub(at.Truncate(24 * time.Hour)).Microseconds()), nil
		}
	}
	return 0, fmt.Errorf("want a time such as 2015-05-17T10:05:03.25 or 10:05:03, got %q", s)
}
