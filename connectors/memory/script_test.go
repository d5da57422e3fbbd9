package memory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/exec"
	"kinesql/operators/expr"
	"kinesql/operators/optest"
	"kinesql/operators/relational"
)

// TestPumpIntoStreamIntoQuery runs two graphs at once: a pump that filters the
// rows of one stream into another, and a query that sorts what arrives there.
func TestPumpIntoStreamIntoQuery(t *testing.T) {
	for _, rows := range []int{1, 3, 1000} {
		t.Run(fmt.Sprintf("batches of %d", rows), func(t *testing.T) { pump(t, rows) })
	}
}

func pump(t *testing.T, rows int) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	flat := batch.NewSchema(schema.Field(0), schema.Field(1))
	first, second, last := NewLog(flat), NewLog(flat), NewLog(flat)
	fillIn(t, alloc, first, rows)
	cond, err := expr.New(">", []expr.Node{
		&expr.Column{Index: 1, Name: "n", Typ: batch.Of(batch.BigInt)}, expr.NewLiteral(int64(989), batch.Of(batch.BigInt), -1),
	}, -1)
	if err != nil {
		t.Fatal(err)
	}
	second.Expect(1)
	query := graph(second, last, flat, func() (operators.Operator, error) {
		return relational.NewSort(relational.Sort{
			Schema: flat, Keys: []aggregate.SortKey{{Column: 1, Desc: true}}, Limit: 3, WindowEnd: -1,
		})
	})
	pump := graph(first, second, flat, func() (operators.Operator, error) { return relational.NewFilter(flat, cond) })
	cfg := exec.Config{Env: operators.Env{Alloc: alloc}}
	running := []*exec.Query{exec.Start(t.Context(), query, cfg), exec.Start(t.Context(), pump, cfg)}
	for _, q := range running {
		if err := q.Wait(); err != nil {
			t.Error(err)
		}
	}
	src, _ := last.Source(spec(nil, want(batch.Of(batch.BigInt), "n")))
	if got := read(t, src); got != "999\n998\n997\n" {
		t.Errorf("got\n%s", got)
	}
	if s := running[1].Stats(); s.Records != 1000 || s.RowsOut != 10 {
		t.Errorf("stats %+v", s)
	}
	for _, l := range []*Log{first, second, last} {
		l.Close()
	}
	alloc.AssertSize(t, 0)
}

// fillIn writes 1000 rows in batches.
func fillIn(t *testing.T, alloc memory.Allocator, l *Log, rows int) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "k|%d\n", i*7%1000)
		if (i+1)%rows == 0 || i == 999 {
			b := optest.Rows(alloc, l.Schema(), text.String())
			if err := l.Append(b); err != nil {
				t.Fatal(err)
			}
			b.Release()
			text.Reset()
		}
	}
}

func graph(from, to *Log, schema *batch.Schema, op func() (operators.Operator, error)) *operators.Graph {
	all := connectors.SourceSpec{Out: schema, Time: -1, Instances: 1}
	for _, f := range schema.Fields() {
		all.Want = append(all.Want, connectors.Want{Path: []string{f.Name}, Type: f.Type})
	}
	scan := &operators.Node{ID: 0, Name: "scan", Parallelism: 1, NewSource: func(int) (operators.Source, error) { return from.Source(all) }}
	step := &operators.Node{
		ID: 1, Name: "step", Parallelism: 1, Inputs: []operators.Edge{{From: scan}},
		NewOperator: func(int) (operators.Operator, error) { return op() },
	}
	sink := &operators.Node{
		ID: 2, Name: "sink", Parallelism: 1, Inputs: []operators.Edge{{From: step, Exchange: operators.Gather}},
		NewSink: func(int) (operators.Sink, error) { return to.Sink(), nil },
	}
	return &operators.Graph{Nodes: []*operators.Node{scan, step, sink}}
}
