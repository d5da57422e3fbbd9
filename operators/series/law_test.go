package series

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

var ticks = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "v", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "d", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
)

// series is functions of v over the ticks of a key.
func series(rows bool, preceding int64, funcs ...Func) Config {
	c := Config{In: ticks, Partition: []int{0}, Time: 3, Ties: []int{1, 2}, Rows: rows, Preceding: preceding, Funcs: funcs}
	fields := append([]batch.Field{}, ticks.Fields()...)
	for i := range c.Funcs {
		c.Funcs[i].Type = batch.Of(batch.BigInt)
		fields = append(fields, batch.Field{Name: c.Funcs[i].Name, Type: c.Funcs[i].Type})
	}
	c.Out = batch.NewSchema(fields...)
	return c
}

func allFuncs(leads bool) []Func {
	var out []Func
	for _, ignore := range []bool{false, true} {
		out = append(out,
			Func{Name: "LAG", Arg: 1, Count: 1, Default: -1, IgnoreNulls: ignore},
			Func{Name: "LAG", Arg: 1, Count: 3, Default: 2, IgnoreNulls: ignore},
			Func{Name: "LAG", Arg: 1, Count: 2, Default: -1, IgnoreNulls: ignore, Framed: true},
			Func{Name: "LAG", Arg: 1, Count: 0, Default: -1, IgnoreNulls: ignore},
			Func{Name: "FIRST_VALUE", Arg: 1, Count: 1, Default: -1, IgnoreNulls: ignore},
			Func{Name: "LAST_VALUE", Arg: 1, Count: 1, Default: -1, IgnoreNulls: ignore},
			Func{Name: "NTH_VALUE", Arg: 1, Count: 2, Default: -1, IgnoreNulls: ignore},
		)
		if leads {
			out = append(out,
				Func{Name: "LEAD", Arg: 1, Count: 1, Default: -1, IgnoreNulls: ignore},
				Func{Name: "LEAD", Arg: 1, Count: 2, Default: 2, IgnoreNulls: ignore})
		}
	}
	for _, name := range []string{"ROW_NUMBER", "RANK", "DENSE_RANK"} {
		out = append(out, Func{Name: name, Arg: -1, Default: -1})
	}
	return out
}

// TestLaw holds the operator to a naive query, over random ticks with ties and NULLs.
func TestLaw(t *testing.T) {
	const minute = 60_000_000
	for _, leads := range []bool{false, true} {
		for _, frame := range []struct {
			rows      bool
			preceding int64
		}{{false, -1}, {true, -1}, {true, 0}, {true, 2}, {false, 0}, {false, 2 * minute}} {
			t.Run(fmt.Sprintf("leads %t rows %t %d", leads, frame.rows, frame.preceding), func(t *testing.T) {
				c := series(frame.rows, frame.preceding, allFuncs(leads)...)
				at := 3
				if leads {
					at = -1
				}
				optest.Law{
					New:   func() (operators.Operator, error) { return New(c) },
					In:    []optest.Port{{Schema: ticks, Row: drawTick, Timed: true, Time: 3}},
					Out:   optest.Edge{Schema: c.Out, Time: at, AppendOnly: true},
					Query: func(in [][]string) []string { return naive(c, in[0]) },
				}.Hold(t)
			})
		}
	}
}

func drawTick(t *rapid.T) string {
	k := rapid.SampledFrom([]string{"a", "b", "NULL"}).Draw(t, "k")
	v := rapid.SampledFrom([]string{"1", "2", "3", "NULL"}).Draw(t, "v")
	return fmt.Sprintf("%s|%s|%d|1970-01-01T00:0%d:00", k, v, rapid.IntRange(7, 8).Draw(t, "d"), rapid.IntRange(1, 9).Draw(t, "ts"))
}

// naive looks for every value anew.
func naive(c Config, lines []string) []string {
	parts := map[string][][]string{}
	for _, line := range lines {
		row := strings.Split(line, "|")
		parts[row[0]] = append(parts[row[0]], row)
	}
	var out []string
	for _, rows := range parts {
		slices.SortFunc(rows, func(a, b []string) int {
			return cmp.Or(strings.Compare(a[3], b[3]), compareNulls(a[1], b[1]), strings.Compare(a[2], b[2]))
		})
		for i := range rows {
			line := strings.Join(rows[i], "|")
			for _, f := range c.Funcs {
				line += "|" + value(c, f, rows, i)
			}
			out = append(out, line)
		}
	}
	return out
}

func compareNulls(a, b string) int {
	if a == "NULL" || b == "NULL" {
		return strings.Compare(strings.Replace(a, "NULL", "", 1), strings.Replace(b, "NULL", "", 1))
	}
	return strings.Compare(a, b)
}

// inFrameOf returns the frame of row i.
func inFrameOf(c Config, rows [][]string, i int) (from, to int) {
	to = i
	for !c.Rows && to+1 < len(rows) && rows[to+1][3] == rows[i][3] {
		to++
	}
	switch {
	case c.Preceding < 0:
	case c.Rows:
		from = max(0, i-int(c.Preceding))
	default:
		at, _ := optest.Time(rows[i][3])
		for from < i {
			if t, _ := optest.Time(rows[from][3]); int64(t) >= int64(at)-c.Preceding {
				break
			}
			from++
		}
	}
	return from, to
}

func value(c Config, f Func, rows [][]string, i int) string {
	from, to := inFrameOf(c, rows, i)
	var at int
	switch f.Name {
	case "ROW_NUMBER":
		return fmt.Sprint(i + 1)
	case "RANK", "DENSE_RANK":
		return fmt.Sprint(rankOf(f.Name, rows, i))
	case "LAG":
		if at = walk(f, rows, i, -1); f.Framed && at < from && f.Count > 0 {
			at = -1
		}
	case "LEAD":
		at = walk(f, rows, i, 1)
	case "LAST_VALUE":
		at = nth(f, rows, to, from-1, -1, 1)
	default:
		at = nth(f, rows, from, to+1, 1, f.Count)
	}
	if at < 0 && f.Default >= 0 {
		return rows[i][f.Default]
	}
	if at < 0 {
		return "NULL"
	}
	return rows[at][1]
}

func rankOf(name string, rows [][]string, i int) int {
	rank, dense := 1, 1
	for k := 1; k <= i; k++ {
		if rows[k][3] != rows[k-1][3] {
			rank, dense = k+1, dense+1
		}
	}
	if name == "RANK" {
		return rank
	}
	return dense
}

// walk goes Count rows away from row i.
func walk(f Func, rows [][]string, i, step int) int {
	if f.Count == 0 {
		return i
	}
	end := len(rows)
	if step < 0 {
		end = -1
	}
	return nth(f, rows, i+step, end, step, f.Count)
}

// nth is the n-th row that counts from start on, before end.
func nth(f Func, rows [][]string, start, end, step int, n int64) int {
	for i := start; i != end; i += step {
		if f.IgnoreNulls && rows[i][1] == "NULL" {
			continue
		}
		if n--; n == 0 {
			return i
		}
	}
	return -1
}
