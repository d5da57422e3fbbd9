package file

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/klauspost/compress/zstd"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
	"kinesql/operators"
	"kinesql/operators/batch"
)

var sunk = decodetest.Schema("n INTEGER", "name VARCHAR", "at TIMESTAMP")

func rows(first int64, name string) batch.Batch {
	names := batch.Vector{Type: sunk.Field(1).Type}
	names.AppendBytes([]byte(name))
	names.AppendBytes(nil)
	names.Valid = []bool{true, false}
	return batch.New(sunk, 2, []batch.Vector{
		{Type: sunk.Field(0).Type, Len: 2, I64: []int64{first, first + 1}}, names,
		{Type: sunk.Field(2).Type, Len: 2, I64: []int64{1431857103000000, 1431857103250000}},
	}, batch.Beside{})
}

func newTestSink(t *testing.T, path string, options map[string]string, changes bool) operators.Sink {
	t.Helper()
	all := map[string]string{"connector": "file", "path": path}
	for k, v := range options {
		all[k] = v
	}
	spec := connectors.Spec{Stream: "s", Options: connectors.NewOptions(all), Schema: sunk}
	s, err := connector().Sink(connectors.SinkSpec{Spec: spec, Changes: changes})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Open(context.Background(), operators.Env{}); err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s operators.Sink, b batch.Batch) {
	t.Helper()
	defer b.Release()
	if err := s.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, s operators.Sink, epoch uint64) []byte {
	t.Helper()
	handle, err := s.Prepare(context.Background(), epoch)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(context.Background(), epoch, handle); err != nil {
		t.Fatal(err)
	}
	return handle
}

func closeSink(t *testing.T, s operators.Sink) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

const firstRows = `{"n":1,"name":"a","at":"2015-05-17T10:05:03Z"}
{"n":2,"name":null,"at":"2015-05-17T10:05:03.25Z"}
`

func TestSinkShowsNothingBeforeCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.jsonl")
	write(t, dir, "out.jsonl", "old\n")
	s := newTestSink(t, path, nil, false)
	put(t, s, rows(1, "a"))
	handle, err := s.Prepare(context.Background(), 1)
	if err != nil || content(t, path) != "old\n" {
		t.Fatal(err, content(t, path))
	}
	for range 2 { // twice is no error
		if err := s.Commit(context.Background(), 1, handle); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, rows(3, "b"))
	commit(t, s, 2)
	put(t, s, rows(5, "lost"))
	closeSink(t, s)
	if got := content(t, path); got != firstRows {
		t.Errorf("got %s", got)
	}
	if got := names(t, dir); got != "out.2.jsonl out.jsonl" {
		t.Errorf("left behind: %s", got)
	}
}

func TestSinkDiscardsWithoutCommit(t *testing.T) {
	dir := t.TempDir()
	for _, prepare := range []bool{false, true} {
		s := newTestSink(t, filepath.Join(dir, "out.csv"), map[string]string{"format": "csv"}, false)
		put(t, s, rows(1, "a"))
		if prepare {
			if _, err := s.Prepare(context.Background(), 1); err != nil {
				t.Fatal(err)
			}
		}
		closeSink(t, s)
		if got := names(t, dir); got != "" {
			t.Errorf("left behind: %s", got)
		}
	}
}

func TestSinkCSVAndChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	s := newTestSink(t, path, map[string]string{"format": "csv", "delimiter": ";"}, true)
	put(t, s, rows(1, "a;b").With(batch.Beside{Kinds: []batch.Kind{batch.Insert, batch.Delete}}))
	commit(t, s, 1)
	closeSink(t, s)
	want := "op;n;name;at\n+I;1;\"a;b\";2015-05-17 10:05:03\n-D;2;;2015-05-17 10:05:03.25\n"
	if got := content(t, path); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSinkPacks(t *testing.T) {
	dir := t.TempDir()
	for name, unpack := range map[string]func(io.Reader) (io.Reader, error){
		"out.jsonl.gz":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"out.jsonl.zst": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		s := newTestSink(t, filepath.Join(dir, name), nil, false)
		put(t, s, rows(1, "a"))
		commit(t, s, 1)
		closeSink(t, s)
		r, err := unpack(strings.NewReader(content(t, filepath.Join(dir, name))))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != firstRows {
			t.Errorf("%s: got %s %v", name, got, err)
		}
	}
}

func TestSinkParquetAndArrow(t *testing.T) {
	dir := t.TempDir()
	want := "[1 2] [\"a\" (null)] [2015-05-17 10:05:03Z 2015-05-17 10:05:03.25Z]"
	for ending, name := range map[string]string{"parquet": "parquet", "arrow": "arrow", "arrows": "arrow"} {
		path := filepath.Join(dir, "out."+ending)
		s := newTestSink(t, path, map[string]string{"format": name}, false)
		put(t, s, rows(1, "a"))
		commit(t, s, 1)
		closeSink(t, s)
		data := []byte(content(t, path))
		read := map[string]func(*testing.T, []byte) (*arrow.Schema, string){
			"parquet": readParquet, "arrow": readArrowFile, "arrows": readArrow,
		}[ending]
		schema, got := read(t, data)
		if got != want || schema.Field(0).Type.ID() != arrow.INT32 || schema.Field(2).Type.(*arrow.TimestampType).Unit != arrow.Microsecond {
			t.Errorf("%s: %s\n%s", ending, schema, got)
		}
	}
}

// TestSinkArrowWithoutRows writes a whole file, with a schema, when no row came.
func TestSinkArrowWithoutRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.arrow")
	s := newTestSink(t, path, map[string]string{"format": "arrow"}, false)
	commit(t, s, 1)
	closeSink(t, s)
	r, err := ipc.NewFileReader(strings.NewReader(content(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.NumRecords() != 0 || r.Schema().NumFields() == 0 {
		t.Errorf("got %d records of %s", r.NumRecords(), r.Schema())
	}
}

func columnsText(rec arrow.Record) string {
	var parts []string
	for _, c := range rec.Columns() {
		text := c.String()
		if ts, ok := c.(*array.Timestamp); ok {
			text = "[" + ts.ValueStr(0) + " " + ts.ValueStr(1) + "]"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func readArrowFile(t *testing.T, data []byte) (*arrow.Schema, string) {
	t.Helper()
	r, err := ipc.NewFileReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rec, err := r.Record(0)
	if err != nil {
		t.Fatal(err)
	}
	return r.Schema(), columnsText(rec)
}

func readArrow(t *testing.T, data []byte) (*arrow.Schema, string) {
	t.Helper()
	r, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() {
		t.Fatal("no record", r.Err())
	}
	return r.Schema(), columnsText(r.Record())
}

func readParquet(t *testing.T, data []byte) (*arrow.Schema, string) {
	t.Helper()
	pf, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer pf.Close()
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: 100}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := r.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	records := array.NewTableReader(table, 100)
	defer records.Release()
	if !records.Next() {
		t.Fatal("no record")
	}
	return table.Schema(), columnsText(records.Record())
}

func TestSinkRefuses(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                           "is a directory; name a file in it to write",
		filepath.Join(dir, "*.jsonl"): "is a pattern; name one file to write",
	} {
		spec := connectors.Spec{Options: connectors.NewOptions(map[string]string{"path": path}), Schema: sunk}
		if _, err := connector().Sink(connectors.SinkSpec{Spec: spec}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	spec := connectors.Spec{Options: connectors.NewOptions(map[string]string{"path": "x", "format": "combined"}), Schema: sunk}
	if _, err := connector().Sink(connectors.SinkSpec{Spec: spec}); err == nil || !strings.Contains(err.Error(), "format combined can only be read") {
		t.Error(err)
	}
	s, err := connector().Sink(connectors.SinkSpec{Spec: connectors.Spec{Options: connectors.NewOptions(map[string]string{"path": filepath.Join(dir, "no", "x")}), Schema: sunk}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Open(context.Background(), operators.Env{}); err == nil || !strings.Contains(err.Error(), "no such file or directory") {
		t.Error(err)
	}
}
