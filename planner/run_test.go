package planner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/memory"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/exec"
	"kinesql/planner"
	"kinesql/planner/rewrite"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

// faults collects what went wrong.
type faults struct{ rows, late []string }

func (f *faults) RowError(e operators.RowError) { f.rows = append(f.rows, e.Message) }
func (f *faults) LateRow(e operators.LateRow)   { f.late = append(f.late, e.EventTime.String()) }

// collect is a sink that prints rows. Changed rows are folded.
type collect struct {
	rows map[string]int
	list []string
}

func (c *collect) Open(context.Context, operators.Env) error { return nil }
func (c *collect) Write(_ context.Context, b batch.Batch) error {
	for r := range b.Rows() {
		var cells []string
		for i := range b.SQLSchema().Len() {
			cells = append(cells, b.Column(i).ValueStr(r))
		}
		row := strings.Join(cells, " ")
		c.list = append(c.list, row)
		if b.Kind(r).Adds() {
			c.rows[row]++
		} else {
			c.rows[row]--
		}
	}
	return nil
}
func (c *collect) Prepare(context.Context, uint64) ([]byte, error)  { return nil, nil }
func (c *collect) Commit(context.Context, uint64, []byte) error     { return nil }
func (c *collect) Close() error                                     { return nil }
func (c *collect) sink(*batch.Schema, bool) (operators.Sink, error) { return c, nil }

func (c *collect) folded() string {
	var out []string
	for row, n := range c.rows {
		for range n {
			out = append(out, row)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// input makes a memory stream "s" with rows (k, v, ts).
func input(t *testing.T, c *memory.Connector, p *planner.Planner) {
	t.Helper()
	text := "CREATE STREAM s (k VARCHAR, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)"
	st, err := parse.Statement(&diag.Source{Name: "s", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(st)
	if err != nil {
		t.Fatal(err)
	}
	schema := batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "v", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)})
	log, err := c.Log(connectors.Spec{Stream: plan.Created.ObjectName(), Options: connectors.NewOptions(nil), Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	cols := []batch.Vector{{Type: batch.Of(batch.Varchar)}, {Type: batch.Of(batch.BigInt)}, {Type: batch.Of(batch.Timestamp)}}
	for i := range 60 {
		cols[0].AppendBytes([]byte{byte('a' + i%3)})
		cols[1].I64 = append(cols[1].I64, int64(i*7%11))
		cols[2].I64 = append(cols[2].I64, int64(i+i%2*3)*1_000_000)
	}
	for i := range cols {
		cols[i].Len = 60
	}
	b := batch.New(schema, 60, cols, batch.Beside{})
	defer b.Release()
	if err := log.Append(b); err != nil {
		t.Fatal(err)
	}
}

// execute plans and runs a query over the input.
func execute(t *testing.T, query string, parallelism int, disabled map[string]bool) (*collect, *faults) {
	t.Helper()
	c := memory.New()
	defer c.Close()
	p := planner.New(planner.Options{Parallelism: parallelism, Disabled: disabled, Connectors: []connectors.Connector{c}})
	input(t, c, p)
	st, err := parse.Statement(&diag.Source{Name: "q", Text: query})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(st)
	if err != nil {
		t.Fatal(err)
	}
	out, bad := &collect{rows: map[string]int{}}, &faults{}
	g, err := plan.Build(out.sink)
	if err != nil {
		t.Fatal(err)
	}
	alloc := arrow.NewCheckedAllocator(arrow.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	env := operators.Env{Alloc: alloc, Now: func() time.Time { return time.Unix(0, 0) }, Faults: bad, BatchRows: 16}
	if err := exec.Run(context.Background(), g, exec.Config{Env: env}); err != nil {
		t.Fatalf("%s: %v\n%s", query, err, plan.Explain())
	}
	return out, bad
}

// queries is what is run under all configurations.
func queries() []string {
	return []string{
		"SELECT k, v * 2 FROM s WHERE v > 3",
		"SELECT k, COUNT(*), SUM(v) FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)",
		"SELECT window_start, MAX(v) FROM s GROUP BY HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
		"SELECT k, window_start, COUNT(*) AS n, SUM(v) AS t FROM s GROUP BY k, TUMBLE(ts, INTERVAL '20' SECOND) ORDER BY t DESC LIMIT 2",
		"SELECT window_end, MAX(n) FROM (SELECT k, window_start, window_end, COUNT(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)) x GROUP BY window_start, window_end",
		"SELECT DISTINCT k, v FROM s",
		"SELECT DISTINCT k, window_start FROM TUMBLE(s, ts, INTERVAL '30' SECOND)",
		"SELECT window_start, k, COUNT(*) FROM TUMBLE(s, ts, INTERVAL '30' SECOND) WHERE v <> 3 GROUP BY window_start, window_end, k",
		"SELECT k, SUM(v), AVG(v) FROM s GROUP BY k HAVING k <> 'b'",
		"SELECT k, SUM(v) FROM s GROUP BY k EMIT CHANGES",
		"SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '6' SECOND PRECEDING) FROM s",
		"SELECT COUNT(*) FROM s",
		"SELECT k, v FROM s WHERE v < 2 UNION ALL SELECT 'x', 1.5",
		"SELECT k, CASE WHEN v > 5 THEN v + 1 ELSE v + 1 END, v + 1 FROM s ORDER BY v DESC, k LIMIT 5",
	}
}

// TestResultsDoNotDependOnThePlan runs queries at parallelism 1 and 3 with all
// rules, with none, and without each.
func TestResultsDoNotDependOnThePlan(t *testing.T) {
	none := map[string]bool{}
	for _, r := range rewrite.Names() {
		none[r] = true
	}
	for i, q := range queries() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			out, bad := execute(t, q, 1, none)
			want := out.folded()
			if want == "" || len(bad.rows) > 0 {
				t.Fatalf("%s: no rows, or faults: %v", q, bad)
			}
			for _, parallelism := range []int{1, 3} {
				for _, disabled := range []map[string]bool{nil, none, {"predicate_pushdown": true}, {"projection_pushdown": true}} {
					got, _ := execute(t, q, parallelism, disabled)
					if got.folded() != want {
						t.Errorf("%s\nparallelism %d without %v:\n%s\nwant\n%s", q, parallelism, disabled, got.folded(), want)
					}
				}
			}
		})
	}
}

// TestPumpFeedsQuery plans a pump into a memory stream and a query over it.
func TestPumpFeedsQuery(t *testing.T) {
	c := memory.New()
	defer c.Close()
	p := planner.New(planner.Options{Parallelism: 1, Connectors: []connectors.Connector{c}})
	input(t, c, p)
	script := `CREATE STREAM mid (n BIGINT, k VARCHAR, at TIMESTAMP);
		CREATE PUMP p AS INSERT INTO mid (k, n) SELECT k, COUNT(*) FROM s GROUP BY k, TUMBLE(ts, INTERVAL '30' SECOND);
		SELECT k, SUM(n), COUNT(at) FROM mid GROUP BY k;`
	statements, err := parse.Script(&diag.Source{Name: "script", Text: script})
	if err != nil {
		t.Fatal(err)
	}
	out := &collect{rows: map[string]int{}}
	for _, st := range statements {
		plan, err := p.Plan(st)
		if err != nil {
			t.Fatal(err)
		}
		if plan.Kind != planner.Query {
			continue
		}
		if !plan.Bounded || plan.Retracts {
			t.Errorf("%q: bounded %t, retracts %t", plan.Name, plan.Bounded, plan.Retracts)
		}
		g, err := plan.Build(out.sink)
		if err != nil {
			t.Fatal(err)
		}
		env := operators.Env{Alloc: arrow.DefaultAllocator, Now: time.Now, Faults: &faults{}, BatchRows: 16}
		if err := exec.Run(context.Background(), g, exec.Config{Env: env}); err != nil {
			t.Fatal(err)
		}
	}
	if want := "a 20 0\nb 20 0\nc 20 0"; out.folded() != want {
		t.Errorf("got\n%s\nwant\n%s", out.folded(), want)
	}
}

// TestFirstSlice checks the numbers of one windowed query by hand.
func TestFirstSlice(t *testing.T) {
	got, bad := execute(t, "SELECT COUNT(*) AS n FROM s WHERE k = 'a' GROUP BY TUMBLE(ts, INTERVAL '30' SECOND)", 1, nil)
	if want := "1\n10\n9"; got.folded() != want || len(bad.late) > 0 {
		t.Errorf("got %s, want %s; late %v", got.folded(), want, bad.late)
	}
}
