package rank

import (
	"testing"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

var bids = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "price", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "who", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "window_end", Type: batch.Of(batch.Timestamp)},
)

// top is a rank over bids by falling price.
func top(bound Bound, funcs ...string) Config {
	c := Config{
		In: bids, Partition: []int{0}, Order: []aggregate.SortKey{{Column: 1, Desc: true}}, Ties: []int{2, 3},
		Bound: bound, WindowEnd: -1, Time: -1,
	}
	fields := append([]batch.Field{}, bids.Fields()...)
	for _, f := range funcs {
		fn := Func{Name: f, Buckets: 2}
		c.Funcs = append(c.Funcs, fn)
		fields = append(fields, batch.Field{Name: f, Type: fn.Result()})
	}
	c.Out = batch.NewSchema(fields...)
	return c
}

func changes(c Config) func() (operators.Operator, error) {
	return func() (operators.Operator, error) { return NewChanges(c) }
}

func final(c Config) func() (operators.Operator, error) {
	return func() (operators.Operator, error) { return NewFinal(c) }
}

const script = `
	a|10|x|00:01
	a|30|y|00:01
	b|NULL|z|00:01
	a|20|v|00:01
	a|30|u|00:01
	b|5|w|00:01
	a|1|t|00:01
	NULL|7|s|00:01`

func TestTopTwo(t *testing.T) {
	c := top(Bound{Func: "ROW_NUMBER", Low: 1, High: 2}, "ROW_NUMBER")
	optest.Run(t, optest.Case{
		New: changes(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: -1}, Script: script,
		Want: `
			NULL|7|s|1970-01-01T00:01:00|1
			a|30|u|1970-01-01T00:01:00|1
			a|30|y|1970-01-01T00:01:00|2
			b|5|w|1970-01-01T00:01:00|1
			b|NULL|z|1970-01-01T00:01:00|2`,
	})
}

func TestTiesShareARank(t *testing.T) {
	c := top(Bound{Func: "RANK", Low: 1, High: 1}, "RANK", "DENSE_RANK")
	optest.Run(t, optest.Case{
		New: changes(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: -1}, Script: script,
		Want: `
			NULL|7|s|1970-01-01T00:01:00|1|1
			a|30|u|1970-01-01T00:01:00|1|1
			a|30|y|1970-01-01T00:01:00|1|1
			b|5|w|1970-01-01T00:01:00|1|1`,
	})
}

func TestBoundFromBelow(t *testing.T) {
	c := top(Bound{Func: "DENSE_RANK", Low: 2, High: 3}, "DENSE_RANK")
	optest.Run(t, optest.Case{
		New: changes(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: -1}, Script: script,
		Want: `
			a|20|v|1970-01-01T00:01:00|2
			a|10|x|1970-01-01T00:01:00|3
			b|NULL|z|1970-01-01T00:01:00|2`,
	})
}

func TestRowsMoveUpWhenOthersAreTakenBack(t *testing.T) {
	c := top(Bound{Func: "ROW_NUMBER", Low: 1, High: 1})
	c.Retracts = true
	optest.Run(t, optest.Case{
		New: changes(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: -1}, Retracts: true,
		Script: script + `
			-D a|30|u|00:01
			-U a|30|y|00:01
			+U a|15|y|00:01
			-D NULL|7|s|00:01`,
		Want: `
			a|20|v|1970-01-01T00:01:00
			b|5|w|1970-01-01T00:01:00`,
	})
}

func TestMovesAreNotToldWhereNoNumberIsShown(t *testing.T) {
	c := top(Bound{Func: "ROW_NUMBER", Low: 1, High: 2})
	optest.Run(t, optest.Case{
		New: changes(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: -1}, Ordered: false,
		Script: `
			a|1|x|00:01
			a|2|y|00:01
			a|3|z|00:01`,
		Want: `
			a|2|y|1970-01-01T00:01:00
			a|3|z|1970-01-01T00:01:00`,
	})
}

func TestEachWindowWhenItCloses(t *testing.T) {
	c := top(Bound{Func: "RANK", Low: 1, High: 1}, "RANK")
	c.Partition, c.WindowEnd = []int{3}, 3
	optest.Run(t, optest.Case{
		New: final(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: 3, AppendOnly: true},
		Script: `
			a|10|x|00:02
			b|30|y|00:01
			@ 00:01
			c|10|z|00:02
			d|99|w|00:01
			@ 00:02
			e|1|v|00:03`,
		Want: `
			b|30|y|1970-01-01T00:01:00|1
			a|10|x|1970-01-01T00:02:00|1
			c|10|z|1970-01-01T00:02:00|1
			e|1|v|1970-01-01T00:03:00|1`,
		Ordered: true,
		Late:    `{"k":"d","price":99,"who":"w","window_end":"1970-01-01 00:01:00Z"}`,
	})
}

func TestWholePartitions(t *testing.T) {
	c := top(Bound{}, "ROW_NUMBER", "NTILE", "PERCENT_RANK", "CUME_DIST")
	optest.Run(t, optest.Case{
		New: final(c), In: []*batch.Schema{bids}, Out: optest.Edge{Schema: c.Out, Time: -1, AppendOnly: true},
		Script: script,
		Want: `
			NULL|7|s|1970-01-01T00:01:00|1|1|0|1
			a|30|u|1970-01-01T00:01:00|1|1|0|0.4
			a|30|y|1970-01-01T00:01:00|2|1|0|0.4
			a|20|v|1970-01-01T00:01:00|3|1|0.5|0.6
			a|10|x|1970-01-01T00:01:00|4|2|0.75|0.8
			a|1|t|1970-01-01T00:01:00|5|2|1|1
			b|5|w|1970-01-01T00:01:00|1|1|0|0.5
			b|NULL|z|1970-01-01T00:01:00|2|2|1|1`,
	})
}
