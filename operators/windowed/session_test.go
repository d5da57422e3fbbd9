package windowed_test

import (
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

func sessionOf(gap window.Micros) window.Spec { return window.Spec{Kind: window.Session, Gap: gap} }

func TestSession(t *testing.T) {
	cfg := grouped(sessionOf(10 * window.Second))
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			00:00:01|a|1
			00:00:20|a|2
			00:00:02|b|7
			00:00:11|a|4
			NULL|a|5
			00:00:12|NULL|5
			@ 00:00:25
			00:00:15|a|8
			00:00:15|b|9
			00:00:16|b|10
			@ 00:00:27
			00:00:40|a|3
		`,
		Out: optest.Edge{Schema: cfg.Out, Time: 2, AppendOnly: true},
		Want: `
			b|1970-01-01T00:00:02|1970-01-01T00:00:12|1|7|7
			NULL|1970-01-01T00:00:12|1970-01-01T00:00:22|1|5|5
			b|1970-01-01T00:00:16|1970-01-01T00:00:26|1|10|10
			a|1970-01-01T00:00:11|1970-01-01T00:00:30|3|14|2
			a|1970-01-01T00:00:40|1970-01-01T00:00:50|1|3|3
			a|1970-01-01T00:00:01|1970-01-01T00:00:11|1|1|1
		`,
		Errors: `KSQL-4004 {"ts":null,"k":"a","v":5}`,
		Late:   `{"ts":"1970-01-01 00:00:15Z","k":"b","v":9}`,
	})
}

// session is a session of the oracle.
type session struct {
	first, last int64
	rows        []event
}

// sessionsOf puts each event into the sessions of its key that are open at its mark
// and near it.
func sessionsOf(gap int64, lateness window.Micros, list []event) (open map[string][]session, late []string) {
	open = map[string][]session{}
	for _, e := range list {
		limit := int64(e.mark)
		if e.mark > window.Min+lateness {
			limit -= int64(lateness)
		}
		joined, found := session{e.time, e.time, nil}, false
		var rest []session
		for _, s := range open[text(e.key)] {
			if s.last+gap > limit && e.time < s.last+gap && s.first < e.time+gap {
				joined = session{min(joined.first, s.first), max(joined.last, s.last), append(joined.rows, s.rows...)}
				found = true
				continue
			}
			rest = append(rest, s)
		}
		if !found && e.time+gap <= limit {
			late = append(late, fmt.Sprintf("%d in [%d, %d) at %d", e.time, e.time, e.time+gap, e.mark))
			continue
		}
		joined.rows = append(joined.rows, e)
		open[text(e.key)] = append(rest, joined)
	}
	return open, late
}

func line(key string, start, end int64, rows []event) string {
	n, _, sum, least, _, _ := sums(rows)
	return fmt.Sprintf("%s|%s|%s|%d|%s|%s", key, at(start), at(end), n, text(sum), text(least))
}

// keyedConfig is grouped over the schema of events.
func keyedConfig(spec window.Spec) windowed.Config {
	cfg := grouped(spec)
	cfg.In = eventSchema
	cfg.Out = schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint, "sum", bigint, "min", bigint)
	return cfg
}

// drawEmission draws when windows are shown.
func drawEmission(t *rapid.T) operators.Emission {
	e := operators.Emission{Mode: operators.EmitMode(rapid.IntRange(0, 2).Draw(t, "mode"))}
	if e.Mode == operators.EmitEvery {
		e.Every = 3
	}
	if rapid.Bool().Draw(t, "lateness?") {
		e.Lateness = window.Micros(rapid.Int64Range(1, 30).Draw(t, "lateness"))
	}
	return e
}

func TestSessionsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events(t)
		gap := rapid.Int64Range(1, 15).Draw(t, "gap")
		cfg := keyedConfig(sessionOf(window.Micros(gap)))
		cfg.Emission = drawEmission(t)
		sessions, late := sessionsOf(gap, cfg.Emission.Lateness, list)
		var want []string
		for k, l := range sessions {
			for _, s := range l {
				want = append(want, line(k, s.first, s.last+gap, s.rows))
			}
		}
		checkKeyed(t, cfg, list, want, late)
	})
}

// checkKeyed runs an operator over events in batches of several sizes.
func checkKeyed(t *rapid.T, cfg windowed.Config, list []event, want, late []string) {
	var first []string
	for _, size := range []int{1, 2, 7, 100} {
		op, err := windowed.NewAggregate(cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := playKeyed(t, op, list, size)
		same(t, "rows", folded(t, got.rows), want)
		same(t, "late rows", got.late, late)
		if cfg.Emission.Changes() {
			continue
		}
		if first == nil {
			first = slices.Clone(got.rows)
		}
		if cfg.Window.Kind != window.Count && !slices.Equal(first, got.rows) {
			t.Fatalf("batches of %d change the order of the output:\n%q\n%q", size, got.rows, first)
		}
	}
}
