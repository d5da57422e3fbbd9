package batch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

var pair = batch.NewSchema(
	batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "n", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "f", Type: batch.Of(batch.Boolean)},
)

// add appends a row; n < 0 is NULL.
func add(b *batch.Builder, s string, n int64) {
	b.Cols[0].AppendBytes([]byte(s))
	if n < 0 {
		b.Null(1)
	} else {
		b.Cols[1].I64 = append(b.Cols[1].I64, n)
	}
	b.Cols[2].Bool = append(b.Cols[2].Bool, n%2 == 0)
	b.EndRow()
}

// TestBuilderGrows: strings may outgrow their buffer, and rows the capacity.
func TestBuilderGrows(t *testing.T) {
	for _, length := range []int{0, 3, 16, 17, 1000} {
		for _, rows := range []int{0, 1, 7, 8, 9, 40} {
			b := batch.NewBuilder(checked(t), pair)
			b.Reset(8)
			var want []string
			for i := range rows {
				s, n := strings.Repeat(string(rune('a'+i%26)), length), int64(i)
				if i%3 == 2 {
					n = -1
				}
				add(b, s, n)
				cell := fmt.Sprint(n)
				if n < 0 {
					cell = "NULL"
				}
				want = append(want, fmt.Sprintf("%s|%s|%v", s, cell, n%2 == 0))
			}
			out := b.Finish(nil)
			same(t, fmt.Sprintf("%d rows of %d bytes", rows, length), out, want)
			out.Release()
			b.Close()
		}
	}
}

func TestBuilderIsUsedAgain(t *testing.T) {
	b := batch.NewBuilder(checked(t), pair)
	defer b.Close()
	b.Reset(4)
	add(b, "first", 1)
	first := b.Finish(nil)
	defer first.Release()
	b.Reset(4)
	add(b, "thrown away", 2)
	b.Reset(4)
	add(b, "second", -1)
	second := b.Finish(nil)
	defer second.Release()
	same(t, "first", first, []string{"first|1|false"})
	same(t, "second", second, []string{"second|NULL|false"})
}

// TestTruncate drops what a record left behind that failed at each place.
func TestTruncate(t *testing.T) {
	for failed := range 4 {
		b := batch.NewBuilder(checked(t), pair)
		b.Reset(4)
		add(b, "good", 1)
		b.Marks, b.Starts = append(b.Marks, 5), append(b.Starts, 0)
		b.Marks, b.Starts = append(b.Marks, 6), append(b.Starts, 9)
		if failed > 0 {
			b.Cols[0].AppendBytes([]byte("bad"))
		}
		if failed > 1 {
			b.Null(1)
		}
		if failed > 2 {
			b.Cols[2].Bool = append(b.Cols[2].Bool, true)
		}
		b.Truncate()
		add(b, "next", 2)
		b.Marks, b.Starts = append(b.Marks, 7), append(b.Starts, 20)
		out := b.Finish(&batch.Origin{Block: make([]byte, 30)})
		same(t, fmt.Sprintf("failed in column %d", failed), out, []string{"good|1|false", "next|2|true"})
		if out.Mark(1) != window.Micros(7) || out.Starts[1] != 20 {
			t.Errorf("marks %v, starts %v", out.Marks, out.Starts)
		}
		out.Release()
		b.Close()
	}
}

func TestBuilderLeavesOutWhatIsIncomplete(t *testing.T) {
	b := batch.NewBuilder(checked(t), pair)
	defer b.Close()
	b.Reset(4)
	add(b, "x", 1)
	b.Starts = append(b.Starts, 0)
	out := b.Finish(nil)
	defer out.Release()
	if out.Marks != nil || out.Starts != nil || out.Kinds != nil {
		t.Errorf("beside: %+v", out.Beside)
	}
}

func TestBuilderOfNested(t *testing.T) {
	alloc := checked(t)
	schema := batch.NewSchema(batch.Field{Name: "l", Type: batch.ArrayOf(batch.Of(batch.BigInt))})
	b := batch.NewBuilder(alloc, schema)
	b.Reset(2)
	list := b.Nested[0].(*array.ListBuilder)
	list.Append(true)
	list.ValueBuilder().(*array.Int64Builder).AppendValues([]int64{1, 2}, nil)
	b.EndRow()
	list.AppendNull()
	b.EndRow()
	out := b.Finish(nil)
	b.Close()
	taken := out.Take([]int32{1, 0, 0})
	out.Release()
	if got := optest.Text(taken); got != "NULL\n[1,2]\n[1,2]\n" {
		t.Errorf("got\n%s", got)
	}
	taken.Release()
}

func TestSchemasAndTypes(t *testing.T) {
	other := batch.NewSchema(batch.Field{Name: "s", Type: batch.Type{ID: batch.Varchar, Precision: 9}}, pair.Field(1), pair.Field(2))
	if pair.Equal(other) || !pair.Equal(batch.NewSchema(pair.Fields()...)) || pair.Equal(batch.NewSchema(pair.Field(0))) {
		t.Error("Equal is wrong")
	}
	if pair.Index("n") != 1 || pair.Index("N") != -1 {
		t.Error("Index is wrong")
	}
	want := "flag BOOLEAN, tiny TINYINT, big BIGINT, real REAL, double DOUBLE, dec DECIMAL(38, 4), chars CHAR(3), text VARCHAR, " +
		"raw VARBINARY, day DATE, clock TIME, at TIMESTAMP, json JSON, list ARRAY<VARCHAR>, row ROW<n BIGINT, b BOOLEAN>"
	if got := every.String(); got != want {
		t.Errorf("got %s", got)
	}
	for _, f := range every.Fields() {
		v := batch.Vector{Type: f.Type}
		if nested := f.Type.Lane() == batch.LaneNested; nested != (f.Type.ID == batch.Array || f.Type.ID == batch.Row) {
			t.Errorf("%s lies in lane %d", f.Type, v.Type.Lane())
		}
	}
}

func TestNewRefusesColumnsThatDoNotFit(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "a column of 1 BIGINT values given for 2 of VARCHAR") {
			t.Errorf("got %s", got)
		}
	}()
	schema := batch.NewSchema(pair.Field(0))
	batch.New(schema, 2, []batch.Vector{{Type: batch.Of(batch.BigInt), Len: 1, I64: []int64{1}}}, batch.Beside{})
}

func BenchmarkTake(b *testing.B) {
	in := optest.Rows(memory.DefaultAllocator, pair, strings.Repeat("some text|12|true\n", 4096))
	rows := make([]int32, 0, 2048)
	for i := int32(0); i < 4096; i += 2 {
		rows = append(rows, i)
	}
	for b.Loop() {
		out := in.Take(rows)
		out.Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2048, "ns/row")
}
