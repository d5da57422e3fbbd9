package aggregate_test

import (
	"testing"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

var hashIn = schema("k", varchar, "v", bigint)

func hashConfig(keys ...int) aggregate.HashConfig {
	cfg := aggregate.HashConfig{
		In: hashIn, Keys: keys, Time: -1,
		Calls: []aggregate.Call{
			{Name: "COUNT", Filter: -1}, {Name: "SUM", Args: []int{1}, Filter: -1},
			{Name: "COUNT", Args: []int{1}, Distinct: true, Filter: -1},
		},
		Out: schema("k", varchar, "n", bigint, "sum", bigint, "different", bigint),
	}
	if len(keys) == 0 {
		cfg.Out = schema("n", bigint, "sum", bigint, "different", bigint)
	}
	return cfg
}

const hashRows = `
	b|1
	a|2
	NULL|7
	b|1
	a|NULL
	b|-1
`

func TestHashAtTheEnd(t *testing.T) {
	cfg := hashConfig(0)
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return aggregate.NewHash(cfg) },
		In:  []*batch.Schema{hashIn}, Script: hashRows,
		Out:     optest.Edge{Schema: cfg.Out},
		Want:    "b|3|1|2\na|2|2|1\nNULL|1|7|1",
		Ordered: true,
	})
}

func TestHashChanges(t *testing.T) {
	cfg := hashConfig(0)
	cfg.Changes, cfg.Retracts = true, true
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return aggregate.NewHash(cfg) },
		In:  []*batch.Schema{hashIn}, Script: hashRows + `
			-D a|2
			-D a|NULL
			-U b|1
			+U b|5
		`,
		Out:      optest.Edge{Schema: cfg.Out},
		Keys:     []int{0},
		Want:     "b|3|5|3\nNULL|1|7|1",
		Retracts: true,
	})
}

// TestHashWithoutChange emits nothing for a row that leaves its group as it was.
func TestHashWithoutChange(t *testing.T) {
	cfg := hashConfig(0)
	cfg.Changes = true
	cfg.Calls, cfg.Out = cfg.Calls[2:], schema("k", varchar, "different", bigint)
	got := global(t, cfg, "a|1\nb|1")
	op, err := aggregate.NewHash(cfg)
	if err != nil {
		t.Fatal(err)
	}
	again := changes(t, op, "a|1\nb|1", "a|1\nb|2\na|NULL")
	want := []string{"+I a|1", "+I b|1", "-U b|1", "+U b|2"}
	if len(got.rows) != 2 || !equal(again, want) {
		t.Errorf("got %q and %q, want %q", got.rows, again, want)
	}
}

func TestGlobal(t *testing.T) {
	for _, changing := range []bool{false, true} {
		cfg := hashConfig()
		cfg.Changes = changing
		for rows, want := range map[string]string{"": "0|NULL|0", "a|1\nb|2": "2|3|2"} {
			optest.Run(t, optest.Case{
				New: func() (operators.Operator, error) { return aggregate.NewHash(cfg) },
				In:  []*batch.Schema{hashIn}, Script: rows,
				Out:  optest.Edge{Schema: cfg.Out},
				Want: want,
			})
		}
	}
}

func TestHashRefused(t *testing.T) {
	cases := []struct {
		name string
		edit func(*aggregate.HashConfig)
		want string
	}{
		{"no order", func(c *aggregate.HashConfig) {
			c.Retracts, c.Calls[0] = true, aggregate.Call{Name: "LAST_VALUE", Args: []int{1}, Filter: -1}
		}, "LAST_VALUE goes by event time, but these rows may be taken back and have none: " +
			"MIN_BY(x, y) and MAX_BY(x, y) go by a column"},
		{"key", func(c *aggregate.HashConfig) { c.Keys = []int{2} }, "grouped by column 2 of 2"},
		{"nested key", func(c *aggregate.HashConfig) { c.In = schema("k", batch.ArrayOf(bigint), "v", bigint) },
			"cannot group by a value of type ARRAY<BIGINT>"},
		{"argument", func(c *aggregate.HashConfig) { c.Calls[1].Args = []int{5} }, "SUM reads column 5 of 2"},
		{"filter", func(c *aggregate.HashConfig) { c.Calls[1].Filter = 1 },
			"SUM is filtered by a column of type BIGINT, not BOOLEAN"},
		{"share", func(c *aggregate.HashConfig) {
			c.In = schema("k", varchar, "v", double)
			c.Calls = []aggregate.Call{{Name: "APPROX_PERCENTILE", Args: []int{1}, Params: []any{1.5}, Filter: -1}}
		}, "the share of APPROX_PERCENTILE must be a number from 0 to 1, not 1.5"},
		{"output", func(c *aggregate.HashConfig) { c.Out = hashIn }, "the output of an aggregate has 4 columns, not 2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := hashConfig(0)
			c.edit(&cfg)
			if _, err := aggregate.NewHash(cfg); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
