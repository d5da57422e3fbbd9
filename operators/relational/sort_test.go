package relational

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

// collect appends what is emitted as text.
type collect struct{ to *string }

func (c collect) Emit(_ context.Context, b batch.Batch) error {
	*c.to += optest.Text(b)
	return nil
}

// by makes ascending keys with NULLs first; a negative column -c-1 descends from c
// with NULLs last.
func by(columns ...int) []aggregate.SortKey {
	var keys []aggregate.SortKey
	for _, c := range columns {
		if c < 0 {
			keys = append(keys, aggregate.SortKey{Column: -c - 1, Desc: true})
		} else {
			keys = append(keys, aggregate.SortKey{Column: c, NullsFirst: true})
		}
	}
	return keys
}

func TestSort(t *testing.T) {
	const rows = "c|1|1\na|2|2\nNULL|3|3\nb|NULL|4\na|1|5\nc|9|6\nb|2|7"
	for _, c := range []struct {
		sort Sort
		want string
	}{
		{Sort{Keys: by(0), Limit: -1}, "NULL|3|3\na|2|2\na|1|5\nb|NULL|4\nb|2|7\nc|1|1\nc|9|6"},
		{Sort{Keys: by(-1, 1), Limit: -1}, "c|1|1\nc|9|6\nb|NULL|4\nb|2|7\na|1|5\na|2|2\nNULL|3|3"},
		{Sort{Keys: by(-2), Limit: 3, Offset: 1}, "NULL|3|3\na|2|2\nb|2|7"},
		{Sort{Limit: 2}, "c|1|1\na|2|2"},
		{Sort{Keys: by(0), Limit: 0}, ""},
		{Sort{Keys: by(0), Limit: -1, Offset: 6}, "c|9|6"},
		{Sort{Keys: by(0), Limit: 5, Offset: 60}, ""},
	} {
		c.sort.Schema, c.sort.WindowEnd = in, -1
		t.Run(fmt.Sprintf("%v limit %d offset %d", c.sort.Keys, c.sort.Limit, c.sort.Offset), func(t *testing.T) {
			optest.Run(t, optest.Case{
				New: func() (operators.Operator, error) { return NewSort(c.sort) },
				In:  []*batch.Schema{in}, Out: optest.Edge{Schema: in, Time: -1, AppendOnly: true},
				Script: rows, Want: c.want, Ordered: true,
			})
		})
	}
}

func TestSortOfChanges(t *testing.T) {
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) {
			return NewSort(Sort{Schema: in, Keys: by(1), Limit: 2, WindowEnd: -1, Retracts: true})
		},
		In: []*batch.Schema{in}, Out: optest.Edge{Schema: in, Time: -1, AppendOnly: true}, Retracts: true,
		Script: "a|1|0\nb|2|0\nc|3|0\n-D a|1|0\n-U b|2|0\n+U b|9|0\nd|4|0", Want: "c|3|0\nd|4|0", Ordered: true,
	})
}

func TestSortOfWindows(t *testing.T) {
	windows := batch.NewSchema(in.Field(0), in.Field(1), batch.Field{Name: "window_end", Type: batch.Of(batch.Timestamp)})
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) {
			return NewSort(Sort{Schema: windows, Keys: by(-2), Limit: 2, WindowEnd: 2})
		},
		In: []*batch.Schema{windows}, Out: optest.Edge{Schema: windows, Time: -1, AppendOnly: true},
		Script: `
			a|1|00:10
			b|2|00:20
			c|3|00:10
			d|4|00:10
			@ 00:10
			e|5|00:20
			f|6|00:30
			g|1|00:20
			@ 00:15
			@ 00:25
			stop`,
		Want: `
			d|4|1970-01-01T00:10:00
			c|3|1970-01-01T00:10:00
			e|5|1970-01-01T00:20:00
			b|2|1970-01-01T00:20:00`,
		Ordered: true,
	})
}

var types = batch.NewSchema(
	batch.Field{Name: "b", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "f", Type: batch.Of(batch.Double)},
	batch.Field{Name: "d", Type: batch.DecimalOf(20, 2)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "x", Type: batch.Of(batch.Varbinary)},
	batch.Field{Name: "l", Type: batch.ArrayOf(batch.Of(batch.BigInt))},
)

func TestSortByEachType(t *testing.T) {
	const rows = `true|NaN|-1.50|00:02|ff|[2]
		false|-0.5|0.10|00:01|00|[1,5]
		NULL|NULL|NULL|NULL|NULL|NULL`
	for c := range types.Len() {
		got := sorted(t, Sort{Schema: types, Keys: by(c), Limit: -1, WindowEnd: -1}, rows)
		var first []string
		for line := range strings.Lines(got) {
			first = append(first, line[:1])
		}
		want := "N f t"
		if types.Field(c).Name == "d" {
			want = "N t f"
		}
		if strings.Join(first, " ") != want {
			t.Errorf("by %s:\n%s", types.Field(c).Name, got)
		}
	}
}

func sorted(t *testing.T, s Sort, rows string) string {
	t.Helper()
	op, err := NewSort(s)
	if err != nil {
		t.Fatal(err)
	}
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	if err := op.Open(t.Context(), operators.Env{Alloc: alloc, BatchRows: 100}); err != nil {
		t.Fatal(err)
	}
	var got string
	lines := strings.Split(rows, "\n")
	for len(lines) > 0 {
		n := min(len(lines), 64)
		b := optest.Rows(alloc, s.Schema, strings.Join(lines[:n], "\n"))
		if err := op.Process(t.Context(), 0, b, nil); err != nil {
			t.Fatal(err)
		}
		b.Release()
		lines = lines[n:]
	}
	if err := op.(operators.Finisher).Finish(t.Context(), collect{&got}); err != nil {
		t.Fatal(err)
	}
	if err := op.Close(); err != nil {
		t.Fatal(err)
	}
	alloc.AssertSize(t, 0)
	return got
}

// TestLimitedSortIsAPrefix compares a sort that cuts its rows down on the way
// with one that does not.
func TestLimitedSortIsAPrefix(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var rows []string
	for i := range 5000 {
		a := fmt.Sprint(rnd.IntN(200))
		if a == "7" {
			a = "NULL"
		}
		rows = append(rows, fmt.Sprintf("k|%s|%d", a, i))
	}
	text := strings.Join(rows, "\n")
	for _, keys := range [][]int{{1}, {-2}, {-2, 0}} {
		all := strings.SplitAfter(sorted(t, Sort{Schema: in, Keys: by(keys...), Limit: -1, WindowEnd: -1}, text), "\n")
		got := sorted(t, Sort{Schema: in, Keys: by(keys...), Limit: 40, Offset: 5, WindowEnd: -1}, text)
		if want := strings.Join(all[5:45], ""); got != want {
			t.Errorf("by %v got\n%s\nwant\n%s", keys, got, want)
		}
	}
}

func TestLimitedSortHoldsFewRows(t *testing.T) {
	op, err := NewSort(Sort{Schema: in, Keys: by(1), Limit: 10, WindowEnd: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := op.Open(t.Context(), operators.Env{Alloc: memory.DefaultAllocator, BatchRows: 10}); err != nil {
		t.Fatal(err)
	}
	b := optest.Rows(memory.DefaultAllocator, in, strings.Repeat("a|1|1\nb|2|2\n", 500))
	for range 50 {
		if err := op.Process(t.Context(), 0, b, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range op.(*sorter).piles {
		if p.rows > 2*1000+1024 {
			t.Errorf("%d rows are held", p.rows)
		}
	}
}
