package encode

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

func TestPutInt(t *testing.T) {
	values := []int64{0, math.MinInt64, math.MaxInt64}
	for p := int64(1); p > 0 && p <= 1e18; p *= 10 {
		values = append(values, p-1, p, p+1, -p, 1-p)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		values = append(values, int64(r.Uint64())>>r.IntN(64))
	}
	buf := make([]byte, 32)
	for _, v := range values {
		if got, want := string(buf[:putInt(buf, 0, v)]), strconv.FormatInt(v, 10); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		s := make([]byte, r.IntN(80))
		for i := range s {
			s[i] = byte(' ' + r.IntN(256-' '))
			if s[i] == '"' || s[i] == '\\' {
				s[i] = '!'
			}
		}
		if !plain(s) {
			t.Fatalf("%q needs no escape", s)
		}
		if len(s) == 0 {
			continue
		}
		s[r.IntN(len(s))] = []byte{'"', '\\', 0, 1, '\n', 31}[r.IntN(6)]
		if plain(s) {
			t.Fatalf("%q needs an escape", s)
		}
	}
}

func TestTimestampsOfSeveralDays(t *testing.T) {
	var d dates
	for _, c := range []struct {
		micros int64
		want   string
	}{
		{0, "1970-01-01T00:00:00"},
		{1_500_000, "1970-01-01T00:00:01.5"},
		{86_399_000_000, "1970-01-01T23:59:59"},
		{86_400_000_000, "1970-01-02T00:00:00"},
		{-1, "1969-12-31T23:59:59.999999"},
		{61_000_000, "1970-01-01T00:01:01"},
	} {
		if got := string(d.appendTimestamp(nil, c.micros, 'T')); got != c.want {
			t.Errorf("%d: got %s, want %s", c.micros, got, c.want)
		}
	}
}

// texts are columns of an integer and texts, with NULLs, of the given length.
func texts(rows, length int, special bool) batch.Batch {
	long := strings.Repeat("a column of a long name ", 4)
	schema := batch.NewSchema(
		batch.Field{Name: "n", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: long, Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "at", Type: batch.Of(batch.Timestamp)},
	)
	r := rand.New(rand.NewPCG(5, uint64(length)))
	cols := make([]batch.Vector, schema.Len())
	for c := range cols {
		v := &cols[c]
		v.Type, v.Len, v.Valid = schema.Field(c).Type, rows, make([]bool, rows)
		for i := range rows {
			v.Valid[i] = r.IntN(4) > 0
			if v.Type.Lane() == batch.LaneInt {
				v.I64 = append(v.I64, r.Int64N(1e15))
				continue
			}
			text := strings.Repeat("é", r.IntN(length+1))
			if special && i%3 == 0 {
				text += "\"\\\n" + text
			}
			v.AppendBytes([]byte(text))
		}
	}
	return batch.New(schema, rows, cols, batch.Beside{})
}

// TestLinesReadBack encodes texts beyond every room that is made beforehand.
func TestLinesReadBack(t *testing.T) {
	for _, length := range []int{0, 3, 40, 5000} {
		for _, special := range []bool{false, true} {
			b := texts(300, length, special)
			lines := strings.Split(strings.TrimSuffix(encoded(t, "jsonl", format.EncodeOptions{}, b), "\n"), "\n")
			if len(lines) != b.Rows() {
				t.Fatalf("%d lines of %d rows", len(lines), b.Rows())
			}
			for i, line := range lines {
				checkLine(t, b, i, line)
			}
			b.Release()
		}
	}
}

func checkLine(t *testing.T, b batch.Batch, i int, line string) {
	t.Helper()
	var got map[string]any
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&got); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for c, f := range b.SQLSchema().Fields() {
		v := b.Vector(c)
		var want any
		switch {
		case !v.IsValid(i):
		case f.Type.ID == batch.BigInt:
			want = json.Number(strconv.FormatInt(v.I64[i], 10))
		case f.Type.ID == batch.Timestamp:
			want = string(appendJSONOf(b, c, i))
		default:
			want = v.Str(i)
		}
		if got[f.Name] != want {
			t.Fatalf("row %d, column %s: got %v, want %v", i, f.Name, got[f.Name], want)
		}
	}
}

// appendJSONOf is a value as appendJSON writes it, without its quotes.
func appendJSONOf(b batch.Batch, column, row int) []byte {
	c := newCell(b.Vector(column))
	text := c.appendJSON(nil, row)
	return text[1 : len(text)-1]
}
