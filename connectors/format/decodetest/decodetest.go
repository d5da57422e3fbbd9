// Package decodetest runs decoders over text in tests: whole, and cut into
// blocks of every size, which must make no difference.
package decodetest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/blocks"
	"kinesql/connectors/format/encode"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Faults keeps row errors. It implements operators.Faults.
type Faults struct {
	mu     sync.Mutex
	errors []operators.RowError
}

// RowError implements operators.Faults.
func (f *Faults) RowError(e operators.RowError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Raw = bytes.Clone(e.Raw)
	f.errors = append(f.errors, e)
}

// LateRow implements operators.Faults; sources have no late rows.
func (f *Faults) LateRow(operators.LateRow) {}

// Errors returns what was kept so far.
func (f *Faults) Errors() []operators.RowError {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]operators.RowError(nil), f.errors...)
}

// Texts returns the errors as split:line: code: message | raw.
func (f *Faults) Texts() []string {
	var out []string
	for _, e := range f.Errors() {
		out = append(out, fmt.Sprintf("%s:%d: %s: %s | %s", e.Split, e.Line, e.Code, e.Message, e.Raw))
	}
	return out
}

// Schema returns a schema of "name type" pairs. Types are those of batch.Type's
// String without parameters, DECIMAL being DECIMAL(10, 2).
func Schema(columns ...string) *batch.Schema {
	var fields []batch.Field
	for _, c := range columns {
		name, word, _ := strings.Cut(c, " ")
		fields = append(fields, batch.Field{Name: name, Type: typeOf(word)})
	}
	return batch.NewSchema(fields...)
}

func typeOf(word string) batch.Type {
	if word == "DECIMAL" {
		return batch.DecimalOf(10, 2)
	}
	for id := batch.Boolean; id <= batch.JSON; id++ {
		if id.String() == word {
			return batch.Of(id)
		}
	}
	panic("decodetest: no type " + word)
}

// Spec returns a spec that wants all columns of a schema. timeColumn may be
// empty.
func Spec(schema *batch.Schema, timeColumn string, options map[string]string) connectors.SourceSpec {
	spec := connectors.SourceSpec{Time: -1, Out: schema, Instances: 1}
	spec.Spec = connectors.Spec{Stream: "s", Options: connectors.NewOptions(options), Schema: schema}
	for i, f := range schema.Fields() {
		spec.Want = append(spec.Want, connectors.Want{Path: []string{f.Name}, Type: f.Type})
		if f.Name == timeColumn {
			spec.Time = i
		}
	}
	return spec
}

// Result is what came of a text.
type Result struct {
	Rows    []string // line: row as JSON
	Marks   []window.Micros
	Faults  []string
	Records int
	MaxTime window.Micros
}

// Decode decodes text read in blocks of the given size into batches of at most
// rows rows.
func Decode(t testing.TB, f format.Format, spec connectors.SourceSpec, text string, size, rows int) Result {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	faults := &Faults{}
	dec, err := f.NewDecoder(spec, faults)
	if err != nil {
		t.Fatal(err)
	}
	builder := batch.NewBuilder(alloc, spec.Out)
	defer builder.Close()
	s := blocks.New(blocks.Config{Split: "f", Size: size, Faults: faults}, dec)
	var out Result
	for in := strings.NewReader(text); !s.Done(); {
		if s.Hungry() {
			if _, err := s.Fill(in); err == io.EOF {
				s.End()
			}
			continue
		}
		builder.Reset(rows)
		piece := s.Decode(builder)
		out.Records += piece.Records
		if builder.Rows > 0 {
			out.add(t, builder.Finish(piece.Origin))
		}
	}
	out.Faults, out.MaxTime = faults.Texts(), dec.MaxTime()
	return out
}

func (r *Result) add(t testing.TB, b batch.Batch) {
	defer b.Release()
	r.Marks = append(r.Marks, b.Marks...)
	for i, row := range Rows(t, b) {
		_, line := b.Raw(i)
		r.Rows = append(r.Rows, fmt.Sprintf("%d: %s", line, row))
	}
}

// Rows returns the rows of a batch as JSON.
func Rows(t testing.TB, b batch.Batch) []string {
	t.Helper()
	var text bytes.Buffer
	enc, err := encode.New("jsonl", &text, b.SQLSchema(), format.EncodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := enc.Encode(b); err != nil {
		t.Fatal(err)
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
}

// Invariant decodes text whole, and in blocks and batches of other sizes, which
// must give the same. It returns the result.
func Invariant(t testing.TB, f format.Format, spec connectors.SourceSpec, text string) Result {
	t.Helper()
	want := Decode(t, f, spec, text, len(text)+1, 40)
	sizes := []int{1, 2, 3, 5, 7, 13, 64, len(text)/2 + 1}
	if len(text) < 600 {
		sizes = sizes[:0]
		for size := 1; size <= len(text); size++ {
			sizes = append(sizes, size)
		}
	}
	for _, size := range sizes {
		for _, rows := range []int{1, 3, 40} {
			if diff := cmp.Diff(want, Decode(t, f, spec, text, size, rows)); diff != "" {
				t.Fatalf("blocks of %d bytes, batches of %d rows (-whole +cut):\n%s", size, rows, diff)
			}
		}
	}
	return want
}

// Discard decodes text in blocks of the usual size and drops the rows, for
// benchmarks. It returns how many rows there were.
func Discard(t testing.TB, f format.Format, spec connectors.SourceSpec, text string) (rows int) {
	t.Helper()
	faults := &Faults{}
	dec, err := f.NewDecoder(spec, faults)
	if err != nil {
		t.Fatal(err)
	}
	builder := batch.NewBuilder(memory.NewGoAllocator(), spec.Out)
	defer builder.Close()
	s := blocks.New(blocks.Config{Split: "f", Faults: faults}, dec)
	for in := strings.NewReader(text); !s.Done(); {
		if s.Hungry() {
			if _, err := s.Fill(in); err == io.EOF {
				s.End()
			}
			continue
		}
		builder.Reset(s.Rows(8192))
		s.Decode(builder)
		rows += builder.Rows
	}
	return rows
}
