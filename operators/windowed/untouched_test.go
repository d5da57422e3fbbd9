package windowed_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// TestCountUntouched forgets a key that no row touches for ten seconds of event time:
// its next row begins its first window.
func TestCountUntouched(t *testing.T) {
	for _, c := range []struct {
		name string
		mode operators.EmitMode
	}{{"on close", operators.EmitOnClose}, {"changes", operators.EmitChanges}} {
		t.Run(c.name, func(t *testing.T) {
			cfg := grouped(countOf(2, 1))
			cfg.Emission = operators.Emission{Mode: c.mode, TTL: 10 * time.Second}
			optest.Run(t, optest.Case{
				New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
				In:  []*batch.Schema{input},
				Script: `
					00:00:01|a|1
					00:00:02|a|2
					00:00:02|b|4
					@ 00:00:11
					00:00:11|b|8
					@ 00:00:12
					00:00:12|a|16
					00:00:13|b|32
					@ 00:00:21
					00:00:21|a|64
					@ 00:00:50
					00:00:51|a|128
					00:00:52|b|256
					@ 00:01:01
					00:01:01|b|512
				`,
				Out: optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: c.mode == operators.EmitOnClose},
				Want: `
					a|1970-01-01T00:00:01|1970-01-01T00:00:02.000001|2|3|1
					b|1970-01-01T00:00:02|1970-01-01T00:00:11.000001|2|12|4
					b|1970-01-01T00:00:11|1970-01-01T00:00:13.000001|2|40|8
					a|1970-01-01T00:00:12|1970-01-01T00:00:21.000001|2|80|16
					b|1970-01-01T00:00:52|1970-01-01T00:01:01.000001|2|768|256
				`,
			})
		})
	}
}

// lives gives the rows of each key in pieces: one ends where the watermark before a
// row is a time to live past all rows before it.
func lives(list []event, ttl window.Micros) (out [][]event) {
	at, last := map[string]int{}, map[string]window.Micros{}
	for _, e := range list {
		key := text(e.key)
		i, ok := at[key]
		if !ok || e.mark >= last[key] && e.mark-last[key] >= ttl {
			i, last[key] = len(out), window.Min
			at[key], out = i, append(out, nil)
		}
		out[i] = append(out[i], e)
		last[key] = max(last[key], window.Micros(e.time))
	}
	return out
}

func TestUntouchedAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events(t)
		spec := countOf(rapid.Int64Range(1, 4).Draw(t, "rows"), rapid.Int64Range(1, 6).Draw(t, "every"))
		ttl := window.Micros(rapid.Int64Range(1, 30).Draw(t, "ttl"))
		cfg := keyedConfig(spec)
		cfg.Emission = drawEmission(t)
		cfg.Emission.Lateness, cfg.Emission.TTL = 0, time.Duration(ttl)*time.Microsecond
		var want []string
		for _, l := range lives(list, ttl) {
			want = append(want, countsOf(spec, l)...)
		}
		checkKeyed(t, cfg, list, want, nil)
	})
}
