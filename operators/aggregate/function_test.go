package aggregate_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

var (
	bigint    = batch.Of(batch.BigInt)
	double    = batch.Of(batch.Double)
	boolean   = batch.Of(batch.Boolean)
	varchar   = batch.Of(batch.Varchar)
	date      = batch.Of(batch.Date)
	timestamp = batch.Of(batch.Timestamp)
	money     = batch.DecimalOf(10, 2)
	jsonType  = batch.Of(batch.JSON)
)

func schema(cols ...any) *batch.Schema {
	var fields []batch.Field
	for i := 0; i < len(cols); i += 2 {
		fields = append(fields, batch.Field{Name: cols[i].(string), Type: cols[i+1].(batch.Type)})
	}
	return batch.NewSchema(fields...)
}

// kept collects rows and faults.
type kept struct{ rows, errors []string }

// Emit implements operators.Emitter.
func (k *kept) Emit(_ context.Context, b batch.Batch) error {
	k.rows = append(k.rows, optest.Lines(b)...)
	return nil
}

// RowError implements operators.Faults.
func (k *kept) RowError(e operators.RowError) {
	k.errors = append(k.errors, e.Code+" "+e.Message+" "+string(e.Raw))
}

// LateRow implements operators.Faults.
func (k *kept) LateRow(operators.LateRow) {}

// global aggregates all rows of text, and returns the one row of the result.
func global(t *testing.T, cfg aggregate.HashConfig, text string) *kept {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	op, err := aggregate.NewHash(cfg)
	if err != nil {
		t.Fatal(err)
	}
	out, ctx := &kept{}, t.Context()
	if err := op.Open(ctx, operators.Env{Alloc: alloc, Now: time.Now, Faults: out, BatchRows: 100}); err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	in := optest.Rows(alloc, cfg.In, text)
	defer in.Release()
	if err := op.Process(ctx, 0, in, out); err != nil {
		t.Fatal(err)
	}
	if err := op.Advance(ctx, window.Max, out); err != nil {
		t.Fatal(err)
	}
	if err := op.(operators.Finisher).Finish(ctx, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// column makes rows of (time, value) of some values, at times counted down.
func column(values string) string {
	if values == "" {
		return ""
	}
	var b strings.Builder
	list := strings.Split(values, " ")
	for i, v := range list {
		at := time.Unix(int64(len(list)-i), 0).UTC().Format("15:04:05")
		b.WriteString(at + "|" + v + "\n")
	}
	return b.String()
}

func TestFunctions(t *testing.T) {
	cases := []struct {
		call   string // with DISTINCT after the name, if it is to be
		typ    batch.Type
		values string
		want   string
	}{
		{"COUNT", bigint, "1 NULL 3", "2"},
		{"COUNT DISTINCT", varchar, "a b NULL a", "2"},
		{"COUNT", bigint, "", "0"},
		{"SUM", bigint, "1 NULL 3", "4"},
		{"SUM", bigint, "NULL", "NULL"},
		{"SUM", bigint, "9223372036854775807 1 -2", "9223372036854775806"},
		{"SUM", double, "0.1 0.2 0.3 1e100 -1e100", "0.6"},
		{"SUM", double, "+Inf 1", "+Inf"},
		{"SUM", money, "1.25 NULL -0.50", "0.75"},
		{"SUM DISTINCT", bigint, "2 2 3 NULL", "5"},
		{"AVG", bigint, "1 2 NULL", "1.5"},
		{"AVG", bigint, "9223372036854775807 9223372036854775807", "9.223372036854776e+18"},
		{"AVG", double, "1 2", "1.5"},
		{"AVG", money, "1.00 1.00 -3.01", "-0.336667"},
		{"AVG DISTINCT", double, "1 1 2", "1.5"},
		{"AVG", money, "", "NULL"},
		{"MIN", bigint, "3 -1 NULL", "-1"},
		{"MAX", bigint, "-3 -1 NULL", "-1"},
		{"MIN", double, "NaN 2 1", "1"},
		{"MAX", double, "1 NaN 2", "NaN"},
		{"MIN", varchar, "pear apple fig", "apple"},
		{"MAX", varchar, "a pear b", "pear"},
		{"MAX", boolean, "false true NULL", "true"},
		{"MIN", boolean, "true false", "false"},
		{"MAX", money, "1.25 10.00 9.99", "10.00"},
		{"MIN", date, "2024-02-29 2023-01-01", "2023-01-01"},
		{"MAX", timestamp, "2024-02-29T00:00:00 2023-01-01T00:00:00", "2024-02-29T00:00:00"},
		{"MIN", varchar, "", "NULL"},
		{"STDDEV", double, "2 4 4 4 5 5 7 9", "2"},
		{"STD", double, "2 4 4 4 5 5 7 9", "2"},
		{"STDDEV_POP", double, "1048578 1048580 1048580 1048580 1048581 1048581 1048583 1048585", "2"},
		{"VARIANCE", double, "1 2 3 4", "1.25"},
		{"VAR_POP", double, "1 NULL 3", "1"},
		{"VAR_SAMP", double, "1 3", "2"},
		{"VAR_SAMP", double, "1", "NULL"},
		{"VAR_POP", double, "1", "0"},
		{"STDDEV_SAMP", double, "1 3 5", "2"},
		{"FIRST_VALUE", varchar, "c b a", "a"},
		{"LAST_VALUE", varchar, "c b a", "c"},
		{"FIRST_VALUE", bigint, "1 NULL", "NULL"},
		{"ANY_VALUE", bigint, "NULL 7 8", "7"},
		{"BIT_AND", bigint, "7 6 NULL", "6"},
		{"BIT_AND", bigint, "", "-1"},
		{"BIT_OR", bigint, "1 4", "5"},
		{"BIT_XOR", bigint, "5 1 5", "1"},
		{"BIT_OR", bigint, "", "0"},
		{"BOOL_AND", boolean, "true NULL true", "true"},
		{"EVERY", boolean, "true false", "false"},
		{"BOOL_OR", boolean, "false true", "true"},
		{"BOOL_OR", boolean, "NULL", "NULL"},
		{"COUNT_IF", boolean, "true false NULL true", "2"},
		{"APPROX_COUNT_DISTINCT", varchar, "a b a NULL c", "3"},
		{"APPROX_COUNT_DISTINCT", bigint, "", "0"},
		{"GROUP_CONCAT", varchar, "b NULL a b", "b,a,b"},
		{"GROUP_CONCAT DISTINCT", varchar, "b a b", "b,a"},
		{"GROUP_CONCAT", varchar, "", "NULL"},
		{"JSON_ARRAYAGG", bigint, "1 NULL 3", "[1, null, 3]"},
		{"JSON_ARRAYAGG", varchar, `a" b`, `["a\"", "b"]`},
		{"JSON_ARRAYAGG", money, "1.50", "[1.50]"},
		{"JSON_ARRAYAGG", double, "1.5 NaN", "[1.5, null]"},
		{"JSON_ARRAYAGG", jsonType, `{"a":[1]} 2`, `[{"a":[1]}, 2]`},
	}
	for _, c := range cases {
		t.Run(c.call+" "+c.typ.String()+" "+c.values, func(t *testing.T) {
			name, distinct := strings.CutSuffix(c.call, " DISTINCT")
			result, cast, err := aggregate.Resolve(name, []batch.Type{c.typ}, distinct)
			if err != nil || !cast[0].Equal(c.typ) {
				t.Fatalf("resolved to %v, %v, %v", result, cast, err)
			}
			in := schema("ts", timestamp, "x", c.typ)
			got := global(t, aggregate.HashConfig{
				In: in, Out: schema("y", result), Time: 0,
				Calls: []aggregate.Call{{Name: name, Args: []int{1}, Distinct: distinct, Filter: -1, Type: result}},
			}, strings.ReplaceAll(column(c.values), `\`, `\\`))
			if len(got.rows) != 1 || !within(got.rows[0], strings.ReplaceAll(c.want, `\`, `\\`), 1e-9) || len(got.errors) > 0 {
				t.Errorf("got %q, errors %q, want %s", got.rows, got.errors, c.want)
			}
		})
	}
}

func TestSumOverflow(t *testing.T) {
	in := schema("k", varchar, "x", bigint, "d", batch.DecimalOf(38, 0))
	nines := strings.Repeat("9", 38)
	got := global(t, aggregate.HashConfig{
		In: in, Keys: []int{0}, Time: -1, Out: schema("k", varchar, "s", bigint, "d", batch.DecimalOf(38, 0)),
		Calls: []aggregate.Call{{Name: "SUM", Args: []int{1}, Filter: -1}, {Name: "SUM", Args: []int{2}, Filter: -1}},
	}, "a|9223372036854775807|1\nb|1|"+nines+"\na|1|1\nb|1|1\nc|3|-"+nines+"\n")
	want := []string{"a|NULL|2", "b|2|NULL", "c|3|-" + nines}
	if strings.Join(got.rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("rows %q, want %q", got.rows, want)
	}
	errors := []string{
		`KSQL-4001 column s: SUM does not fit into BIGINT {"k":"a","s":null,"d":"2"}`,
		`KSQL-4001 column d: SUM does not fit into DECIMAL(38, 0) {"k":"b","s":2,"d":null}`,
	}
	if strings.Join(got.errors, "\n") != strings.Join(errors, "\n") {
		t.Errorf("errors\n%s\nwant\n%s", strings.Join(got.errors, "\n"), strings.Join(errors, "\n"))
	}
}

// TestArguments runs the functions with more than one argument, parameters,
// ORDER BY and FILTER.
func TestArguments(t *testing.T) {
	in := schema("ts", timestamp, "x", varchar, "y", double, "ok", boolean)
	rows := `
		00:00:03|c|3|true
		00:00:01|b|-1|false
		00:00:02|a|-1|NULL
		00:00:04|NULL|10|true
		00:00:05|d|NULL|true
	`
	cases := []struct {
		name string
		call aggregate.Call
		want string
	}{
		{"count rows", aggregate.Call{Name: "COUNT"}, "5"},
		{"count both", aggregate.Call{Name: "COUNT", Args: []int{1, 2}}, "3"},
		{"distinct both", aggregate.Call{Name: "COUNT", Args: []int{2, 3}, Distinct: true}, "3"},
		{"filter", aggregate.Call{Name: "COUNT", Filter: 3}, "3"},
		{"filtered sum", aggregate.Call{Name: "SUM", Args: []int{2}, Filter: 3}, "13"},
		{"min by", aggregate.Call{Name: "MIN_BY", Args: []int{1, 2}}, "b"},
		{"max by", aggregate.Call{Name: "MAX_BY", Args: []int{1, 2}}, "c"},
		{"concat", aggregate.Call{Name: "GROUP_CONCAT", Args: []int{1}, Params: []any{"; "},
			Order: []aggregate.SortKey{{Column: 2, Desc: true, NullsFirst: true}, {Column: 1}}}, "d; c; a; b"},
		{"concat nulls last", aggregate.Call{Name: "GROUP_CONCAT", Args: []int{1, 1},
			Order: []aggregate.SortKey{{Column: 2}, {Column: 1, Desc: true}}}, "bb,aa,cc,dd"},
		{"concat distinct", aggregate.Call{Name: "GROUP_CONCAT", Args: []int{1}, Distinct: true,
			Order: []aggregate.SortKey{{Column: 1, Desc: true}}}, "d,c,b,a"},
		{"percentile", aggregate.Call{Name: "APPROX_PERCENTILE", Args: []int{2}, Params: []any{0.0}}, "-1"},
		{"percentile of none", aggregate.Call{Name: "APPROX_PERCENTILE", Args: []int{2}, Params: []any{int64(1)}, Filter: 3}, "10"},
		{"approximately different", aggregate.Call{Name: "APPROX_COUNT_DISTINCT", Args: []int{1, 2}}, "3"},
		{"last", aggregate.Call{Name: "LAST_VALUE", Args: []int{2}}, "NULL"},
		{"first", aggregate.Call{Name: "FIRST_VALUE", Args: []int{1}}, "b"},
		{"array", aggregate.Call{Name: "JSON_ARRAYAGG", Args: []int{3}, Order: []aggregate.SortKey{{Column: 0}}},
			"[false, null, true, true, true]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.call.Filter == 0 {
				c.call.Filter = -1
			}
			var args []batch.Type
			for _, a := range c.call.Args {
				args = append(args, in.Field(a).Type)
			}
			result, _, err := aggregate.Resolve(c.call.Name, args, c.call.Distinct)
			if err != nil {
				t.Fatal(err)
			}
			got := global(t, aggregate.HashConfig{
				In: in, Out: schema("y", result), Time: 0, Calls: []aggregate.Call{c.call},
			}, rows)
			if len(got.rows) != 1 || !near(got.rows[0], c.want) {
				t.Errorf("got %q, want %s", got.rows, c.want)
			}
		})
	}
}

// near compares, allowing numbers to differ by a hundredth.
func near(got, want string) bool { return within(got, want, 0.0101) }

// within compares, allowing numbers to differ by a share of themselves.
func within(got, want string, share float64) bool {
	var g, w float64
	if got == want || !number(got, &g) || !number(want, &w) {
		return got == want
	}
	return math.Abs(g-w) <= share*math.Abs(w)
}

func TestResolve(t *testing.T) {
	cases := []struct {
		name     string
		args     []batch.Type
		distinct bool
		want     string
	}{
		{"SUM", []batch.Type{batch.Of(batch.TinyInt)}, false, "BIGINT (BIGINT)"},
		{"sum", []batch.Type{boolean}, false, "BIGINT (BIGINT)"},
		{"SUM", []batch.Type{batch.Of(batch.Real)}, false, "DOUBLE (DOUBLE)"},
		{"SUM", []batch.Type{money}, false, "DECIMAL(38, 2) (DECIMAL(10, 2))"},
		{"AVG", []batch.Type{money}, false, "DECIMAL(38, 6) (DECIMAL(10, 2))"},
		{"AVG", []batch.Type{bigint}, false, "DOUBLE (BIGINT)"},
		{"COUNT", nil, false, "BIGINT ()"},
		{"COUNT", []batch.Type{batch.ArrayOf(bigint)}, false, "BIGINT (ARRAY<BIGINT>)"},
		{"STDDEV", []batch.Type{bigint}, false, "DOUBLE (DOUBLE)"},
		{"GROUP_CONCAT", []batch.Type{bigint}, false, "VARCHAR (VARCHAR)"},
		{"JSON_ARRAYAGG", []batch.Type{timestamp}, false, "JSON (VARCHAR)"},
		{"APPROX_PERCENTILE", []batch.Type{bigint, double}, false, "DOUBLE (DOUBLE, DOUBLE)"},
		{"COUNT", nil, true, "COUNT(DISTINCT) needs an argument"},
		{"SUM", []batch.Type{varchar}, false, "argument 1 of SUM must be a number, not VARCHAR"},
		{"MIN", nil, false, "MIN takes 1 argument, not 0"},
		{"MAX", []batch.Type{batch.ArrayOf(bigint)}, false, "argument 1 of MAX cannot be of type ARRAY<BIGINT>"},
		{"MIN_BY", []batch.Type{bigint}, false, "MIN_BY takes 2 arguments, not 1"},
		{"ANY_VALUE", []batch.Type{bigint}, true, "ANY_VALUE does not take DISTINCT"},
		{"BIT_OR", []batch.Type{double}, false, "argument 1 of BIT_OR must be an integer, not DOUBLE"},
		{"NONE", nil, false, "unknown aggregate function NONE"},
	}
	for _, c := range cases {
		result, cast, err := aggregate.Resolve(c.name, c.args, c.distinct)
		var names []string
		for _, t := range cast {
			names = append(names, t.String())
		}
		got := result.String() + " (" + strings.Join(names, ", ") + ")"
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s%v: %s, want %s", c.name, c.args, got, c.want)
		}
	}
}

func TestFunctionsAreDescribed(t *testing.T) {
	last := ""
	for _, f := range aggregate.Functions() {
		if f.Name <= last || f.Signature == "" || !strings.HasSuffix(f.Summary, ".") || !strings.Contains(f.Example, f.Name+"(") {
			t.Errorf("%+v is out of order after %s, or not described", f, last)
		}
		last = f.Name
		if found, ok := aggregate.Lookup(strings.ToLower(f.Name)); !ok || found.Name != f.Name {
			t.Errorf("%s is not found", f.Name)
		}
	}
	if len(aggregate.Functions()) < 25 {
		t.Errorf("only %d functions", len(aggregate.Functions()))
	}
}
