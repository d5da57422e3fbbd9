package windowed_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// TestOverAgainstOracle compares sliding aggregates, taken back and in two
// stacks, with summing up the frame of each row anew.
func TestOverAgainstOracle(t *testing.T) {
	for _, way := range []string{"SUM", "MIN"} {
		t.Run(way, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkOver(t, way) }) })
	}
}

func checkOver(t *rapid.T, way string) {
	list := events(t)
	cfg := windowed.OverConfig{
		In: eventSchema, Partition: []int{1}, Time: 0,
		Rows:      rapid.Bool().Draw(t, "rows"),
		Preceding: rapid.Int64Range(-1, 12).Draw(t, "preceding"),
		Ending:    rapid.SampledFrom([]int64{0, 0, 1, 2, 5}).Draw(t, "ending"),
		Calls:     []aggregate.Call{call("COUNT"), call(way, 2)},
		Out:       schema("ts", timestamp, "k", bigint, "v", bigint, "n", bigint, "x", bigint),
	}
	if cfg.Preceding >= 0 {
		cfg.Ending = min(cfg.Ending, cfg.Preceding)
	}
	want, late := overOracle(cfg, way, list)
	for _, size := range []int{1, 3, 100} {
		op, err := windowed.NewOver(cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := play(t, op, list, size)
		if !slices.Equal(got.rows, want) {
			t.Fatalf("batches of %d:\n%q\nwant\n%q", size, got.rows, want)
		}
		same(t, "late rows", got.late, late)
	}
}

// overOracle returns the output in order.
func overOracle(cfg windowed.OverConfig, way string, list []event) (want, late []string) {
	var kept []event
	for _, e := range list {
		if window.Micros(e.time) < e.mark {
			late = append(late, fmt.Sprintf("%d in [%d, %d) at %d", e.time, e.time, e.time, e.mark))
			continue
		}
		kept = append(kept, e)
	}
	slices.SortStableFunc(kept, func(a, b event) int { return int(a.time - b.time) })
	for i, e := range kept {
		var frame []event
		for j, o := range kept {
			if text(o.key) == text(e.key) && (cfg.Rows && j <= i || !cfg.Rows && o.time <= e.time) {
				frame = append(frame, o)
			}
		}
		if cfg.Rows {
			frame = frame[:max(0, len(frame)-int(cfg.Ending))]
		} else {
			frame = slices.DeleteFunc(frame, func(o event) bool { return o.time > e.time-cfg.Ending })
		}
		if cfg.Rows && cfg.Preceding >= 0 {
			frame = frame[max(0, len(frame)-1-int(cfg.Preceding-cfg.Ending)):]
		}
		if !cfg.Rows && cfg.Preceding >= 0 {
			frame = slices.DeleteFunc(frame, func(o event) bool { return o.time < e.time-cfg.Preceding })
		}
		n, _, sum, least, _, _ := sums(frame)
		x := sum
		if way == "MIN" {
			x = least
		}
		want = append(want, fmt.Sprintf("%s|%s|%s|%d|%s", at(e.time), text(e.key), text(e.value), n, text(x)))
	}
	return want, late
}

func TestOver(t *testing.T) {
	cfg := windowed.OverConfig{
		In: input, Partition: []int{1}, Time: 0, Preceding: int64(2 * window.Second),
		Calls: []aggregate.Call{call("COUNT"), call("MAX", 2), {Name: "GROUP_CONCAT", Args: []int{1}, Filter: -1}},
		Out:   schema("ts", timestamp, "k", varchar, "v", bigint, "n", bigint, "max", bigint, "all", varchar),
	}
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewOver(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			00:00:02|a|1
			00:00:01|a|5
			00:00:02|a|2
			00:00:01|b|NULL
			@ 00:00:02
			00:00:01.9|b|0
			00:00:04|a|3
			00:00:02|b|7
		`,
		Out: optest.Edge{Schema: cfg.Out},
		Want: `
			1970-01-01T00:00:01|a|5|1|5|a
			1970-01-01T00:00:01|b|NULL|1|NULL|b
			1970-01-01T00:00:02|a|1|3|5|a,a,a
			1970-01-01T00:00:02|a|2|3|5|a,a,a
			1970-01-01T00:00:02|b|7|2|7|b,b
			1970-01-01T00:00:04|a|3|3|3|a,a,a
		`,
		Ordered: true,
		Late:    `{"ts":"1970-01-01 00:00:01.9Z","k":"b","v":0}`,
	})
}
