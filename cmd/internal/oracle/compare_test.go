package oracle

import (
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestDiff(t *testing.T) {
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	huge := new(big.Int).Lsh(big.NewInt(1), 100)
	for _, c := range []struct {
		name      string
		got, want [][]any
		has       []string // in the difference; none: equal
	}{
		{"order does not matter", [][]any{{int64(1)}, {int64(2)}}, [][]any{{int64(2)}, {int64(1)}}, nil},
		{"count of equal rows does", [][]any{{"a"}, {"a"}}, [][]any{{"a"}}, []string{"2 rows, want 1", `not wanted (1)`, `"a"`}},
		{"missing row", nil, [][]any{{at, nil}}, []string{"missing (1)", "2020-01-02T03:04:05Z | NULL"}},
		{"numbers by value", [][]any{{int64(3), huge, big.NewRat(3, 2)}}, [][]any{{big.NewRat(3, 1), huge, 1.5}}, nil},
		{"number is not its text", [][]any{{int64(3)}}, [][]any{{"3"}}, []string{"missing"}},
		{"integers are exact", [][]any{{int64(1 << 60)}}, [][]any{{int64(1<<60 + 1)}}, []string{"missing"}},
		{"doubles nearly", [][]any{{0.1 + 0.2}}, [][]any{{0.3}}, nil},
		{"doubles not so near", [][]any{{1.00001}}, [][]any{{1.0}}, []string{"missing"}},
		{"double is not NULL", [][]any{{nil}}, [][]any{{0.0}}, []string{"missing"}},
		{"doubles match in any order", [][]any{{1.0}, {2.0}}, [][]any{{2.0}, {1.0}}, nil},
		{"NULL is NULL", [][]any{{nil, int64(1)}}, [][]any{{nil, int64(1)}}, nil},
		{"within bounds", [][]any{{"k", int64(9)}}, [][]any{{"k", []any{int64(8), int64(10)}}}, nil},
		{"out of bounds", [][]any{{"k", 11.0}}, [][]any{{"k", []any{int64(8), int64(10)}}}, []string{"[8 .. 10]"}},
		{"NULL is not within bounds", [][]any{{nil}}, [][]any{{[]any{int64(8), int64(10)}}}, []string{"missing"}},
		{"fewer columns", [][]any{{int64(1)}}, [][]any{{int64(1), int64(2)}}, []string{"missing"}},
	} {
		diff := Diff(c.got, c.want)
		if (diff == "") != (len(c.has) == 0) {
			t.Errorf("%s: difference %q", c.name, diff)
		}
		for _, part := range c.has {
			if !strings.Contains(diff, part) {
				t.Errorf("%s: difference %q lacks %q", c.name, diff, part)
			}
		}
	}
}
