package windowed_test

import (
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

func countOf(rows, every int64) window.Spec {
	return window.Spec{Kind: window.Count, Rows: rows, Every: every}
}

func TestCount(t *testing.T) {
	cfg := grouped(countOf(3, 2))
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			00:00:05|a|1
			00:00:02|a|2
			00:00:03|b|7
			@ 00:00:30
			00:00:09|a|4
			NULL|a|100
			00:00:10|a|8
			00:00:11|a|16
			00:00:12|b|7
		`,
		Out: optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
		Want: `
			a|1970-01-01T00:00:02|1970-01-01T00:00:09.000001|3|7|1
			a|1970-01-01T00:00:09|1970-01-01T00:00:11.000001|3|28|4
		`,
		Errors: `KSQL-4004 {"ts":null,"k":"a","v":100}`,
	})
}

// TestCountWithoutTime has no event time and no key.
func TestCountWithoutTime(t *testing.T) {
	cfg := grouped(countOf(2, 3))
	cfg.Time, cfg.Keys = -1, nil
	cfg.Out = schema("window_start", timestamp, "window_end", timestamp, "n", bigint, "sum", bigint, "min", bigint)
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			NULL|a|1
			NULL|b|2
			NULL|c|4
			NULL|d|8
			NULL|e|16
		`,
		Out:     optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
		Want:    "NULL|NULL|2|3|1\nNULL|NULL|2|24|8",
		Ordered: true,
	})
}

// countsOf cuts the events of each key, in the order in which they came.
func countsOf(spec window.Spec, list []event) (want []string) {
	keys := map[string][]event{}
	for _, e := range list {
		keys[text(e.key)] = append(keys[text(e.key)], e)
	}
	for key, l := range keys {
		for from := int64(0); from+spec.Rows <= int64(len(l)); from += spec.Every {
			w := l[from : from+spec.Rows]
			first, last := w[0].time, w[0].time
			for _, e := range w {
				first, last = min(first, e.time), max(last, e.time)
			}
			want = append(want, line(key, first, last+1, w))
		}
	}
	return want
}

func TestCountsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events(t)
		spec := countOf(rapid.Int64Range(1, 6).Draw(t, "rows"), rapid.Int64Range(1, 8).Draw(t, "every"))
		cfg := keyedConfig(spec)
		cfg.Emission = drawEmission(t)
		cfg.Emission.Lateness = 0
		checkKeyed(t, cfg, list, countsOf(spec, list), nil)
	})
}
