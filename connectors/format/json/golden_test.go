package json

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
)

var rewrite = flag.Bool("rewrite", false, "write the expected output to testdata")

// recorder keeps row errors as text.
type recorder struct{ errors []string }

func (r *recorder) RowError(e operators.RowError) {
	r.errors = append(r.errors, fmt.Sprintf("%s:%d: %s: %s | %q", e.Split, e.Line, e.Operator, e.Message, shorten(e.Raw)))
}

func (r *recorder) LateRow(operators.LateRow) { panic("a decoder knows no late rows") }

func shorten(b []byte) []byte { return b[:min(len(b), 120)] }

// outputOf decodes blocks of the input that a source cutting it at random would
// make, and returns what came of it as text.
func outputOf(t testing.TB, spec connectors.SourceSpec, input []byte, cut func(left int) int, rows int) string {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	faults := &recorder{}
	d, err := newDecoder(spec, faults)
	if err != nil {
		t.Fatal(err)
	}
	return decodeWith(t, d, faults, alloc, spec, input, cut, rows)
}

func decodeWith(t testing.TB, d *decoder, faults *recorder, alloc *memory.CheckedAllocator, spec connectors.SourceSpec, input []byte, cut func(left int) int, rows int) string {
	out := batch.NewBuilder(alloc, spec.Out)
	var text strings.Builder
	line, start, end, records := int64(1), 0, 0, 0
	for start < len(input) {
		end = min(len(input), max(end, start)+cut(len(input)-start))
		block := input[start:end:end]
		for {
			out.Reset(rows)
			in := format.Input{Block: block, Split: "in", Line: line, Final: end == len(input)}
			used, n := d.Decode(in, out)
			records += n
			b := out.Finish(&batch.Origin{Split: "in", Block: block, Line: line})
			writeRows(&text, b)
			b.Release()
			line += int64(strings.Count(string(block[:used]), "\n"))
			start, block = start+used, block[used:]
			if used == 0 {
				break
			}
		}
		if end == len(input) && start < end {
			t.Fatalf("%d bytes of the final block were left", end-start)
		}
	}
	out.Close()
	if c, ok := t.(*testing.T); ok {
		alloc.AssertSize(c, 0)
	}
	for _, e := range faults.errors {
		text.WriteString(e + "\n")
	}
	fmt.Fprintf(&text, "%d records, time %s\n", records, d.MaxTime())
	return text.String()
}

func writeRows(w *strings.Builder, b batch.Batch) {
	for r := range b.Rows() {
		_, line := b.Raw(r)
		fmt.Fprintf(w, "line %d", line)
		if b.Marks != nil {
			fmt.Fprintf(w, " after %s", b.Marks[r])
		}
		for c, f := range b.SQLSchema().Fields() {
			col := b.Column(c)
			cell := "NULL"
			if col.IsValid(r) {
				cell = col.ValueStr(r)
				if f.Type.Lane() == batch.LaneBytes {
					v := b.Vector(c)
					cell = fmt.Sprintf("%q", v.Bytes(r))
				}
			}
			fmt.Fprintf(w, " %s=%s", f.Name, cell)
		}
		w.WriteString("\n")
	}
}

func whole(left int) int { return left }

// wanted builds a spec of columns such as "location.depth DOUBLE".
func wanted(columns ...any) connectors.SourceSpec {
	spec := connectors.SourceSpec{Time: -1}
	spec.Options = connectors.NewOptions(nil)
	var fields []batch.Field
	for i := 0; i < len(columns); i += 2 {
		path, typ := columns[i].(string), columns[i+1].(batch.Type)
		spec.Want = append(spec.Want, connectors.Want{Path: strings.Split(path, "."), Type: typ})
		fields = append(fields, batch.Field{Name: path, Type: typ})
	}
	spec.Out = batch.NewSchema(fields...)
	return spec
}

var (
	bigint    = batch.Of(batch.BigInt)
	varchar   = batch.Of(batch.Varchar)
	double    = batch.Of(batch.Double)
	timestamp = batch.Of(batch.Timestamp)
)

// goldenSpecs are the columns of each testdata/NAME.in; what they decode to is
// in NAME.out.
func goldenSpecs() map[string]connectors.SourceSpec {
	scalars := wanted("t", batch.Of(batch.TinyInt), "i", bigint, "d", double, "m", batch.DecimalOf(38, 2), "b", batch.Of(batch.Boolean),
		"s", varchar, "c", batch.Type{ID: batch.Varchar, Precision: 3}, "j", batch.Of(batch.JSON))
	temporal := wanted("at", timestamp, "day", batch.Of(batch.Date), "clock", batch.Of(batch.Time), "i", bigint)
	temporal.Time = 0
	tested := wanted("i", bigint, "s", varchar, "at", timestamp, "x", double)
	tested.Time = 2
	tested.Predicates = []connectors.Predicate{
		{Column: 0, Int: func(v int64) bool { return v%2 == 0 }},
		{Column: 1, Bytes: func(v []byte) bool { return len(v) > 1 }},
	}
	return map[string]connectors.SourceSpec{
		"scalars":  scalars,
		"errors":   scalars,
		"temporal": temporal,
		"tested":   tested,
		"paths":    wanted("location.depth", double, "location.name.short", varchar, "location", batch.Of(batch.JSON), "Mag", double),
		"nested": wanted("r", batch.RowOf(batch.Field{Name: "a", Type: bigint}, batch.Field{Name: "b", Type: batch.ArrayOf(varchar)},
			batch.Field{Name: "c", Type: batch.RowOf(batch.Field{Name: "t", Type: timestamp}, batch.Field{Name: "x", Type: batch.Of(batch.Boolean)})}),
			"l", batch.ArrayOf(batch.DecimalOf(10, 1)), "n", bigint),
	}
}

func TestGolden(t *testing.T) {
	for name, spec := range goldenSpecs() {
		t.Run(name, func(t *testing.T) {
			input, err := os.ReadFile(filepath.Join("testdata", name+".in"))
			if err != nil {
				t.Fatal(err)
			}
			got := outputOf(t, spec, input, whole, 1000)
			path := filepath.Join("testdata", name+".out")
			if *rewrite {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
