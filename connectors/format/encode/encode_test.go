package encode

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// sample is a batch with a column of most types; every second row is NULL in
// the columns that allow it.
func sample() batch.Batch {
	schema := batch.NewSchema(
		batch.Field{Name: "id", Type: batch.Of(batch.Integer)},
		batch.Field{Name: "name", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "at", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "price", Type: batch.DecimalOf(20, 2)},
		batch.Field{Name: "ratio", Type: batch.Of(batch.Double)},
		batch.Field{Name: "ok", Type: batch.Of(batch.Boolean)},
		batch.Field{Name: "day", Type: batch.Of(batch.Date)},
	)
	names := batch.Vector{Type: batch.Of(batch.Varchar)}
	names.AppendBytes([]byte(`plain`))
	names.AppendBytes([]byte("a \"b\",\\ |\n\x01é"))
	names.AppendBytes(nil)
	valid := []bool{true, true, false}
	return batch.New(schema, 3, []batch.Vector{
		{Type: schema.Field(0).Type, Len: 3, I64: []int64{1, -2, 3}},
		names,
		{Type: schema.Field(2).Type, Len: 3, Valid: valid, I64: []int64{1431857103000000, 1431857103250000, 0}},
		{Type: schema.Field(3).Type, Len: 3, Valid: valid, Dec: []decimal128.Num{decimal128.FromI64(1234), decimal128.FromI64(-5), {}}},
		{Type: schema.Field(4).Type, Len: 3, Valid: valid, F64: []float64{0.1, 1e300, 0}},
		{Type: schema.Field(5).Type, Len: 3, Valid: valid, Bool: []bool{true, false, false}},
		{Type: schema.Field(6).Type, Len: 3, Valid: valid, I64: []int64{16572, -1, 0}},
	}, batch.Beside{Kinds: []batch.Kind{batch.Insert, batch.UpdateBefore, batch.UpdateAfter}})
}

func encoded(t *testing.T, name string, opts format.EncodeOptions, batches ...batch.Batch) string {
	t.Helper()
	var out bytes.Buffer
	schema := sample().SQLSchema()
	if len(batches) > 0 {
		schema = batches[0].SQLSchema()
	}
	enc, err := New(name, &out, schema, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := enc.Encode(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestGolden compares every text format with testdata/golden.txt: plain with two
// batches, as a changelog in colour on a narrow terminal, and without a row.
func TestGolden(t *testing.T) {
	const golden = "testdata/golden.txt"
	var got strings.Builder
	for _, name := range Names() {
		if name == "arrow" {
			continue
		}
		got.WriteString("=== " + name + "\n" + encoded(t, name, format.EncodeOptions{}, sample(), sample()))
		got.WriteString("=== " + name + " changes\n" + encoded(t, name, format.EncodeOptions{Changes: true, Color: true, Width: 70}, sample()))
		got.WriteString("=== " + name + " empty\n" + encoded(t, name, format.EncodeOptions{}))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var update = flag.Bool("update", false, "write testdata/golden.txt anew")

func TestNestedValues(t *testing.T) {
	row := batch.RowOf(batch.Field{Name: "x", Type: batch.Of(batch.Integer)}, batch.Field{Name: "a\"b", Type: batch.Of(batch.Varchar)})
	schema := batch.NewSchema(batch.Field{Name: "r", Type: row}, batch.Field{Name: "l", Type: batch.ArrayOf(batch.Of(batch.Real))},
		batch.Field{Name: "j", Type: batch.Of(batch.JSON)}, batch.Field{Name: "b", Type: batch.Of(batch.Varbinary)})
	b := nestedBatch(t, schema)
	defer b.Release()
	want := "{\"r\":{\"x\":7,\"a\\\"b\":null},\"l\":[0.5,null],\"j\":{\"k\":1},\"b\":\"AP8=\"}\n" +
		"{\"r\":null,\"l\":[],\"j\":null,\"b\":null}\n"
	if got := encoded(t, "jsonl", format.EncodeOptions{}, b); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	tail := b.Slice(1, 2)
	defer tail.Release()
	if got := encoded(t, "jsonl", format.EncodeOptions{}, tail); got != want[strings.IndexByte(want, '\n')+1:] {
		t.Errorf("slice: got %s", got)
	}
	for _, part := range []batch.Batch{b, tail} {
		narrowKeepsValues(t, part)
	}
}

func nestedBatch(t *testing.T, schema *batch.Schema) batch.Batch {
	t.Helper()
	build := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	defer build.Release()
	r := build.Field(0).(*array.StructBuilder)
	r.Append(true)
	r.FieldBuilder(0).(*array.Int64Builder).Append(7)
	r.FieldBuilder(1).(*array.StringBuilder).AppendNull()
	r.AppendNull()
	l := build.Field(1).(*array.ListBuilder)
	l.Append(true)
	l.ValueBuilder().(*array.Float64Builder).AppendValues([]float64{0.5, 0}, []bool{true, false})
	l.Append(true)
	j := build.Field(2).(*array.StringBuilder)
	j.Append("{\n \"k\": 1}")
	j.AppendNull()
	y := build.Field(3).(*array.BinaryBuilder)
	y.Append([]byte{0, 255})
	y.AppendNull()
	return batch.Wrap(schema, build.NewRecord(), batch.Beside{})
}

// narrowKeepsValues writes an Arrow stream and compares it with the batch.
func narrowKeepsValues(t *testing.T, b batch.Batch) {
	t.Helper()
	r, err := ipc.NewReader(strings.NewReader(encoded(t, "arrow", format.EncodeOptions{}, b)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() {
		t.Fatal("no record", r.Err())
	}
	const want = "struct<x: int32, a\"b: utf8> list<item: float32, nullable>"
	if got := r.Schema().Field(0).Type.String() + " " + r.Schema().Field(1).Type.String(); got != want {
		t.Errorf("types %s, want %s", got, want)
	}
	for i := range b.Rows() {
		for c := range 2 {
			if got, want := r.Record().Column(c).ValueStr(i), b.Column(c).ValueStr(i); got != want {
				t.Errorf("column %d row %d: got %s, want %s", c, i, got, want)
			}
		}
	}
}

func TestSpecialNumbers(t *testing.T) {
	schema := batch.NewSchema(batch.Field{Name: "x", Type: batch.Of(batch.Double)}, batch.Field{Name: "d", Type: batch.DecimalOf(38, 1)},
		batch.Field{Name: "i", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "v", Type: batch.Of(batch.IntervalDay)})
	big := "1234567890123456789012345678901234567.8"
	num, err := decimal128.FromString(big, 38, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := batch.New(schema, 3, []batch.Vector{
		{Type: schema.Field(0).Type, Len: 3, F64: []float64{math.NaN(), math.Inf(1), math.Inf(-1)}},
		{Type: schema.Field(1).Type, Len: 3, Dec: []decimal128.Num{num, num.Negate(), decimal128.FromI64(-1)}},
		{Type: schema.Field(2).Type, Len: 3, I64: []int64{math.MinInt64, math.MaxInt64, 0}},
		{Type: schema.Field(3).Type, Len: 3, I64: []int64{90061250000, -1, 0}},
	}, batch.Beside{})
	defer b.Release()
	want := "{\"x\":null,\"d\":" + big + ",\"i\":-9223372036854775808,\"v\":\"1 01:01:01.25\"}\n" +
		"{\"x\":null,\"d\":-" + big + ",\"i\":9223372036854775807,\"v\":\"-00:00:00.000001\"}\n" +
		"{\"x\":null,\"d\":-0.1,\"i\":0,\"v\":\"00:00:00\"}\n"
	if got := encoded(t, "jsonl", format.EncodeOptions{}, b); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	if got := encoded(t, "csv", format.EncodeOptions{}, b); !strings.Contains(got, "\nNaN,") || !strings.Contains(got, "\n-Infinity,") {
		t.Errorf("got %s", got)
	}
}

func TestTableGrowsWithANewHeader(t *testing.T) {
	var out bytes.Buffer
	schema := batch.NewSchema(batch.Field{Name: "n", Type: batch.Of(batch.BigInt)})
	enc, err := New("table", &out, schema, format.EncodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{1, 2, 333} {
		b := batch.New(schema, 1, []batch.Vector{{Type: schema.Field(0).Type, Len: 1, I64: []int64{n}}}, batch.Beside{})
		if err := errors.Join(enc.Encode(b), enc.Flush(), enc.Flush()); err != nil {
			t.Fatal(err)
		}
		b.Release()
	}
	if err := errors.Join(enc.Close(), enc.Close()); err != nil {
		t.Fatal(err)
	}
	want := "┌───┐\n│ n │\n├───┤\n│ 1 │\n│ 2 │\n└───┘\n┌─────┐\n│   n │\n├─────┤\n│ 333 │\n└─────┘\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := New("tabel", nil, sample().SQLSchema(), format.EncodeOptions{}); err == nil || !strings.HasPrefix(err.Error(), `unknown output format "tabel"; known: table, json,`) {
		t.Error(err)
	}
}

// FuzzString holds the fast scan for escapes together with encoding/json.
func FuzzString(f *testing.F) {
	for _, seed := range []string{"", "12345678", "1234567\"", "a\\b\x00\x1f\x7f é\u2028", "12345678\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		var back string
		if err := json.Unmarshal(appendString(nil, []byte(s)), &back); err != nil || back != s {
			t.Errorf("%q came back as %q: %v", s, back, err)
		}
	})
}

// BenchmarkLines encodes records of seven columns and some 250 bytes.
func BenchmarkLines(b *testing.B) {
	const rows = 1000
	var fields []batch.Field
	var cols []batch.Vector
	for _, name := range []string{"auction", "bidder", "price"} {
		v := batch.Vector{Type: batch.Of(batch.BigInt), Len: rows}
		for i := range int64(rows) {
			v.I64 = append(v.I64, 1000+i*7919)
		}
		fields, cols = append(fields, batch.Field{Name: name, Type: v.Type}), append(cols, v)
	}
	at := batch.Vector{Type: batch.Of(batch.Timestamp), Len: rows}
	for i := range int64(rows) {
		at.I64 = append(at.I64, 1431857103250000+i*1000)
	}
	fields, cols = append(fields, batch.Field{Name: "dateTime", Type: at.Type}), append(cols, at)
	for name, text := range map[string]string{"channel": "channel-1234", "url": "https://www.nexmark.com/abcd/efgh/ijkl/item.htm?query=1&channel_id=12345", "extra": strings.Repeat("x", 60)} {
		v := batch.Vector{Type: batch.Of(batch.Varchar)}
		for range rows {
			v.AppendBytes([]byte(text))
		}
		fields, cols = append(fields, batch.Field{Name: name, Type: v.Type}), append(cols, v)
	}
	in := batch.New(batch.NewSchema(fields...), rows, cols, batch.Beside{})
	enc, err := New("jsonl", io.Discard, in.SQLSchema(), format.EncodeOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := enc.Encode(in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/record")
}

// Columns of one name are told apart, in a changelog from "op" as well.
func TestNamesThatRepeat(t *testing.T) {
	schema := batch.NewSchema(batch.Field{Name: "id", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "op", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "id", Type: batch.Of(batch.BigInt)})
	column := func(v int64) batch.Vector { return batch.Vector{Type: batch.Of(batch.BigInt), Len: 1, I64: []int64{v}} }
	b := batch.New(schema, 1, []batch.Vector{column(1), column(2), column(3)}, batch.Beside{})
	defer b.Release()
	for name, want := range map[string]string{
		"jsonl": `{"op":"+I","id":1,"op_1":2,"id_1":3}` + "\n", "csv": "op,id,op_1,id_1\n+I,1,2,3\n",
	} {
		var out strings.Builder
		enc, err := New(name, &out, schema, format.EncodeOptions{Changes: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(enc.Encode(b), enc.Close()); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("%s: %s, want %s", name, out.String(), want)
		}
	}
}
