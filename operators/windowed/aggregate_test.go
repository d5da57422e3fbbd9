package windowed_test

import (
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
	double    = batch.Of(batch.Double)
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
