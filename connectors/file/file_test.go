package file

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/csv"
	"kinesql/connectors/format/decodetest"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

func connector() connectors.Connector { return New([]format.Format{csv.New()}) }

// reader is a source under test and what came of it.
type reader struct {
	t      *testing.T
	dir    string
	src    operators.Source
	faults *decodetest.Faults
	rows   []string // file:line: n=at
	polls  []operators.Polled
}

// open opens a source of CSV files in dir without headers, with a column n and
// an event time.
func open(t *testing.T, dir, path string, options map[string]string) (*reader, error) {
	t.Helper()
	all := map[string]string{"connector": "file", "path": filepath.Join(dir, path), "format": "csv", "header": "false", "timestamp.format": "epoch_s"}
	for k, v := range options {
		all[k] = v
	}
	schema := decodetest.Schema("n VARCHAR", "at TIMESTAMP")
	spec := decodetest.Spec(schema, "at", all)
	if _, err := connector().Describe(spec.Spec); err != nil {
		return nil, err
	}
	if err := spec.Options.Unknown(); err != nil {
		return nil, err
	}
	return openSpec(t, dir, spec, 100)
}

func openSpec(t *testing.T, dir string, spec connectors.SourceSpec, rows int) (*reader, error) {
	t.Helper()
	src, err := connector().Source(spec)
	if err != nil {
		return nil, err
	}
	r := &reader{t: t, dir: dir, src: src, faults: &decodetest.Faults{}}
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
		alloc.AssertSize(t, 0)
	})
	return r, src.Open(context.Background(), operators.Env{Alloc: alloc, Now: time.Now, Faults: r.faults, BatchRows: rows})
}

func (r *reader) poll() error {
	p, err := r.src.Poll(context.Background())
	if p.Batch.Record != nil {
		for i, row := range decodetest.Rows(r.t, p.Batch) {
			_, line := p.Batch.Raw(i)
			name, _ := filepath.Rel(r.dir, p.Batch.Origin.Split)
			r.rows = append(r.rows, fmt.Sprintf("%s:%d: %s", name, line, strings.Split(row, `"`)[3]))
		}
		p.Batch.Release()
	}
	r.polls = append(r.polls, p)
	return err
}

// all reads to the end.
func (r *reader) all() []string {
	r.t.Helper()
	for {
		if err := r.poll(); err == io.EOF {
			return r.rows
		} else if err != nil {
			r.t.Fatal(err)
		}
	}
}

// until polls until there are n rows, and a little longer.
func (r *reader) until(n int) []string {
	r.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for len(r.rows) < n {
		if err := r.poll(); err != nil {
			r.t.Fatal(err)
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%d rows did not come: %v, faults %v", n, r.rows, r.faults.Texts())
		}
	}
	for range 3 {
		if err := r.poll(); err != nil {
			r.t.Fatal(err)
		}
	}
	return r.rows
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func appendTo(t *testing.T, dir, name, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t *testing.T, dir, path string, options map[string]string) *reader {
	t.Helper()
	r, err := open(t, dir, path, options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func packed(t *testing.T, wrap func(io.Writer) io.WriteCloser, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := wrap(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func gzipped(t *testing.T, text string) string {
	return packed(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, text)
}

func TestReadOneFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a,1\nbad\nb,5\nc,2")
	r := mustOpen(t, dir, "a.csv", nil)
	same(t, r.all(), "a.csv:1: a", "a.csv:3: b", "a.csv:4: c")
	same(t, r.faults.Texts(), filepath.Join(dir, "a.csv")+":2: KSQL-4101: record has 1 fields, want 2 (as many as the stream has columns) | bad")
	first, last := r.polls[0], r.polls[len(r.polls)-2]
	if first.MaxTime != 5*window.Second || first.Records != 3 || !last.Ended || r.src.(operators.Sized).TotalBytes() != 15 {
		t.Errorf("first poll %+v, last %+v", first, last)
	}
}

func TestSmallBatchesAndSnapshot(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a,1\nb,5\nc,2\n")
	schema := decodetest.Schema("n VARCHAR", "at TIMESTAMP")
	r, err := openSpec(t, dir, decodetest.Spec(schema, "at", map[string]string{"path": filepath.Join(dir, "a.csv"), "format": "csv", "header": "false"}), 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"4", "8", "12"} {
		if err := r.poll(); err != nil {
			t.Fatal(err)
		}
		places, err := r.src.Snapshot(context.Background())
		if err != nil || i < 2 && (len(places) != 1 || string(places[0].Place) != want) {
			t.Errorf("after row %d: %v %v, want %s", i, places, err, want)
		}
	}
	same(t, r.all(), "a.csv:1: a", "a.csv:2: b", "a.csv:3: c")
}

func TestMissingAndEmpty(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "empty.csv", "")
	same(t, mustOpen(t, dir, "empty.csv", nil).all())
	for path, want := range map[string]string{
		"no.csv": fmt.Sprintf("stream \"s\": file %q does not exist", filepath.Join(dir, "no.csv")),
		"*.log":  fmt.Sprintf("stream \"s\": no file matches %q", filepath.Join(dir, "*.log")),
		".":      fmt.Sprintf("stream \"s\": %q is a directory; name its files by a pattern such as %q", dir, dir+"/*"),
	} {
		if _, err := open(t, dir, path, nil); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}

func TestGlobPackedAndInstances(t *testing.T) {
	dir := t.TempDir()
	zipped := func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	write(t, dir, "a.csv.1", gzipped(t, "a1,1\n")+gzipped(t, "a2,4\n"))
	write(t, dir, "b.csv.zst", packed(t, zipped, "b1,2\nb2,5\n"))
	write(t, dir, "c.csv", "c1,3\nc2,6\n")
	write(t, dir, ".hidden.csv", "x,1\n")
	options := map[string]string{"connector": "file", "path": filepath.Join(dir, "*.csv*"), "format": "csv", "header": "false"}
	spec := decodetest.Spec(decodetest.Schema("n VARCHAR", "at TIMESTAMP"), "at", options)
	d, err := connector().Describe(spec.Spec)
	if err != nil || d.MaxSources != 3 || !d.Bounded || d.CanWrite {
		t.Fatalf("%+v %v", d, err)
	}
	r, err := openSpec(t, dir, spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	if s := r.src.(operators.Splitter); s.Splits() != 3 || !s.InTurn() {
		t.Errorf("%d splits", s.Splits())
	}
	same(t, r.all(), "a.csv.1:1: a1", "b.csv.zst:1: b1", "c.csv:1: c1", "a.csv.1:2: a2", "b.csv.zst:2: b2", "c.csv:2: c2")
	spec.Instances, spec.Instance = 2, 1
	if r, err = openSpec(t, dir, spec, 100); err != nil {
		t.Fatal(err)
	}
	same(t, r.all(), "b.csv.zst:1: b1", "b.csv.zst:2: b2")
}

func TestDamagedArchiveKeepsWhatCameBefore(t *testing.T) {
	dir := t.TempDir()
	whole := gzipped(t, strings.Repeat("a,1\n", 3))
	write(t, dir, "cut.gz", whole[:len(whole)-6])
	write(t, dir, "junk.gz", "\x1f\x8bjunk")
	r := mustOpen(t, dir, "*.gz", nil)
	same(t, r.all(), "cut.gz:1: a", "cut.gz:2: a", "cut.gz:3: a")
	faults := r.faults.Errors()
	if len(faults) != 2 || faults[0].Code != operators.CodeCorrupt || faults[1].Code != operators.CodeCorrupt {
		t.Errorf("faults %v", r.faults.Texts())
	}
}

func TestLongRecord(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a,1\n"+strings.Repeat("x", 500)+"\nb,2\n"+strings.Repeat("y", 101)+"\n"+strings.Repeat("z", 98)+",3\n"+strings.Repeat("w", 200))
	r := mustOpen(t, dir, "a.csv", map[string]string{"max_record_bytes": "100"})
	same(t, r.all(), "a.csv:1: a", "a.csv:3: b", "a.csv:5: "+strings.Repeat("z", 98))
	var lines []string
	for _, e := range r.faults.Errors() {
		lines = append(lines, fmt.Sprint(e.Line, " ", e.Code, " ", e.Message[:38]))
	}
	same(t, lines, "2 KSQL-4102 record longer than 100 bytes (option m", "4 KSQL-4102 record longer than 100 bytes (option m", "6 KSQL-4102 record longer than 100 bytes (option m")
}

func TestOptionsAreChecked(t *testing.T) {
	for _, c := range []struct {
		options map[string]string
		want    string
	}{
		{map[string]string{"folow": "true"}, `option "folow": unknown; known here: `},
		{map[string]string{"start": "end"}, `option "start": 'end' needs follow = 'true'`},
		{map[string]string{"format": "csw"}, `option "format": unknown format "csw"; did you mean "csv"?`},
		{map[string]string{"path": ""}, `option "path": is required`},
		{map[string]string{"path": "[*"}, `option "path": bad pattern "[*"`},
	} {
		if _, err := open(t, t.TempDir(), "x", c.options); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %s", c.options, err, c.want)
		}
	}
}

func TestCancelledPoll(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a,1\n")
	r := mustOpen(t, dir, "a.csv", nil)
	cause := errors.New("stop")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	if _, err := r.src.Poll(ctx); !errors.Is(err, cause) {
		t.Error(err)
	}
}

func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	line := strings.Repeat("x", 249) + ",1\n"
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte(strings.Repeat(line, 100_000)), 0o644); err != nil {
		b.Fatal(err)
	}
	spec := decodetest.Spec(decodetest.Schema("n VARCHAR"), "", map[string]string{"path": filepath.Join(dir, "a"), "format": "lines"})
	env := operators.Env{Alloc: memory.NewGoAllocator(), Now: time.Now, Faults: &decodetest.Faults{}, BatchRows: 8192}
	b.SetBytes(int64(len(line)) * 100_000)
	for b.Loop() {
		src, err := New([]format.Format{lines{}}).Source(spec)
		if err != nil {
			b.Fatal(err)
		}
		if err := src.Open(context.Background(), env); err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = src.Poll(context.Background())
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		if err := src.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// lines is a format that finds the lines and does nothing with them.
type lines struct{ format.Format }

func (lines) Name() string { return "lines" }

func (lines) NewDecoder(connectors.SourceSpec, operators.Faults) (format.Decoder, error) {
	return lineCounter{}, nil
}

type lineCounter struct{}

func (lineCounter) MaxTime() window.Micros { return window.Min }

func (lineCounter) Decode(in format.Input, _ *batch.Builder) (used, records int) {
	for {
		i := bytes.IndexByte(in.Block[used:], '\n')
		if i < 0 {
			return used, records
		}
		used += i + 1
		records++
	}
}
