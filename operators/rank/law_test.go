package rank

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators/optest"
)

// TestLaw holds the operators to a naive query, over random histories with ties and
// NULLs.
func TestLaw(t *testing.T) {
	for _, function := range []string{"ROW_NUMBER", "RANK", "DENSE_RANK"} {
		for _, b := range []Bound{{Low: 1, High: 1}, {Low: 2, High: 4}} {
			for _, retracts := range []bool{false, true} {
				b.Func = function
				t.Run(fmt.Sprintf("%s %d to %d retracts %t", function, b.Low, b.High, retracts), func(t *testing.T) {
					holdChanges(t, b, retracts)
				})
			}
		}
	}
}

func holdChanges(t *testing.T, b Bound, retracts bool) {
	shown := [][]string{{"ROW_NUMBER", "RANK", "DENSE_RANK"}}
	if b.Low == 1 {
		shown = append(shown, nil)
	}
	for _, funcs := range shown {
		c := top(b, funcs...)
		c.Retracts = retracts
		optest.Law{
			New: changes(c), In: []optest.Port{{Schema: bids, Row: drawBid, Retracts: retracts}},
			Out:   optest.Edge{Schema: c.Out, Time: -1},
			Query: func(in [][]string) []string { return naive(c, in[0]) }, Always: true,
		}.Hold(t)
	}
}

func TestLawOfWindows(t *testing.T) {
	for _, b := range []Bound{{}, {Func: "RANK", Low: 1, High: 2}} {
		c := top(b, "ROW_NUMBER", "RANK", "DENSE_RANK")
		c.Partition, c.WindowEnd, c.Ties = []int{0, 3}, 3, []int{2}
		optest.Law{
			New: final(c), In: []optest.Port{{Schema: bids, Row: drawBid, Timed: true, Time: 3}},
			Out:   optest.Edge{Schema: c.Out, Time: 3, AppendOnly: true},
			Query: func(in [][]string) []string { return naive(c, in[0]) },
		}.Hold(t)
	}
}

// TestLongPartitions makes lists of blocks.
func TestLongPartitions(t *testing.T) {
	c := top(Bound{Func: "ROW_NUMBER", Low: 1, High: 3}, "ROW_NUMBER")
	c.Retracts, c.Partition = true, nil
	optest.Law{
		New: changes(c), Out: optest.Edge{Schema: c.Out, Time: -1}, Steps: 120,
		In: []optest.Port{{Schema: bids, Retracts: true, Row: func(t *rapid.T) string {
			return fmt.Sprintf("a|%d|%c|1970-01-01T00:01:00", rapid.IntRange(0, 1000).Draw(t, "price"), 'p'+rapid.IntRange(0, 5).Draw(t, "who"))
		}}},
		Query: func(in [][]string) []string { return naive(c, in[0]) },
	}.Hold(t)
}

func drawBid(t *rapid.T) string {
	key := rapid.SampledFrom([]string{"a", "b", "NULL"}).Draw(t, "key")
	price := rapid.SampledFrom([]string{"1", "2", "3", "-4", "NULL"}).Draw(t, "price")
	who := rapid.SampledFrom([]string{"x", "y", "z", "NULL", ""}).Draw(t, "who")
	return fmt.Sprintf("%s|%s|%s|1970-01-01T00:0%d:00", key, price, who, rapid.IntRange(1, 9).Draw(t, "end"))
}

// naive sorts all rows and counts.
func naive(c Config, lines []string) []string {
	parts := map[string][][]string{}
	for _, line := range lines {
		row := strings.Split(line, "|")
		key := ""
		for _, p := range c.Partition {
			key += row[p] + "|"
		}
		parts[key] = append(parts[key], row)
	}
	var out []string
	for _, rows := range parts {
		slices.SortFunc(rows, func(a, b []string) int {
			return cmp.Or(-compareNumbers(a[1], b[1]), compareTexts(a[2], b[2]), cmp.Compare(a[3], b[3]))
		})
		var rank, dense int
		for i, row := range rows {
			if i == 0 || rows[i-1][1] != row[1] {
				rank, dense = i+1, dense+1
			}
			numbers := map[string]int{"ROW_NUMBER": i + 1, "RANK": rank, "DENSE_RANK": dense}
			if n := int64(numbers[c.Bound.Func]); c.Bound.High > 0 && (n < c.Bound.Low || n > c.Bound.High) {
				continue
			}
			line := strings.Join(row, "|")
			for _, f := range c.Funcs {
				line += fmt.Sprintf("|%d", numbers[f.Name])
			}
			out = append(out, line)
		}
	}
	return out
}

func compareNumbers(a, b string) int {
	var x, y int
	if a == "NULL" || b == "NULL" {
		return compareTexts(a, b)
	}
	fmt.Sscan(a, &x)
	fmt.Sscan(b, &y)
	return cmp.Compare(x, y)
}

// compareTexts has NULL before all others.
func compareTexts(a, b string) int {
	if a == "NULL" || b == "NULL" {
		return cmp.Compare(one(a != "NULL"), one(b != "NULL"))
	}
	return strings.Compare(a, b)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
