package windowed_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

var lawIn = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "v", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
)

func drawLawRow(t *rapid.T) string {
	return fmt.Sprintf("%s|%d|00:00:%02d",
		rapid.SampledFrom([]string{"a", "b", "NULL"}).Draw(t, "key"),
		rapid.IntRange(-2, 2).Draw(t, "value"), rapid.IntRange(0, 40).Draw(t, "time"))
}

// windowLaw is COUNT(*), SUM(v), MAX(v), COUNT(DISTINCT v) for each key and window.
func windowLaw(spec window.Spec) func(in [][]string) []string {
	return func(in [][]string) []string {
		groups := map[string][]int64{}
		for _, row := range in[0] {
			cells := strings.Split(row, "|")
			at, _ := optest.Time(cells[2])
			v, _ := strconv.ParseInt(cells[1], 10, 64)
			for start, end := range spec.Windows(at) {
				key := fmt.Sprintf("%s|%s|%s", cells[0],
					strings.TrimSuffix(start.String(), "Z"), strings.TrimSuffix(end.String(), "Z"))
				groups[key] = append(groups[key], v)
			}
		}
		var out []string
		for key, values := range groups {
			sum := int64(0)
			for _, v := range values {
				sum += v
			}
			n := len(values)
			slices.Sort(values)
			most := values[n-1]
			out = append(out, fmt.Sprintf("%s|%d|%d|%d|%d", key, n, sum, most, len(slices.Compact(values))))
		}
		return out
	}
}

func TestLawOfAggregates(t *testing.T) {
	big := batch.Of(batch.BigInt)
	ts := batch.Of(batch.Timestamp)
	out := batch.NewSchema(lawIn.Field(0), batch.Field{Name: "window_start", Type: ts}, batch.Field{Name: "window_end", Type: ts},
		batch.Field{Name: "n", Type: big}, batch.Field{Name: "s", Type: big}, batch.Field{Name: "m", Type: big},
		batch.Field{Name: "d", Type: big})
	calls := []aggregate.Call{
		{Name: "COUNT", Filter: -1, Type: big}, {Name: "SUM", Args: []int{1}, Filter: -1, Type: big},
		{Name: "MAX", Args: []int{1}, Filter: -1, Type: big},
		{Name: "COUNT", Args: []int{1}, Distinct: true, Filter: -1, Type: big},
	}
	for name, spec := range map[string]window.Spec{
		"tumble":   {Kind: window.Tumble, Size: 10 * window.Second, Slide: 10 * window.Second},
		"hop":      {Kind: window.Hop, Size: 12 * window.Second, Slide: 4 * window.Second},
		"cumulate": {Kind: window.Cumulate, Size: 12 * window.Second, Slide: 4 * window.Second},
		"gaps":     {Kind: window.Hop, Size: 3 * window.Second, Slide: 5 * window.Second, Offset: window.Second},
	} {
		for _, retracts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s retracts %t", name, retracts), func(t *testing.T) {
				optest.Law{
					New: func() (operators.Operator, error) {
						return windowed.NewAggregate(windowed.Config{
							In: lawIn, Out: out, Keys: []int{0}, Window: spec, Time: 2, Calls: calls, Retracts: retracts,
						})
					},
					In:    []optest.Port{{Schema: lawIn, Row: drawLawRow, Retracts: retracts, Timed: true, Time: 2}},
					Out:   optest.Edge{Schema: out, Time: 2, AppendOnly: true},
					Query: windowLaw(spec),
				}.Hold(t)
			})
		}
	}
}

// TestTakenBackLate takes rows back after some of their windows have closed.
func TestTakenBackLate(t *testing.T) {
	big, ts := batch.Of(batch.BigInt), batch.Of(batch.Timestamp)
	out := batch.NewSchema(batch.Field{Name: "window_start", Type: ts}, batch.Field{Name: "window_end", Type: ts},
		batch.Field{Name: "m", Type: big})
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) {
			return windowed.NewAggregate(windowed.Config{
				In: lawIn, Out: out, Time: 2, Retracts: true,
				Window: window.Spec{Kind: window.Hop, Size: 10 * window.Second, Slide: 5 * window.Second},
				Calls:  []aggregate.Call{{Name: "MAX", Args: []int{1}, Filter: -1, Type: big}},
			})
		},
		In: []*batch.Schema{lawIn},
		Script: `
			a|5|00:00:06
			a|3|00:00:07
			a|9|00:00:12
			@ 00:00:11
			-D a|5|00:00:06
			-U a|9|00:00:12
			+U a|1|00:00:12
			@ 00:00:20
			-D a|1|00:00:12
		`,
		Out: optest.Edge{Schema: out, Time: 1, AppendOnly: true},
		Want: `
			1970-01-01T00:00:00|1970-01-01T00:00:10|5
			1970-01-01T00:00:05|1970-01-01T00:00:15|3
			1970-01-01T00:00:10|1970-01-01T00:00:20|1
		`,
		Late: `{"k":"a","v":1,"ts":"1970-01-01 00:00:12Z"}`,
	})
}
