package windowed_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// TestOpenWindows compares what operators tell of open windows with an oracle that
// puts each row into all of its windows, after every row and its watermark.
func TestOpenWindows(t *testing.T) {
	ways := map[string]func(*windowed.Config){
		"totals":   func(c *windowed.Config) { c.Calls = []aggregate.Call{call("COUNT")} },
		"merging":  func(c *windowed.Config) { c.Calls = []aggregate.Call{call("MAX", 2)} },
		"revising": func(c *windowed.Config) { c.Emission.Mode = operators.EmitChanges },
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				spec, list := drawSpec(t), events(t)
				if rapid.Bool().Draw(t, "cumulate") {
					step := window.Micros(rapid.Int64Range(1, 6).Draw(t, "step"))
					spec = window.CumulateOf(step*window.Micros(rapid.Int64Range(1, 4).Draw(t, "steps")), step, 0)
				}
				cfg := windowed.Config{In: eventSchema, Keys: []int{1}, Window: spec, Time: 0, Calls: []aggregate.Call{call("COUNT")}}
				cfg.Out = schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint)
				way(&cfg)
				checkOpen(t, cfg, list, func(list []event, wm window.Micros) []operators.OpenWindow { return openOf(spec, list, wm) })
			})
		})
	}
}

// TestOpenSessions does so for sessions, with which all windows of keys share how
// rows are counted.
func TestOpenSessions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gap, list := rapid.Int64Range(1, 12).Draw(t, "gap"), events(t)
		checkOpen(t, keyedConfig(sessionOf(window.Micros(gap))), list, func(list []event, wm window.Micros) []operators.OpenWindow {
			all := operators.NewFirstWindows(len(list))
			found, _ := sessionsOf(gap, 0, list)
			for _, of := range found {
				for _, s := range of {
					if end := window.Micros(s.last + gap); end > wm {
						all.Add(operators.OpenWindow{Start: window.Micros(s.first), End: end, Rows: int64(len(s.rows)), Groups: 1})
					}
				}
			}
			return all.List()
		})
	})
}

// openOracle is the windows of rows that are open at a watermark.
type openOracle func(list []event, wm window.Micros) []operators.OpenWindow

func checkOpen(t *rapid.T, cfg windowed.Config, list []event, oracleOf openOracle) {
	op, err := windowed.NewAggregate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	out, ctx := &outcome{}, context.Background()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(op.Open(ctx, operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: out, BatchRows: 4}))
	for i := range list {
		b := build(memory.DefaultAllocator, list[i:i+1])
		must(op.Process(ctx, 0, b, out))
		b.Release()
		must(op.Advance(ctx, list[i].mark, out))
		most := rapid.IntRange(1, 5).Draw(t, "most")
		want := oracleOf(list[:i+1], list[i].mark)
		want = want[:min(len(want), most)]
		if got := op.(operators.Windower).OpenWindows(most); !slices.Equal(got, want) {
			t.Fatalf("%+v after row %d: got %v, want %v", cfg.Window, i, got, want)
		}
	}
	must(op.Close())
}

// openOf is the windows of rows that end later than wm, the earliest end first.
func openOf(spec window.Spec, list []event, wm window.Micros) (out []operators.OpenWindow) {
	type bounds struct{ start, end window.Micros }
	rows, keys := map[bounds]int64{}, map[bounds]map[string]bool{}
	for _, e := range list {
		for start, end := range spec.Windows(window.Micros(e.time)) {
			at := bounds{start, end}
			if end <= max(e.mark, wm) {
				continue
			}
			if keys[at] == nil {
				keys[at] = map[string]bool{}
			}
			rows[at]++
			keys[at][text(e.key)] = true
		}
	}
	for at, n := range rows {
		out = append(out, operators.OpenWindow{Start: at.start, End: at.end, Rows: n, Groups: len(keys[at])})
	}
	slices.SortFunc(out, func(a, b operators.OpenWindow) int {
		return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start))
	})
	return out
}
