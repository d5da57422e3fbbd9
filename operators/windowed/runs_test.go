package windowed_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// TestStagger is the example of the documentation that AWS had: a window of a
// minute for each ticker from its first row on.
func TestStagger(t *testing.T) {
	cfg := grouped(window.Spec{Kind: window.Stagger, Size: window.Minute})
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			11:00:20|AMZN|1
			11:00:30|AMZN|2
			11:01:05|AMZN|3
			11:01:20|AMZN|4
			11:00:10|IBM|5
			@ 11:00:40
			11:00:05|AMZN|6
			10:59:40|AMZN|7
		`,
		Out: optest.Edge{Schema: cfg.Out, Time: 2, AppendOnly: true},
		Want: `
			AMZN|1970-01-01T11:00:05|1970-01-01T11:01:05|3|9|1
			IBM|1970-01-01T11:00:10|1970-01-01T11:01:10|1|5|5
			AMZN|1970-01-01T11:01:05|1970-01-01T11:02:05|2|7|3
		`,
		Ordered: true,
		Late:    `{"ts":"1970-01-01 10:59:40Z","k":"AMZN","v":7}`,
	})
}

func TestSessionOfGreatestLength(t *testing.T) {
	cfg := grouped(window.Spec{Kind: window.Session, Gap: 10 * window.Second, Size: 25 * window.Second})
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			00:00:16|a|3
			00:00:00|a|1
			00:00:08|a|2
			00:00:24|a|4
			00:00:25|a|5
			00:00:33|a|6
			@ 00:00:25
			00:00:50|a|7
		`,
		Out: optest.Edge{Schema: cfg.Out, Time: 2, AppendOnly: true},
		Want: `
			a|1970-01-01T00:00:00|1970-01-01T00:00:25|4|10|1
			a|1970-01-01T00:00:25|1970-01-01T00:00:43|2|11|5
			a|1970-01-01T00:00:50|1970-01-01T00:01:00|1|7|7
		`,
		Ordered: true,
	})
}

// runKey is what the oracle knows of a key: rows of windows that may change, and
// windows that may not.
type runKey struct {
	rows   []event
	sealed []string
}

// cutRuns makes windows of rows in the order of time.
func cutRuns(spec window.Spec, rows []event) [][]event {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b event) int { return cmp.Compare(a.time, b.time) })
	var out [][]event
	for _, e := range rows {
		if n := len(out) - 1; n >= 0 {
			w := out[n]
			near := spec.Kind == window.Stagger || e.time-w[len(w)-1].time < int64(spec.Gap)
			if near && e.time-w[0].time < int64(spec.Size) {
				out[n] = append(w, e)
				continue
			}
		}
		out = append(out, []event{e})
	}
	return out
}

func runEnd(spec window.Spec, rows []event) int64 {
	end := rows[0].time + int64(spec.Size)
	if spec.Kind == window.Session {
		end = min(end, rows[len(rows)-1].time+int64(spec.Gap))
	}
	return end
}

// runsOf makes the windows of events, one event after the other.
func runsOf(spec window.Spec, lateness window.Micros, list []event) (want, late []string) {
	keys := map[string]*runKey{}
	for _, e := range list {
		key, limit := text(e.key), int64(e.mark)
		if e.mark > window.Min+lateness {
			limit -= int64(lateness)
		}
		k := keys[key]
		if k == nil {
			k = &runKey{}
			keys[key] = k
		}
		k.seal(spec, key, limit)
		for _, w := range cutRuns(spec, append(slices.Clone(k.rows), e)) {
			if !slices.Contains(w, e) {
				continue
			}
			if runEnd(spec, w) > limit {
				k.rows = append(k.rows, e)
			} else {
				end := e.time + int64(spec.Size)
				if spec.Kind == window.Session {
					end = e.time + int64(spec.Gap)
				}
				late = append(late, fmt.Sprintf("%d in [%d, %d) at %d", e.time, e.time, end, e.mark))
			}
			break
		}
	}
	for key, k := range keys {
		k.seal(spec, key, int64(window.Max))
		want = append(want, k.sealed...)
	}
	return want, late
}

// seal takes out the windows that end at limit or before.
func (k *runKey) seal(spec window.Spec, key string, limit int64) {
	for _, w := range cutRuns(spec, k.rows) {
		end := runEnd(spec, w)
		if end > limit {
			return
		}
		k.sealed = append(k.sealed, line(key, w[0].time, end, w))
		k.rows = slices.DeleteFunc(k.rows, func(e event) bool { return slices.Contains(w, e) })
	}
}

func TestRunsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events(t)
		spec := window.Spec{Kind: window.Stagger, Size: window.Micros(rapid.Int64Range(1, 25).Draw(t, "size"))}
		if rapid.Bool().Draw(t, "session") {
			spec.Kind = window.Session
			spec.Gap = min(spec.Size, window.Micros(rapid.Int64Range(1, 15).Draw(t, "gap")))
		}
		cfg := keyedConfig(spec)
		cfg.Emission = drawEmission(t)
		want, late := runsOf(spec, cfg.Emission.Lateness, list)
		checkKeyed(t, cfg, list, want, late)
	})
}
