package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kinesql/window"
)

// delay is the disorder that the input stream's watermark allows for.
const delay = 5 * window.Second

// record is a row of the input stream.
type record struct {
	ID   int64    `json:"id"`
	TS   *string  `json:"ts"`
	K    *string  `json:"k"`
	I    *int64   `json:"i"`
	D    *float64 `json:"d"`
	S    *string  `json:"s"`
	F    *bool    `json:"f"`
	M    *money   `json:"m"`
	Nest *nested  `json:"nest"`

	at window.Micros // TS, where it is not nil
}

// money is a DECIMAL(12, 2), in hundredths.
type money int64

// MarshalJSON implements json.Marshaler.
func (m money) MarshalJSON() ([]byte, error) {
	sign, m := map[bool]string{true: "-"}[m < 0], max(m, -m)
	return fmt.Appendf(nil, "%s%d.%02d", sign, m/100, m%100), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *money) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseInt(strings.Replace(string(text), ".", "", 1), 10, 64)
	*m = money(n)
	return err
}

// nested is a ROW in the input.
type nested struct {
	A    *int64 `json:"a"`
	Deep deep   `json:"deep"`
}

type deep struct {
	B string `json:"b"`
}

// columns declares the input stream.
const columns = "id BIGINT, ts TIMESTAMP, k VARCHAR, i BIGINT, d DOUBLE, s VARCHAR, f BOOLEAN, m DECIMAL(12, 2), " +
	"nest ROW<a BIGINT, deep ROW<b VARCHAR>>"

// duckColumns declares the same to DuckDB, with the watermark that stood before
// each row.
const duckColumns = "{id: 'BIGINT', ts: 'TIMESTAMP', k: 'VARCHAR', i: 'BIGINT', d: 'DOUBLE', s: 'VARCHAR', " +
	"f: 'BOOLEAN', m: 'DECIMAL(12,2)', nest: 'STRUCT(a BIGINT, deep STRUCT(b VARCHAR))', wm: 'BIGINT'}"

// texts are the strings of the input: empty, long, escaped, beyond ASCII.
var texts = []string{"", "a", "b", "αβγ", "日本語", "with \"quotes\" and \\", "line\nbreak\ttab", "\U0001F600",
	"a rather long text that does not fit in sixteen bytes", "\u2028", "null"}

// input makes n records in a random order of arrival. One in late of them is so
// late that windows may have closed; 0: none is, the others are out of order
// within the delay.
func input(seed uint64, n, late int) []record {
	r := rand.New(rand.NewPCG(seed, 99))
	clock := window.At(time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC))
	rows := make([]record, n)
	var greatest window.Micros
	for i := range rows {
		clock += window.Micros(r.Int64N(int64(400 * window.Millisecond)))
		if r.IntN(60) == 0 {
			clock += window.Micros(r.Int64N(int64(90 * window.Second))) // a gap without windows
		}
		at := clock - window.Micros(r.Int64N(int64(delay)))
		if late > 0 && r.IntN(late) == 0 {
			at -= window.Micros(r.Int64N(int64(40 * window.Second)))
		}
		if r.IntN(4) == 0 {
			at -= at % window.Second // on the bounds of windows
		}
		if late == 0 {
			at = max(at, greatest-delay)
		}
		greatest = max(greatest, at)
		rows[i] = randomRecord(r, int64(i), at)
	}
	return rows
}

func randomRecord(r *rand.Rand, id int64, at window.Micros) record {
	rec := record{ID: id}
	rec.setTime(at)
	rec.K = maybe(r, 12, fmt.Sprintf("key-%d", r.IntN(1+r.IntN(9))))
	rec.I = maybe(r, 7, r.Int64N(2001)-1000)
	if r.IntN(40) == 0 {
		big := int64(1)<<53 + r.Int64N(1<<53)
		rec.I = &big
	}
	rec.D = maybe(r, 7, float64(r.IntN(200_000))/100-500)
	rec.S = maybe(r, 9, texts[r.IntN(len(texts))])
	rec.F = maybe(r, 6, r.IntN(2) == 0)
	rec.M = maybe(r, 8, money(r.Int64N(2_000_000_000_000)-1_000_000_000_000))
	rec.Nest = maybe(r, 10, nested{A: maybe(r, 5, r.Int64N(10)), Deep: deep{B: texts[r.IntN(len(texts))]}})
	return rec
}

func (r *record) setTime(at window.Micros) {
	text := at.Time().Format("2006-01-02T15:04:05.000000Z")
	r.at, r.TS = at, &text
}

// distinct makes the times of up to a thousand records differ, by moving each by
// less than a millisecond. None becomes late by it.
func distinct(rows []record) []record {
	for i := range rows {
		rows[i].setTime(rows[i].at - rows[i].at%1000 + window.Micros(i))
	}
	return rows
}

// timeless takes the time off one record in n.
func timeless(seed uint64, rows []record, n int) []record {
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range rows {
		if r.IntN(n) == 0 {
			rows[i].TS = nil
		}
	}
	return rows
}

// maybe is v, or nil once in n times.
func maybe[T any](r *rand.Rand, n int, v T) *T {
	if r.IntN(n) == 0 {
		return nil
	}
	return &v
}

// watermarks returns the watermark that stood before each row when all are of
// one file: the greatest time before it less the delay.
func watermarks(rows []record) []window.Micros {
	out := make([]window.Micros, len(rows))
	greatest := window.Min
	for i, r := range rows {
		out[i] = window.Min
		if greatest != window.Min {
			out[i] = greatest - delay
		}
		if r.TS != nil {
			greatest = max(greatest, r.at)
		}
	}
	return out
}

// lastEnd is the end of the last window that an instant belongs to.
func lastEnd(w window.Spec, at window.Micros) window.Micros {
	since := at - w.Offset
	start := since - (since%w.Slide+w.Slide)%w.Slide + w.Offset
	return start + w.Size
}

// lateIDs are the records that come after all their windows have closed.
func lateIDs(rows []record, w window.Spec) []int64 {
	var ids []int64
	marks := watermarks(rows)
	for i, r := range rows {
		if r.TS != nil && marks[i] != window.Min && lastEnd(w, r.at) <= marks[i] {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// write stores the records as JSON lines, dealt in turn to the given number of
// files, and returns a pattern of their paths.
func write(t *testing.T, rows []record, files int) string {
	t.Helper()
	dir := t.TempDir()
	texts := make([]bytes.Buffer, files)
	for i, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		texts[i%files].Write(append(line, '\n'))
	}
	for i := range texts {
		path := filepath.Join(dir, fmt.Sprintf("rows-%d.jsonl", i))
		if err := os.WriteFile(path, texts[i].Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if files == 1 {
		return filepath.Join(dir, "rows-0.jsonl")
	}
	return filepath.Join(dir, "rows-*.jsonl")
}

// load gives DuckDB the records as the table rows, where wm is the watermark
// before the row in microseconds.
func load(t *testing.T, d *DuckDB, rows []record) {
	t.Helper()
	type marked struct {
		record
		WM int64 `json:"wm"`
	}
	marks := watermarks(rows)
	var text bytes.Buffer
	for i, r := range rows {
		line, err := json.Marshal(marked{r, max(int64(marks[i]), -1<<62)})
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(line, '\n'))
	}
	path := filepath.Join(t.TempDir(), "all.jsonl")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	mustExec(t, d, fmt.Sprintf("CREATE OR REPLACE TABLE rows AS SELECT * FROM read_json('%s', "+
		"format = 'newline_delimited', columns = %s)", path, duckColumns))
}

func mustExec(t *testing.T, d *DuckDB, sql string) {
	t.Helper()
	if _, err := d.Exec(sql); err != nil {
		t.Fatal(err)
	}
}
