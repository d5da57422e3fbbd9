package windowed_test

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

func TestKeyedAssign(t *testing.T) {
	in := schema("ts", timestamp, "k", varchar, "v", bigint, "a", batch.ArrayOf(bigint))
	out := schema("ts", timestamp, "k", varchar, "v", bigint, "a", batch.ArrayOf(bigint),
		"window_start", timestamp, "window_end", timestamp)
	script := `
		00:00:01|a|1|[1,2]
		00:00:12|a|2|[]
		00:00:02|b|3|NULL
		00:00:07|a|4|[3]
		NULL|a|5|[3]
		@ 00:00:12
		00:00:02|b|6|NULL
	`
	for _, c := range []struct {
		name       string
		spec       window.Spec
		want, late string
		errors     string
	}{
		{"sessions", sessionOf(10 * window.Second), `
			00:00:02|b|3|NULL|00:00:02|00:00:12
			00:00:01|a|1|[1,2]|00:00:01|00:00:22
			00:00:12|a|2|[]|00:00:01|00:00:22
			00:00:07|a|4|[3]|00:00:01|00:00:22`, `{"ts":"1970-01-01 00:00:02Z","k":"b","v":6,"a":null}`,
			`KSQL-4004 {"ts":null,"k":"a","v":5,"a":[3]}`},
		{"staggered", window.Spec{Kind: window.Stagger, Size: 10 * window.Second}, `
			00:00:01|a|1|[1,2]|00:00:01|00:00:11
			00:00:07|a|4|[3]|00:00:01|00:00:11
			00:00:02|b|3|NULL|00:00:02|00:00:12
			00:00:12|a|2|[]|00:00:12|00:00:22`, `{"ts":"1970-01-01 00:00:02Z","k":"b","v":6,"a":null}`,
			`KSQL-4004 {"ts":null,"k":"a","v":5,"a":[3]}`},
		{"rows", countOf(2, 1), `
			00:00:01|a|1|[1,2]|00:00:01|00:00:12.000001
			00:00:12|a|2|[]|00:00:01|00:00:12.000001
			00:00:12|a|2|[]|00:00:07|00:00:12.000001
			00:00:07|a|4|[3]|00:00:07|00:00:12.000001
			00:00:02|b|3|NULL|00:00:02|00:00:02.000001
			00:00:02|b|6|NULL|00:00:02|00:00:02.000001`, ``,
			`KSQL-4004 {"ts":null,"k":"a","v":5,"a":[3]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			optest.Run(t, optest.Case{
				New: func() (operators.Operator, error) {
					return windowed.NewKeyedAssign(windowed.Config{In: in, Out: out, Window: c.spec, Keys: []int{1}})
				},
				In: []*batch.Schema{in}, Script: script, Out: optest.Edge{Schema: out, Time: -1, AppendOnly: true},
				Want: optest.Text(optest.Rows(memory.DefaultAllocator, out, c.want)), Late: c.late, Errors: c.errors,
			})
		})
	}
}
