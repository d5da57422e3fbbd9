package windowed_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// windowKey is a group of the oracle.
type windowKey struct {
	end window.Micros
	key string
}

// oracle assigns each event to every window that still counts it, one by one.
func oracle(spec window.Spec, list []event) (groups map[windowKey][]event, late []string) {
	groups = map[windowKey][]event{}
	for _, e := range list {
		t, counted, last := window.Micros(e.time), false, window.Min
		for start := t - spec.Size + 1; start <= t; start++ {
			if (start-spec.Offset)%spec.Slide != 0 {
				continue
			}
			last = start + spec.Size
			if last > e.mark {
				k := windowKey{last, text(e.key)}
				groups[k] = append(groups[k], e)
				counted = true
			}
		}
		if !counted && last != window.Min {
			late = append(late, fmt.Sprintf("%d in [%d, %d) at %d", t, last-spec.Size, last, e.mark))
		}
	}
	return groups, late
}

func drawSpec(t *rapid.T) window.Spec {
	size := window.Micros(rapid.Int64Range(1, 24).Draw(t, "size"))
	offset := window.Micros(rapid.Int64Range(-30, 30).Draw(t, "offset"))
	if rapid.Bool().Draw(t, "tumble") {
		return window.TumbleOf(size, offset)
	}
	return window.HopOf(size, window.Micros(rapid.Int64Range(1, 24).Draw(t, "slide")), offset)
}

// TestAgainstOracle compares both ways of putting hops together, and tumbles,
// with an oracle that goes through all windows of each row.
func TestAgainstOracle(t *testing.T) {
	ways := []struct {
		name  string
		calls []aggregate.Call
		types []any
		line  func([]event) string
	}{
		{"totals", []aggregate.Call{
			call("COUNT"), call("COUNT", 2), call("SUM", 2),
			{Name: "COUNT", Args: []int{2}, Distinct: true, Filter: -1},
		}, []any{"n", bigint, "c", bigint, "s", bigint, "d", bigint}, func(l []event) string {
			n, count, sum, _, _, different := sums(l)
			return fmt.Sprintf("%d|%d|%s|%d", n, count, text(sum), different)
		}},
		{"merging", []aggregate.Call{
			call("COUNT"), call("MIN", 2), call("MAX", 2),
			{Name: "SUM", Args: []int{2}, Filter: -1},
			{Name: "COUNT", Args: []int{2}, Distinct: true, Filter: -1},
		}, []any{"n", bigint, "min", bigint, "max", bigint, "s", bigint, "d", bigint}, func(l []event) string {
			n, _, sum, least, most, different := sums(l)
			return fmt.Sprintf("%d|%s|%s|%s|%d", n, text(least), text(most), text(sum), different)
		}},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				spec, list := drawSpec(t), events(t)
				groups, late := oracle(spec, list)
				var want []string
				for k, l := range groups {
					want = append(want, fmt.Sprintf("%s|%s|%s|%s", k.key, at(int64(k.end-spec.Size)), at(int64(k.end)), way.line(l)))
				}
				cfg := windowed.Config{
					In: eventSchema, Keys: []int{1}, Window: spec, Time: 0, Calls: way.calls,
					Out: schema(append([]any{"k", bigint, "window_start", timestamp, "window_end", timestamp}, way.types...)...),
				}
				var first []string
				for _, size := range []int{1, 2, 7, 100} {
					op, err := windowed.NewAggregate(cfg)
					if err != nil {
						t.Fatal(err)
					}
					got := play(t, op, list, size)
					if first == nil {
						first = slices.Clone(got.rows)
					}
					if !slices.Equal(first, got.rows) {
						t.Fatalf("batches of %d change the order of the output:\n%q\n%q", size, got.rows, first)
					}
					same(t, "rows", got.rows, want)
					same(t, "late rows", got.late, late)
				}
			})
		})
	}
}

// TestTop compares the first groups of each window with sorting all of them.
func TestTop(t *testing.T) {
	for _, name := range []string{"SUM", "MIN"} {
		t.Run(name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkTop(t, name) }) })
	}
}

func checkTop(t *rapid.T, name string) {
	spec, list := drawSpec(t), events(t)
	n := rapid.IntRange(1, 4).Draw(t, "n")
	key := aggregate.SortKey{Column: 3, Desc: rapid.Bool().Draw(t, "desc"), NullsFirst: rapid.Bool().Draw(t, "nulls")}
	cfg := windowed.Config{
		In: eventSchema, Keys: []int{1}, Window: spec, Time: 0, Calls: []aggregate.Call{call(name, 2)},
		Out: schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "x", bigint),
		Top: &windowed.Top{N: n, Order: []aggregate.SortKey{key}},
	}
	groups, _ := oracle(spec, list)
	byEnd := map[window.Micros][]ranked{}
	for k, l := range groups {
		_, _, sum, least, _, _ := sums(l)
		r := ranked{key: l[0].key, x: least}
		if name == "SUM" {
			r.x = sum
		}
		byEnd[k.end] = append(byEnd[k.end], r)
	}
	var want []string
	for end, rs := range byEnd {
		slices.SortFunc(rs, func(a, b ranked) int { return a.compare(b, key) })
		for _, r := range rs[:min(n, len(rs))] {
			want = append(want, fmt.Sprintf("%s|%s|%s|%s", text(r.key), at(int64(end-spec.Size)), at(int64(end)), text(r.x)))
		}
	}
	for _, size := range []int{1, 7, 100} {
		op, err := windowed.NewAggregate(cfg)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "rows", play(t, op, list, size).rows, want)
	}
}

// ranked is a group of a window.
type ranked struct{ key, x *int64 }

func (r ranked) compare(o ranked, k aggregate.SortKey) int {
	v := column(r.x, o.x)
	if c := k.Compare(&v, 0, 1); c != 0 {
		return c
	}
	keys := column(r.key, o.key)
	return aggregate.SortKey{NullsFirst: true}.Compare(&keys, 0, 1)
}

// column holds two values.
func column(values ...*int64) batch.Vector {
	v := batch.Vector{Type: bigint, Len: len(values), I64: make([]int64, len(values))}
	for i, x := range values {
		if x == nil {
			v.SetNull(i)
			continue
		}
		v.I64[i] = *x
	}
	return v
}
