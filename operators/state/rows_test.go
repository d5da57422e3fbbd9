package state

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

var all = batch.NewSchema(
	batch.Field{Name: "b", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "i", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "f", Type: batch.Of(batch.Double)},
	batch.Field{Name: "d", Type: batch.DecimalOf(38, 2)},
	batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "x", Type: batch.Of(batch.Varbinary)},
	batch.Field{Name: "day", Type: batch.Of(batch.Date)},
	batch.Field{Name: "t", Type: batch.Of(batch.Time)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "a", Type: batch.ArrayOf(batch.Of(batch.BigInt))},
	batch.Field{Name: "r", Type: batch.RowOf(
		batch.Field{Name: "m", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "n", Type: batch.ArrayOf(batch.RowOf(batch.Field{Name: "z", Type: batch.Of(batch.Double)}))},
	)},
)

const allRows = `
true|-3|2.5|-12.30|a\|b\\|00ff|2015-05-17|10:05:03.25|2015-05-17T10:05:03.25|[1,null,3]|{"m":"x\|","n":[{"z":1.5},null,{"z":null}]}
false|9223372036854775807|1e+300|99999999999999999999.99|\NULL||1969-12-31|00:00:00|1969-12-31T23:59:59.999999|[]|{"m":null,"n":[]}
NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
false|0|0|0.00||ff|1970-01-01|00:00:00|1970-01-01T00:00:00|[7]|{"m":"","n":null}
`

func TestEveryTypeComesBack(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	b := optest.Rows(alloc, all, allRows)
	part := b.Slice(1, 4) // offsets that do not begin at 0
	rows := NewRows(all)
	ids, more := make([]ID, 4), make([]ID, 3)
	rows.Put(Columns(b), []int32{0, 1, 2, 3}, ids)
	rows.Put(Columns(part), []int32{0, 1, 2}, more)
	got := rows.Batch(append(ids, None), batch.Beside{})
	want := strings.TrimPrefix(allRows, "\n") + strings.Repeat("NULL|", 10) + "NULL\n"
	if text := optest.Text(got); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	got.Release()
	for i, id := range more {
		if !rows.Same(id, ids[i+1]) || rows.Same(id, ids[0]) || rows.Hash(id) != rows.Hash(ids[i+1]) {
			t.Errorf("row %d of the slice is not row %d of the batch", i, i+1)
		}
	}
	part.Release()
	b.Release()
	alloc.AssertSize(t, 0)
}

var kv = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "n", Type: batch.Of(batch.BigInt)},
)

// TestRowsComeAndGo compares Rows, Contents and Lists with a map, over slabs of
// all sizes.
func TestRowsComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := NewRows(kv)
		index := NewContents(rows)
		var lists Lists
		kept := map[ID]string{}
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		longest := rapid.SampledFrom([]int{1, 40, 5000, 400_000}).Draw(t, "longest")
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			if len(kept) > 0 && rnd.IntN(5) < 2 {
				takeBack(t, rows, index, &lists, kept, rnd)
				continue
			}
			line := fmt.Sprintf("%s|%d", strings.Repeat("x", rnd.IntN(longest)), rnd.IntN(3))
			b := optest.Rows(memory.DefaultAllocator, kv, line)
			var id [1]ID
			rows.Put(Columns(b), []int32{0}, id[:])
			if _, ok := kept[id[0]]; ok {
				t.Fatalf("ID %d is given out twice", id[0])
			}
			kept[id[0]] = line
			index.Add(id[0])
			lists.Add(uint32(len(line)%3), id[0])
		}
		compare(t, rows, &lists, kept)
	})
}

// takeBack drops a row that has the contents of one that is kept.
func takeBack(t *rapid.T, rows *Rows, index *Contents, lists *Lists, kept map[ID]string, rnd *rand.Rand) {
	var ids []ID
	for id := range kept {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	line := kept[ids[rnd.IntN(len(ids))]]
	b := optest.Rows(memory.DefaultAllocator, kv, line)
	id := index.Find(rows.Probe(Columns(b)), 0)
	if id == None || kept[id] != line {
		t.Fatalf("row %.20s was found as %d, %.20s", line, id, kept[id])
	}
	index.Remove(id)
	lists.Remove(id)
	rows.Drop(id)
	delete(kept, id)
}

func compare(t *rapid.T, rows *Rows, lists *Lists, kept map[ID]string) {
	var got []string
	seen := 0
	for list := range uint32(3) {
		for id := lists.First(list); id != None; id = lists.Next(id) {
			b := rows.Batch([]ID{id}, batch.Beside{})
			got = append(got, strings.TrimSpace(optest.Text(b)))
			b.Release()
			if got[seen] != kept[id] {
				t.Fatalf("row %d is %.20s, not %.20s", id, got[seen], kept[id])
			}
			seen++
		}
	}
	if seen != len(kept) || rows.Len() != len(kept) {
		t.Fatalf("%d rows are on lists and %d are kept, not %d", seen, rows.Len(), len(kept))
	}
}

// TestMemoryIsGivenBack drops rows at random and in order.
func TestMemoryIsGivenBack(t *testing.T) {
	b := optest.Rows(memory.DefaultAllocator, kv, strings.Repeat(strings.Repeat("y", 100)+"|1\n", 1000))
	all := make([]int32, 1000)
	for i := range all {
		all[i] = int32(i)
	}
	for _, random := range []bool{false, true} {
		rows := NewRows(kv)
		var ids []ID
		for range 100 {
			part := make([]ID, 1000)
			rows.Put(Columns(b), all, part)
			ids = append(ids, part...)
		}
		full := rows.Bytes()
		if perRow := full / int64(rows.Len()); perRow > 100+8+44 {
			t.Errorf("a row of 108 bytes takes %d", perRow)
		}
		if random {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		}
		rows.Drop(ids[:95_000]...)
		if left := rows.Bytes(); left > full/4 {
			t.Errorf("5 of 100 rows hold %d of %d bytes", left, full)
		}
		rows.Drop(ids[95_000:]...)
		if rows.Len() != 0 || rows.Bound() != 0 {
			t.Errorf("%d rows are left", rows.Len())
		}
	}
}

func TestCalendar(t *testing.T) {
	c := NewCalendar(10)
	for i, at := range []int64{25, 3, -1, 9, 10, 14, 1 << 62} {
		c.Add(ID(i), window.Micros(at))
	}
	c.Remove(3)
	if c.First() != 0 {
		t.Errorf("the first day is over at %d", c.First())
	}
	for _, step := range []struct {
		at   int64
		want []ID
	}{{-1, nil}, {9, []ID{2}}, {20, []ID{1, 4, 5}}, {29, nil}, {30, []ID{0}}} {
		if got := c.Until(window.Micros(step.at), nil); !slices.Equal(got, step.want) {
			t.Errorf("until %d: %v, want %v", step.at, got, step.want)
		}
	}
	c.Add(1, 31)
	if got := c.Until(40, nil); !slices.Equal(got, []ID{1}) {
		t.Errorf("got %v", got)
	}
}

// cells is values of each column of all, as optest reads them.
var cells = [][]string{
	{"true", "false"}, {"0", "-1", "9223372036854775807"}, {"0", "-0", "NaN", "1.5", "-Inf"},
	{"0.00", "-99999999999999999999999999999999.99", "7.50"}, {"", "a", `\NULL`, "a longer text, of some bytes more"},
	{"", "00", "ffee"}, {"1970-01-01", "0001-01-01", "9999-12-31"}, {"00:00:00", "23:59:59.999999"},
	{"1970-01-01T00:00:00", "2262-04-11T23:47:16.854775"}, {"[]", "[null]", "[1,2,3]"},
	{`{"m":null,"n":null}`, `{"m":"x","n":[]}`, `{"m":"","n":[null,{"z":1},{"z":null}]}`},
}

// TestAnyRowComesBack keeps random rows, drops some, and reads the others in any order.
func TestAnyRowComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		var numbers []int32
		for i := range rapid.IntRange(1, 30).Draw(t, "rows") {
			row := make([]string, len(cells))
			for c, values := range cells {
				row[c] = rapid.SampledFrom(append([]string{"NULL"}, values...)).Draw(t, "cell")
			}
			lines = append(lines, strings.Join(row, "|"))
			numbers = append(numbers, int32(i))
		}
		b := optest.Rows(memory.DefaultAllocator, all, strings.Join(lines, "\n"))
		rows, ids := NewRows(all), make([]ID, len(lines))
		rows.Put(Columns(b), numbers, ids)
		var kept []ID
		var want []string
		for _, i := range rapid.Permutation(numbers).Draw(t, "order") {
			if rapid.Bool().Draw(t, "drop") {
				rows.Drop(ids[i])
				continue
			}
			kept, want = append(kept, ids[i]), append(want, optest.Lines(b)[i])
		}
		if len(kept) == 0 {
			return
		}
		got := rows.Batch(kept, batch.Beside{})
		defer got.Release()
		if lines := optest.Lines(got); !slices.Equal(lines, want) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
	})
}
