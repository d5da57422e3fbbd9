package oracle

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"
)

// tolerance is how far apart, relative to the greater, doubles may be that were
// summed in different orders.
const tolerance = 1e-9

// Diff compares rows as multisets and returns a description of the difference,
// or "" if there is none. Numbers compare by value whatever their types; where
// either is a double they may differ by 1e-9 relative. A wanted []any{low, high}
// stands for any number between, bounds included.
func Diff(got, want [][]any) string {
	approx := approximate(got, want)
	groups := map[string][]int{}
	for i, row := range want {
		key := exactKey(row, approx)
		groups[key] = append(groups[key], i)
	}
	var surplus [][]any
	for _, row := range got {
		key := exactKey(row, approx)
		left := groups[key]
		at := slices.IndexFunc(left, func(i int) bool { return sameRow(row, want[i]) })
		if at < 0 {
			surplus = append(surplus, row)
			continue
		}
		groups[key] = slices.Delete(left, at, at+1)
	}
	var missing [][]any
	for _, left := range groups {
		for _, i := range left {
			missing = append(missing, want[i])
		}
	}
	if len(surplus) == 0 && len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("%d rows, want %d\n%s%s", len(got), len(want),
		list("not wanted", surplus), list("missing", missing))
}

// approximate tells the columns that are compared within bounds.
func approximate(sets ...[][]any) map[int]bool {
	out := map[int]bool{}
	for _, rows := range sets {
		for _, row := range rows {
			for c, v := range row {
				switch v.(type) {
				case float64, []any:
					out[c] = true
				}
			}
		}
	}
	return out
}

// exactKey is equal for rows that agree in all exact columns.
func exactKey(row []any, approx map[int]bool) string {
	var b strings.Builder
	for c, v := range row {
		if !approx[c] {
			b.WriteString(exact(v))
		}
		b.WriteByte('\x1f')
	}
	return b.String()
}

func exact(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case string:
		return fmt.Sprintf("%q", v)
	case bool:
		return fmt.Sprint(v)
	}
	if r := rational(v); r != nil {
		return r.RatString()
	}
	return fmt.Sprintf("%T:%v", v, v)
}

func rational(v any) *big.Rat {
	switch v := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case *big.Int:
		return new(big.Rat).SetInt(v)
	case *big.Rat:
		return v
	case float64:
		return new(big.Rat).SetFloat64(v)
	}
	return nil
}

func sameRow(got, want []any) bool {
	return slices.EqualFunc(got, want, sameValue)
}

func sameValue(got, want any) bool {
	if bounds, ok := want.([]any); ok && len(bounds) == 2 && got != nil {
		g, low, high := float(got), float(bounds[0]), float(bounds[1])
		return g >= low-tolerance*math.Abs(low) && g <= high+tolerance*math.Abs(high)
	}
	_, gotFloat := got.(float64)
	_, wantFloat := want.(float64)
	if (gotFloat || wantFloat) && got != nil && want != nil {
		return near(float(got), float(want))
	}
	return exact(got) == exact(want)
}

func near(a, b float64) bool {
	if a == b || math.IsNaN(a) && math.IsNaN(b) {
		return true
	}
	return math.Abs(a-b) <= max(tolerance*max(math.Abs(a), math.Abs(b)), 1e-12)
}

func float(v any) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	if r := rational(v); r != nil {
		f, _ := r.Float64()
		return f
	}
	return math.NaN()
}

// maxListed is how many rows of a difference are printed.
const maxListed = 8

func list(title string, rows [][]any) string {
	if len(rows) == 0 {
		return ""
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = "  " + printRow(row)
	}
	slices.Sort(lines)
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d):\n", title, len(rows))
	b.WriteString(strings.Join(lines[:min(len(lines), maxListed)], "\n") + "\n")
	return b.String()
}

func printRow(row []any) string {
	cells := make([]string, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case []any:
			cells[i] = fmt.Sprintf("[%v .. %v]", v[0], v[1])
		case float64:
			cells[i] = fmt.Sprintf("%.17g", v)
		default:
			cells[i] = exact(v)
		}
	}
	return strings.Join(cells, " | ")
}
