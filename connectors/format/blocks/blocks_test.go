package blocks

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// lines is a decoder that keeps each line as a row of one column.
type lines struct{}

func (lines) MaxTime() window.Micros { return window.Min }

func (lines) Decode(in format.Input, out *batch.Builder) (used, records int) {
	for used < len(in.Block) && out.Rows < cap(out.Starts) {
		line := in.Block[used:]
		i := bytes.IndexByte(line, '\n')
		if i < 0 && !in.Final {
			break
		} else if i < 0 {
			i = len(line) - 1
		}
		out.Cols[0].Buf = append(out.Cols[0].Buf, bytes.TrimSpace(line[:i+1])...)
		out.Cols[0].Off = append(out.Cols[0].Off, int32(len(out.Cols[0].Buf)))
		out.Starts = append(out.Starts, uint32(used))
		out.EndRow()
		used += i + 1
		records++
	}
	return used, records
}

type faults struct{ errors []operators.RowError }

func (f *faults) RowError(e operators.RowError) { f.errors = append(f.errors, e) }
func (f *faults) LateRow(operators.LateRow)     {}

// read reads all of in and returns the rows with their lines.
func read(t *testing.T, s *Stream, in io.Reader) (rows []string, numbers []int64, total int) {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	builder := batch.NewBuilder(alloc, batch.NewSchema(batch.Field{Name: "line", Type: batch.Of(batch.Varchar)}))
	defer builder.Close()
	for !s.Done() {
		if s.Hungry() {
			if _, err := s.Fill(in); err == io.EOF {
				s.End()
			}
			continue
		}
		builder.Reset(s.Rows(64))
		piece := s.Decode(builder)
		total += piece.Bytes
		b := builder.Finish(piece.Origin)
		v := b.Vector(0)
		for i := range b.Rows() {
			raw, number := b.Raw(i)
			if string(raw) != v.Str(i) {
				t.Errorf("line %d: raw %q, row %q", number, raw, v.Str(i))
			}
			rows, numbers = append(rows, strings.Clone(v.Str(i))), append(numbers, number)
		}
		b.Release()
	}
	return rows, numbers, total
}

// giant is a good line, a line of n bytes, and another good line.
func giant(n int64) io.Reader {
	return io.MultiReader(strings.NewReader("first\n"), io.LimitReader(endless{}, n), strings.NewReader("\nlast\n"))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestLineOf100MB(t *testing.T) {
	const size = 100 << 20
	f := &faults{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows, numbers, total := read(t, New(Config{Split: "f", Faults: f}, lines{}), giant(size))
	runtime.ReadMemStats(&after)
	if strings.Join(rows, " ") != "first last" || numbers[0] != 1 || numbers[1] != 3 || total != size+12 {
		t.Errorf("rows %v on lines %v, %d bytes", rows, numbers, total)
	}
	if len(f.errors) != 1 {
		t.Fatalf("%d errors", len(f.errors))
	}
	e := f.errors[0]
	if e.Line != 2 || e.Code != operators.CodeTooLong || len(e.Raw) != excerpt ||
		e.Message != `record longer than 10485760 bytes (option max_record_bytes), it begins "`+strings.Repeat("x", 60)+`"` {
		t.Errorf("%d %s %s, %d bytes raw", e.Line, e.Code, e.Message, len(e.Raw))
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4*MaxRecord {
		t.Errorf("%d bytes were allocated for a line of %d", grown, size)
	}
}

func TestLongestRecordIsStillRead(t *testing.T) {
	for _, size := range []int{1, 7, 100, 1000} {
		for _, end := range []string{"", "\n", "\nb", "\nb\n"} {
			f := &faults{}
			text := strings.Repeat("a", 100) + end
			rows, _, _ := read(t, New(Config{MaxRecord: 100, Size: size, Faults: f}, lines{}), strings.NewReader(text))
			if len(f.errors) != 0 || rows[0] != text[:100] || len(rows) != len(strings.Fields(text)) {
				t.Errorf("size %d, end %q: %v %v", size, end, rows, f.errors)
			}
			rows, _, _ = read(t, New(Config{MaxRecord: 99, Size: size, Faults: f}, lines{}), strings.NewReader(text))
			if len(f.errors) != 1 || len(rows) != len(strings.Fields(text))-1 {
				t.Errorf("size %d, end %q, one byte too long: %v %v", size, end, rows, f.errors)
			}
		}
	}
}

func TestPlaceAndPark(t *testing.T) {
	s := New(Config{Offset: 100, Line: 7, Faults: &faults{}}, lines{})
	if _, err := s.Fill(strings.NewReader("a\nbc\nde")); err != nil {
		t.Fatal(err)
	}
	out := batch.NewBuilder(memory.NewGoAllocator(), batch.NewSchema(batch.Field{Name: "line", Type: batch.Of(batch.Varchar)}))
	defer out.Close()
	out.Reset(10)
	if p := s.Decode(out); p.Records != 2 || p.Bytes != 5 || p.Origin.Line != 7 {
		t.Errorf("%+v", p)
	}
	s.Park()
	if s.Offset() != 105 || s.Line() != 9 || s.ReadOffset() != 107 || s.Done() {
		t.Errorf("offset %d, line %d, read %d", s.Offset(), s.Line(), s.ReadOffset())
	}
	rows, numbers, _ := read(t, s, strings.NewReader("f\n"))
	if strings.Join(rows, " ") != "def" || numbers[0] != 9 {
		t.Errorf("%v on lines %v", rows, numbers)
	}
}
