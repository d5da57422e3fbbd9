package windowed_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

var (
	bigint    = batch.Of(batch.BigInt)
	varchar   = batch.Of(batch.Varchar)
	timestamp = batch.Of(batch.Timestamp)
)

func schema(cols ...any) *batch.Schema {
	var fields []batch.Field
	for i := 0; i < len(cols); i += 2 {
		fields = append(fields, batch.Field{Name: cols[i].(string), Type: cols[i+1].(batch.Type)})
	}
	return batch.NewSchema(fields...)
}

func call(name string, args ...int) aggregate.Call {
	return aggregate.Call{Name: name, Args: args, Filter: -1}
}

var input = schema("ts", timestamp, "k", varchar, "v", bigint)

// grouped describes COUNT(*), SUM(v), MIN(v) by k.
func grouped(spec window.Spec) windowed.Config {
	return windowed.Config{
		In: input, Keys: []int{1}, Window: spec, Time: 0,
		Out: schema("k", varchar, "window_start", timestamp, "window_end", timestamp,
			"n", bigint, "sum", bigint, "min", bigint),
		Calls: []aggregate.Call{call("COUNT"), call("SUM", 2), call("MIN", 2)},
	}
}

const few = `
	00:00:01|a|1
	00:00:02|b|2
	00:00:11|a|NULL
	00:00:09|a|4
	00:00:12|NULL|5
	@ 00:00:10
	00:00:09.5|a|100
	00:00:13|NULL|7
	00:00:35|b|8
`

func TestTumble(t *testing.T) {
	cfg := grouped(window.TumbleOf(10*window.Second, 0))
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input}, Script: few,
		Out: optest.Edge{Schema: cfg.Out},
		Want: `
			a|1970-01-01T00:00:00|1970-01-01T00:00:10|2|5|1
			b|1970-01-01T00:00:00|1970-01-01T00:00:10|1|2|2
			a|1970-01-01T00:00:10|1970-01-01T00:00:20|1|NULL|NULL
			NULL|1970-01-01T00:00:10|1970-01-01T00:00:20|2|12|5
			b|1970-01-01T00:00:30|1970-01-01T00:00:40|1|8|8
		`,
		Ordered: true,
		Late:    `{"ts":"1970-01-01 00:00:09.5Z","k":"a","v":100}`,
	})
}

func TestHop(t *testing.T) {
	cfg := grouped(window.HopOf(10*window.Second, 5*window.Second, 0))
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{input},
		Script: `
			00:00:01|a|1
			00:00:07|b|2
			@ 00:00:10
			00:00:06|a|4
			00:00:04|a|100
			01:00:00|a|3
		`,
		Out: optest.Edge{Schema: cfg.Out},
		Want: `
			a|1969-12-31T23:59:55|1970-01-01T00:00:05|1|1|1
			a|1970-01-01T00:00:00|1970-01-01T00:00:10|1|1|1
			b|1970-01-01T00:00:00|1970-01-01T00:00:10|1|2|2
			b|1970-01-01T00:00:05|1970-01-01T00:00:15|1|2|2
			a|1970-01-01T00:00:05|1970-01-01T00:00:15|1|4|4
			a|1970-01-01T00:59:55|1970-01-01T01:00:05|1|3|3
			a|1970-01-01T01:00:00|1970-01-01T01:00:10|1|3|3
		`,
		Ordered: true,
		Late:    `{"ts":"1970-01-01 00:00:04Z","k":"a","v":100}`,
	})
}

func TestAttached(t *testing.T) {
	in := schema("k", varchar, "from", timestamp, "to", timestamp)
	cfg := windowed.Config{
		In: in, Keys: []int{0}, Window: window.Spec{Kind: window.Attached}, Start: 1, End: 2,
		Out:   schema("k", varchar, "window_start", timestamp, "window_end", timestamp, "n", bigint),
		Calls: []aggregate.Call{call("COUNT")},
	}
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return windowed.NewAggregate(cfg) },
		In:  []*batch.Schema{in},
		Script: `
			a|00:00:00|00:00:10
			a|00:00:05|00:00:10
			a|00:00:00|00:00:10
			a|NULL|00:00:10
			@ 00:00:10
			b|00:00:00|00:00:10
			b|00:00:00|00:00:11
		`,
		Out: optest.Edge{Schema: cfg.Out},
		Want: `
			a|1970-01-01T00:00:00|1970-01-01T00:00:10|2
			a|1970-01-01T00:00:05|1970-01-01T00:00:10|1
			b|1970-01-01T00:00:00|1970-01-01T00:00:11|1
		`,
		Ordered: true,
		Errors:  `KSQL-4004 {"k":"a","from":null,"to":"1970-01-01 00:00:10Z"}`,
		Late:    `{"k":"b","from":"1970-01-01 00:00:00Z","to":"1970-01-01 00:00:10Z"}`,
	})
}

func TestAssign(t *testing.T) {
	in := schema("ts", timestamp, "v", bigint)
	out := schema("ts", timestamp, "v", bigint, "window_start", timestamp, "window_end", timestamp)
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) {
			return windowed.NewAssign(in, out, window.HopOf(10*window.Second, 5*window.Second, window.Second), 0)
		},
		In: []*batch.Schema{in},
		Script: `
			00:00:07|1
			@ 00:01:00
			00:00:01|2
			NULL|3
		`,
		Out: optest.Edge{Schema: out},
		Want: `
			1970-01-01T00:00:07|1|1970-01-01T00:00:01|1970-01-01T00:00:11
			1970-01-01T00:00:07|1|1970-01-01T00:00:06|1970-01-01T00:00:16
			1970-01-01T00:00:01|2|1969-12-31T23:59:56|1970-01-01T00:00:06
			1970-01-01T00:00:01|2|1970-01-01T00:00:01|1970-01-01T00:00:11
		`,
		Ordered: true,
		Errors:  `KSQL-4004 {"ts":null,"v":3}`,
	})
}

func TestRefused(t *testing.T) {
	cases := []struct {
		name string
		edit func(*windowed.Config)
		want string
	}{
		{"too many panes", func(c *windowed.Config) { c.Window = window.HopOf(window.Hour, 1001, 0) },
			"a window of size 1 hour that slides by 1001 microseconds consists of 3600000000 panes of 1 microsecond, " +
				"more than 1000000: choose a slide that divides the size, or a greater one"},
		{"no size", func(c *windowed.Config) { c.Window.Size = 0 }, "the window size must be greater than zero, not 0 microseconds"},
		{"time", func(c *windowed.Config) { c.Time = 1 }, "event time must be TIMESTAMP, but k is VARCHAR"},
		{"columns", func(c *windowed.Config) { c.Calls = c.Calls[:1] }, "the output of a windowed aggregate has 4 columns, not 6"},
		{"type", func(c *windowed.Config) { c.Calls = []aggregate.Call{call("COUNT"), call("MAX", 1), call("MIN", 2)} },
			"output column sum is BIGINT, but its values are VARCHAR"},
		{"function", func(c *windowed.Config) { c.Calls[0].Name = "NONE" }, "unknown aggregate function NONE"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := grouped(window.HopOf(10*window.Second, 5*window.Second, 0))
			c.edit(&cfg)
			if _, err := windowed.NewAggregate(cfg); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestLeaders follows the first groups of a hop over many keys, and compares
// them with those chosen from all groups.
func TestLeaders(t *testing.T) {
	cfg := windowed.Config{
		In: eventSchema, Keys: []int{1}, Window: window.HopOf(100, 3, 0), Time: 0,
		Calls: []aggregate.Call{call("SUM", 2)},
		Out:   schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "x", bigint),
		Top:   &windowed.Top{N: 3, Order: []aggregate.SortKey{{Column: 3, Desc: true}}},
	}
	r := rand.New(rand.NewPCG(7, 7))
	var list []event
	for i := range int64(20_000) {
		k, v := int64(r.ExpFloat64()*800), r.Int64N(200)-100
		list = append(list, event{time: i / 20, key: &k, value: &v, mark: window.Min})
	}
	run := func(cfg windowed.Config) []string {
		op, err := windowed.NewAggregate(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return play(t, op, list, 5000).rows
	}
	got := run(cfg)
	cfg.Calls = append(cfg.Calls, call("MIN", 2)) // merges, and so looks at all groups
	cfg.Out = schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "x", bigint, "min", bigint)
	want := run(cfg)
	for i, line := range want {
		want[i] = line[:strings.LastIndexByte(line, '|')]
	}
	if !slices.Equal(got, want) {
		t.Errorf("followed:\n%s\nof all:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestJump goes ten years on between two rows: only the windows that hold one
// of them may cost anything.
func TestJump(t *testing.T) {
	for _, name := range []string{"SUM", "MIN"} {
		cfg := windowed.Config{
			In: eventSchema, Keys: []int{1}, Window: window.HopOf(window.Hour, window.Second, 0), Time: 0,
			Calls: []aggregate.Call{call(name, 2)},
			Out:   schema("k", bigint, "window_start", timestamp, "window_end", timestamp, "x", bigint),
		}
		op, err := windowed.NewAggregate(cfg)
		if err != nil {
			t.Fatal(err)
		}
		one := int64(1)
		list := []event{
			{time: 0, key: &one, value: &one, mark: window.Min},
			{time: int64(3650 * window.Day), key: &one, value: &one, mark: 0},
			{time: int64(window.Max), key: &one, value: &one, mark: 0},
			{time: int64(window.Latest), key: &one, value: &one, mark: 0},
		}
		got := play(t, op, list, 2)
		if len(got.rows) != 3*3600 || len(got.errors) != 1 {
			t.Errorf("%s: %d rows and %d errors, want %d and 1", name, len(got.rows), len(got.errors), 3*3600)
		}
	}
}
