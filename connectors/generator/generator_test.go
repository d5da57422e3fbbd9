package generator

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

var rewrite = flag.Bool("rewrite", false, "write the expected output to testdata")

// specOf wants all columns of a stream, or those named, with the given options
// such as "kind=stock rows=5".
func specOf(t *testing.T, options string, names ...string) connectors.SourceSpec {
	t.Helper()
	values := map[string]string{"connector": "generator"}
	for _, o := range strings.Fields(options) {
		key, value, _ := strings.Cut(o, "=")
		values[key] = value
	}
	spec := connectors.SourceSpec{Time: -1}
	spec.Stream, spec.Options = "s", connectors.NewOptions(values)
	d, err := New().Describe(spec.Spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		for _, f := range d.Schema.Fields() {
			names = append(names, f.Name)
		}
	}
	var fields []batch.Field
	for _, name := range names {
		path := strings.Split(name, ".")
		in := d.Schema.Fields()
		var typ batch.Type
		for _, p := range path {
			typ = in[find(in, p)].Type
			in = typ.Fields
		}
		if name == d.Time {
			spec.Time = len(fields)
		}
		fields = append(fields, batch.Field{Name: name, Type: typ})
		spec.Want = append(spec.Want, connectors.Want{Path: path, Type: typ})
	}
	spec.Out = batch.NewSchema(fields...)
	return spec
}

// read returns at most limit rows as text, with the marks, and the clock's
// steps that it took.
func read(t *testing.T, spec connectors.SourceSpec, batchRows, limit int, now func() time.Time) (rows []string, polls int) {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	s, err := New().Source(spec)
	if err != nil {
		t.Fatal(err)
	}
	if now == nil {
		now = func() time.Time { return time.Unix(0, 0) }
	}
	if err := s.Open(t.Context(), operators.Env{Alloc: alloc, Now: now, BatchRows: batchRows}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for len(rows) < limit {
		p, err := s.Poll(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if polls++; p.Batch.Record == nil {
			continue
		}
		for r := range p.Batch.Rows() {
			rows = append(rows, rowText(p.Batch, r))
		}
		p.Batch.Release()
	}
	return rows[:min(len(rows), limit)], polls
}

func rowText(b batch.Batch, r int) string {
	var w strings.Builder
	for c, f := range b.SQLSchema().Fields() {
		fmt.Fprintf(&w, " %s=%s", f.Name, b.Column(c).ValueStr(r))
	}
	if b.Marks != nil {
		fmt.Fprintf(&w, " after %s", b.Marks[r])
	}
	return w.String()[1:]
}

// TestGolden pins the first rows of each kind and a checksum of the first 3000.
func TestGolden(t *testing.T) {
	var got strings.Builder
	for _, k := range kinds() {
		rows, _ := read(t, specOf(t, "rows=3000 kind="+k.name), 700, 3000, nil)
		sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
		fmt.Fprintf(&got, "%s %d rows %x\n%s\n", k.name, len(rows), sum[:8], strings.Join(rows[:8], "\n"))
	}
	const path = "testdata/kinds.out"
	if *rewrite {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}

func TestBatchSizeAndPaceDoNotMatter(t *testing.T) {
	for _, k := range kinds() {
		want, _ := read(t, specOf(t, "rows=300 disorder=2s seed=7 kind="+k.name), 1000, 300, nil)
		if got, _ := read(t, specOf(t, "count=300 disorder=2s seed=7 kind="+k.name), 7, 300, nil); !equal(got, want) {
			t.Errorf("%s: rows depend on the batch size", k.name)
		}
		now := time.Unix(5000, 0)
		clock := func() time.Time { now = now.Add(5 * time.Millisecond); return now }
		if got, polls := read(t, specOf(t, "rows=300 pace=true disorder=2s seed=7 kind="+k.name), 1000, 300, clock); !equal(got, want) || polls < 3 {
			t.Errorf("%s: rows depend on the pace (%d polls)", k.name, polls)
		}
		if got, _ := read(t, specOf(t, "rows=300 disorder=2s seed=8 kind="+k.name), 1000, 300, nil); equal(got, want) {
			t.Errorf("%s: rows do not depend on the seed", k.name)
		}
	}
}

func equal(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }

// TestDisorder checks that times lie behind the greatest before by no more than
// the bound, that some do by much of it, and that nothing else changes.
func TestDisorder(t *testing.T) {
	spec := specOf(t, "kind=stock rows=5000 rate=1000 disorder=2s", "ts")
	ordered, _ := read(t, specOf(t, "kind=stock rows=5000 rate=1000", "ticker", "price"), 100, 5000, nil)
	shuffled, _ := read(t, specOf(t, "kind=stock rows=5000 rate=1000 disorder=2s", "ticker", "price"), 100, 5000, nil)
	if !equal(ordered, shuffled) {
		t.Error("disorder changes other columns")
	}
	rows, _ := read(t, spec, 100, 5000, nil)
	greatest, behind := window.Min, window.Micros(0)
	for _, row := range rows {
		at, err := time.Parse("ts=2006-01-02 15:04:05.999999Z", strings.Split(row, " after ")[0])
		if err != nil {
			t.Fatal(err)
		}
		if m := window.At(at); greatest != window.Min {
			behind = max(behind, greatest-m)
			greatest = max(greatest, m)
		} else {
			greatest = m
		}
	}
	if behind > 2*window.Second || behind < 3*window.Second/2 {
		t.Errorf("rows are up to %d microseconds late, want just below two seconds", behind)
	}
}

func TestPace(t *testing.T) {
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	now := start
	spec := specOf(t, "kind=stock rate=100", "ts")
	s, err := New().Source(spec)
	if err != nil {
		t.Fatal(err)
	}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: func() time.Time { return now }, BatchRows: 1000}
	if err := s.Open(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	total := 0
	for i, c := range []struct {
		elapsed time.Duration
		rows    int
	}{{0, 1}, {time.Second, 101}, {time.Second, 101}, {2500 * time.Millisecond, 251}} {
		now = start.Add(c.elapsed)
		p, err := s.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p.Batch.Record != nil {
			total += p.Batch.Rows()
			p.Batch.Release()
		}
		if total != c.rows {
			t.Errorf("poll %d at %s: %d rows so far, want %d", i, c.elapsed, total, c.rows)
		}
		if i == 0 && p.MaxTime != window.At(start) {
			t.Errorf("first event at %s, want %s", p.MaxTime, start)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := s.Poll(ctx); !errors.Is(err, stop) {
		t.Errorf("poll after the end of its context: %v, want %v", err, stop)
	}
}

func TestPredicatesAndMembers(t *testing.T) {
	spec := specOf(t, "kind=nexmark rows=1000", "bid.price", "person.state", "dateTime", "event_type")
	all, _ := read(t, spec, 100, 1000, nil)
	spec.Predicates = []connectors.Predicate{{Column: 3, Int: func(v int64) bool { return v == personEvent }}}
	persons, _ := read(t, spec, 100, 1000, nil)
	if len(all) != 1000 || len(persons) != 20 {
		t.Fatalf("%d rows and %d persons, want 1000 and 20", len(all), len(persons))
	}
	for i, p := range persons {
		if p != all[50*i] {
			t.Errorf("person %d: got %s, want %s", i, p, all[50*i])
		}
	}
}

// TestParts checks that nexmark-bid is the bids of nexmark.
func TestParts(t *testing.T) {
	whole := specOf(t, "kind=nexmark rows=1000", "bid.auction", "bid.price", "bid.url", "bid.extra", "event_type")
	whole.Predicates = []connectors.Predicate{{Column: 4, Int: func(v int64) bool { return v == bidEvent }}}
	rows, _ := read(t, whole, 100, 1000, nil)
	part, _ := read(t, specOf(t, "kind=nexmark-bid rows=920", "auction", "price", "url", "extra"), 100, 1000, nil)
	if len(part) != 920 || len(rows) != 920 {
		t.Fatalf("%d and %d rows, want 920", len(rows), len(part))
	}
	for i := range rows {
		want := strings.ReplaceAll(strings.TrimSuffix(rows[i], " event_type=2"), "bid.", "")
		if part[i] != want {
			t.Fatalf("bid %d: got %s, want %s", i, part[i], want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		options string
		schema  *batch.Schema
		want    string
	}{
		{"", nil, `option "kind": is required: one of clickstream, stock, telemetry, nexmark, nexmark-person, nexmark-auction, nexmark-bid`},
		{"kind=stonk", nil, `option "kind": want one of clickstream, stock, telemetry, nexmark, nexmark-person, nexmark-auction, nexmark-bid, got "stonk"; did you mean "stock"?`},
		{"kind=stock rows=-1", nil, `option "rows": want an integer from 0 to 9223372036854775807, got "-1"`},
		{"kind=stock rows=1 count=2", nil, `option "count": is another name of rows: want 1, got 2`},
		{"kind=stock start=soon", nil, `option "start": want an instant such as 2026-01-01T00:00:00Z, got "soon"`},
		{"kind=stock disorder=far", nil, `option "disorder": want a length of time such as 5s or 200ms, got "far"`},
		{"kind=stock", schemaOf("prise", batch.Double), `generator stock has no column "prise"; did you mean "price"?`},
		{"kind=stock", schemaOf("colour", batch.Varchar), `generator stock has no column "colour"; it has ts, ticker, price, change, volume`},
		{"kind=stock", schemaOf("Price", batch.Varchar), `column "Price" of generator stock is DOUBLE, declared as VARCHAR`},
	} {
		values := map[string]string{}
		for _, o := range strings.Fields(c.options) {
			key, value, _ := strings.Cut(o, "=")
			values[key] = value
		}
		_, err := New().Describe(connectors.Spec{Stream: "s", Options: connectors.NewOptions(values), Schema: c.schema})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.options, err, c.want)
		}
	}
	if _, err := New().Sink(connectors.SinkSpec{}); err == nil {
		t.Error("a generator can be written to")
	}
}
