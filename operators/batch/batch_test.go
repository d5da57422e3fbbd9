package batch_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

// every has a column of each sort of type.
var every = batch.NewSchema(
	batch.Field{Name: "flag", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "tiny", Type: batch.Of(batch.TinyInt)},
	batch.Field{Name: "big", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "real", Type: batch.Of(batch.Real)},
	batch.Field{Name: "double", Type: batch.Of(batch.Double)},
	batch.Field{Name: "dec", Type: batch.DecimalOf(38, 4)},
	batch.Field{Name: "chars", Type: batch.Type{ID: batch.Char, Precision: 3}},
	batch.Field{Name: "text", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "raw", Type: batch.Of(batch.Varbinary)},
	batch.Field{Name: "day", Type: batch.Of(batch.Date)},
	batch.Field{Name: "clock", Type: batch.Of(batch.Time)},
	batch.Field{Name: "at", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "json", Type: batch.Of(batch.JSON)},
	batch.Field{Name: "list", Type: batch.ArrayOf(batch.Of(batch.Varchar))},
	batch.Field{Name: "row", Type: batch.RowOf(
		batch.Field{Name: "n", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "b", Type: batch.Of(batch.Boolean)})},
)

const everyRow = `
	true|-128|9007199254740993|0.5|1e-300|-12345678901234567890.1234|abc|héllo|00ff10|2015-05-17|23:59:59.999999|2015-05-17T10:05:03.000001|{"a":1}|["x",null,""]|{"n":1,"b":true}
	NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
	false|127|-1|-0.25|-Inf|0.0000||\NULL||1969-12-31|00:00:00|1969-12-31T23:59:59|null|[]|{"n":null,"b":false}
	true|0|0|0|0|1.0000|z|z|7a|1970-01-01|12:00:00|1970-01-01T00:00:00|[1,2]|["y"]|{"n":3,"b":null}
	NULL|1|NULL|1|NULL|2.5000|NULL|b|NULL|1970-01-02|NULL|1970-01-01T00:00:01|NULL|NULL|{"n":4,"b":true}
`

// checked gives an allocator that must be empty when the test ends.
func checked(t *testing.T) memory.Allocator {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { alloc.AssertSize(t, 0) })
	return alloc
}

// made makes a batch that is released when the test ends.
func made(t *testing.T, schema *batch.Schema, text string) batch.Batch {
	b := optest.Rows(checked(t), schema, text)
	t.Cleanup(b.Release)
	return b
}

func same(t *testing.T, what string, b batch.Batch, want []string) {
	t.Helper()
	if got := optest.Lines(b); !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func TestAllTypesRoundTrip(t *testing.T) {
	b := made(t, every, everyRow)
	same(t, "built", b, lines(everyRow))
	cols := make([]batch.Vector, every.Len())
	for i := range cols {
		cols[i] = b.Vector(i)
		if cols[i].Len != b.Rows() || cols[i].HasNulls() != (b.Column(i).NullN() > 0) {
			t.Errorf("column %d: %d rows, NULLs %v", i, cols[i].Len, cols[i].HasNulls())
		}
	}
	views := batch.New(every, b.Rows(), cols, batch.Beside{})
	same(t, "of views", views, lines(everyRow))
	for i := range cols {
		if views.Column(i).Data() != b.Column(i).Data() {
			t.Errorf("column %d was copied", i)
		}
	}
	views.Release()
}

// TestTakeOfComputed takes all rows as computed vectors, and makes a batch of them.
func TestTakeOfComputed(t *testing.T) {
	b := made(t, every, everyRow)
	rows := []int32{4, 0, 0, 3, 1, 2}
	var want []string
	for _, r := range rows {
		want = append(want, lines(everyRow)[r])
	}
	cols := make([]batch.Vector, every.Len())
	for i := range cols {
		v := b.Vector(i)
		cols[i] = v.Take(rows)
	}
	out := batch.New(every, len(rows), cols, batch.Beside{})
	same(t, "taken", out, want)
	out.Release()
	none := b.Take(nil)
	same(t, "nothing taken", none, nil)
	none.Release()
}

func TestKernelsOfSlices(t *testing.T) {
	all := lines(everyRow)
	b := made(t, every, everyRow)
	for from := range len(all) + 1 {
		for to := from; to <= len(all); to++ {
			s := b.Slice(from, to)
			same(t, fmt.Sprintf("slice [%d, %d)", from, to), s, all[from:to])
			var rows []int32
			var want []string
			for i := to - from - 1; i >= 0; i-- {
				rows = append(rows, int32(i))
				want = append(want, all[from+i])
			}
			taken := s.Take(rows)
			same(t, fmt.Sprintf("slice [%d, %d) reversed", from, to), taken, want)
			joined, err := batch.Concat(memory.DefaultAllocator, []batch.Batch{s, taken, b})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "joined", joined, slices.Concat(all[from:to], want, all))
			joined.Release()
			taken.Release()
			s.Release()
		}
	}
}

func TestMembersAndItemsOfSlices(t *testing.T) {
	b := made(t, every, everyRow)
	for from := range b.Rows() {
		s := b.Slice(from, b.Rows())
		row, list := s.Vector(every.Index("row")), s.Vector(every.Index("list"))
		n, flag := row.Member(0), row.Member(1)
		items, starts := list.Items()
		var got []string
		for i := range s.Rows() {
			line := "-"
			if n.IsValid(i) {
				line = fmt.Sprint(n.I64[i])
			}
			if flag.IsValid(i) {
				line += fmt.Sprint(flag.Bool[i])
			}
			for k := starts[i]; k < starts[i+1]; k++ {
				if items.IsValid(int(k)) {
					line += fmt.Sprintf(" %q", items.Bytes(int(k)))
				} else {
					line += " NULL"
				}
			}
			got = append(got, line)
		}
		if want := []string{`1true "x" NULL ""`, "-", "-false", `3 "y"`, "4true"}[from:]; !slices.Equal(got, want) {
			t.Errorf("from %d: got %q, want %q", from, got, want)
		}
		s.Release()
	}
}

func TestMembersMakeBatches(t *testing.T) {
	b := made(t, every, everyRow)
	s := b.Slice(1, 5)
	defer s.Release()
	row := s.Vector(every.Index("row"))
	out := batch.NewSchema(batch.Field{Name: "n", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "b", Type: batch.Of(batch.Boolean)})
	flat := batch.New(out, s.Rows(), []batch.Vector{row.Member(0), row.Member(1)}, batch.Beside{})
	defer flat.Release()
	same(t, "members", flat, []string{"NULL|NULL", "NULL|false", "3|NULL", "4|true"})
}

func TestConstantsSpread(t *testing.T) {
	schema := batch.NewSchema(
		batch.Field{Name: "i", Type: batch.Of(batch.Date)}, batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "d", Type: batch.DecimalOf(5, 1)}, batch.Field{Name: "n", Type: batch.Of(batch.Double)},
	)
	s := batch.Vector{Type: batch.Of(batch.Varchar), Const: true}
	s.AppendBytes([]byte("x"))
	cols := []batch.Vector{
		{Type: batch.Of(batch.Date), Const: true, Len: 3, I64: []int64{-1}}, s,
		{Type: batch.DecimalOf(5, 1), Const: true, Len: 3, Dec: []decimal128.Num{decimal128.FromI64(-15)}},
		{Type: batch.Of(batch.Double), Const: true, Len: 3, F64: []float64{0}, Valid: []bool{false}},
	}
	cols[1].Len = 3
	b := batch.New(schema, 3, cols, batch.Beside{})
	defer b.Release()
	same(t, "spread", b, slices.Repeat([]string{"1969-12-31|x|-1.5|NULL"}, 3))
	if v := cols[1].Spread(); v.Const || v.Str(2) != "x" {
		t.Errorf("got %+v", v)
	}
}

func TestSetNull(t *testing.T) {
	v := batch.Vector{Type: batch.Of(batch.BigInt), Len: 3, I64: []int64{1, 2, 3}}
	v.SetNull(1)
	if !v.IsValid(0) || v.IsValid(1) || !v.IsValid(2) || !v.HasNulls() {
		t.Errorf("got %v", v.Valid)
	}
	c := batch.Vector{Type: batch.Of(batch.BigInt), Len: 3, Const: true, I64: []int64{1}}
	c.SetNull(0)
	if len(c.Valid) != 1 || c.IsValid(2) {
		t.Errorf("got %v", c.Valid)
	}
}

func TestKindsStayWithTheirRows(t *testing.T) {
	schema := batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.Varchar)})
	b := made(t, schema, "a\n-U b\n+U c\n-D d\n-U e\n+U f")
	for _, c := range []struct {
		rows []int32
		want string
	}{
		{[]int32{0, 1, 2, 3}, "+I a, -U b, +U c, -D d"},
		{[]int32{1, 3, 5}, "-D b, -D d, +I f"},
		{[]int32{1, 5, 4, 2}, "-D b, +I f, -D e, +I c"},
		{[]int32{4, 5, 1, 2}, "-U e, +U f, -U b, +U c"},
	} {
		out := b.Take(c.rows)
		if got := strings.Join(optest.Lines(out), ", "); got != c.want {
			t.Errorf("rows %v: got %s, want %s", c.rows, got, c.want)
		}
		out.Release()
	}
	for from, want := range []string{"+I a, -D b", "-U b, +U c", "+I c, -D d", "-D d, -D e", "-U e, +U f"} {
		s := b.Slice(from, from+2)
		if got := strings.Join(optest.Lines(s), ", "); got != want {
			t.Errorf("from %d: got %s, want %s", from, got, want)
		}
		s.Release()
	}
	if got := strings.Join(optest.Lines(b), ", "); got != "+I a, -U b, +U c, -D d, -U e, +U f" {
		t.Errorf("the batch became %s", got)
	}
}

func TestConcatKeepsKindsAndMarks(t *testing.T) {
	schema := batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.Varchar)})
	plain, changes := made(t, schema, "a\nb"), made(t, schema, "-D a")
	changes.Marks = []window.Micros{7}
	b, err := batch.Concat(checked(t), []batch.Batch{plain, changes})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	same(t, "joined", b, []string{"+I a", "+I b", "-D a"})
	if b.Mark(0) != window.Min || b.Mark(2) != 7 || plain.Mark(1) != window.Min {
		t.Errorf("marks %v", b.Marks)
	}
}

func TestOwnCopiesTheBlockOnce(t *testing.T) {
	block := []byte("one\r\ntwo\n\nfour")
	b := made(t, batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.Varchar)}), "1\n2\n4")
	b.Origin, b.Starts = &batch.Origin{Split: "f", Block: block, Line: 10}, []uint32{0, 5, 10}
	own := b.Own()
	again := own.Own()
	part := own.Take([]int32{2, 0})
	clear(block)
	for i, want := range []string{"one 10", "two 11", "four 13"} {
		if raw, line := own.Raw(i); fmt.Sprintf("%s %d", raw, line) != want {
			t.Errorf("row %d: got %q %d, want %s", i, raw, line, want)
		}
	}
	if raw, line := part.Raw(0); string(raw) != "four" || line != 13 {
		t.Errorf("taken: got %q %d", raw, line)
	}
	if again.Origin != own.Origin {
		t.Error("what was owned was copied again")
	}
	for _, b := range []batch.Batch{own, again, part} {
		b.Release()
	}
	if raw, line := made(t, every, everyRow).Raw(0); raw != nil || line != 0 {
		t.Errorf("without an origin: got %q %d", raw, line)
	}
}

func TestJSONOfARow(t *testing.T) {
	b := made(t, every, everyRow)
	for i := range b.Rows() {
		var members map[string]any
		if err := json.Unmarshal(b.JSON(i), &members); err != nil || len(members) != every.Len() {
			t.Errorf("%s: %v", b.JSON(i), err)
		}
	}
	s := b.Slice(3, 4)
	defer s.Release()
	want := `{"flag":true,"tiny":0,"big":0,"real":0,"double":0,"dec":"1","chars":"z","text":"z","raw":"eg==","day":"1970-01-01",` +
		`"clock":"12:00:00","at":"1970-01-01 00:00:00Z","json":"[1,2]","list":["y"],"row":{"n":3,"b":null}}`
	if got := string(s.JSON(0)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestTakesAreLikeLists compares random kernels with the same on lines of text.
func TestTakesAreLikeLists(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	b, want := made(t, every, everyRow), lines(everyRow)
	held := []batch.Batch{}
	for range 60 {
		switch n := b.Rows(); rnd.IntN(3) {
		case 0:
			rows := make([]int32, 1+rnd.IntN(12))
			next := make([]string, len(rows))
			for i := range rows {
				rows[i] = int32(rnd.IntN(n))
				next[i] = want[rows[i]]
			}
			b, want = b.Take(rows), next
		case 1:
			from := rnd.IntN(n)
			to := from + 1 + rnd.IntN(n-from)
			b, want = b.Slice(from, to), want[from:to]
		default:
			joined, err := batch.Concat(checked(t), []batch.Batch{b, b})
			if err != nil {
				t.Fatal(err)
			}
			b, want = joined, slices.Concat(want, want)
		}
		held = append(held, b)
		same(t, "after a random kernel", b, want)
	}
	for _, h := range held {
		h.Release()
	}
}
