package planner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/planner"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

// catalogText is the streams that fuzzed statements may name.
const catalogText = `
CREATE STREAM s (k VARCHAR, v BIGINT, d DOUBLE, j JSON, loc ROW<lat DOUBLE>, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (connector='file', path='x');
CREATE STREAM live (k VARCHAR, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (connector='live');
CREATE STREAM mem (k BIGINT, n BIGINT);
CREATE VIEW w AS SELECT k, window_start, window_end, COUNT(*) AS n FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1' MINUTE);`

// FuzzPlan plans whatever parses: no panic, every error has a place in the text,
// and no rule breaks a plan.
func FuzzPlan(f *testing.F) {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n\n") {
			input, _, _ := strings.Cut(block, "----")
			f.Add(input)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, err := parse.Script(&diag.Source{Name: "fuzz", Text: text})
		if err != nil {
			return
		}
		p := planner.New(planner.Options{Parallelism: 2, Connectors: fakes()})
		planAll(t, p, catalogText)
		for _, st := range statements {
			planOne(t, p, st)
		}
	})
}

func planAll(t *testing.T, p *planner.Planner, text string) {
	t.Helper()
	statements, err := parse.Script(&diag.Source{Name: "catalog", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range statements {
		if _, err := p.Plan(st); err != nil {
			t.Fatal(err)
		}
	}
}

func planOne(t *testing.T, p *planner.Planner, st ast.Statement) {
	t.Helper()
	plan, err := p.Plan(st)
	if err == nil {
		if plan.Kind == planner.Query && plan.Explain() == "" {
			t.Errorf("%s: an empty plan", st)
		}
		return
	}
	d, ok := err.(*diag.Error)
	if !ok {
		t.Fatalf("%s: an error without a place: %v", st, err)
	}
	if d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(d.Source.Text) {
		t.Errorf("%s: error at %v of %d bytes: %v", st, d.Span, len(d.Source.Text), d.Message)
	}
}

// TestShowFunctions looks for a scalar function, an aggregate and a pattern.
func TestShowFunctions(t *testing.T) {
	p := planner.New(planner.Options{Parallelism: 1, Connectors: fakes()})
	all := run(t, p, "SHOW FUNCTIONS")
	for _, want := range []string{"\nUPPER | ", "\nCOUNT | ", "\nGROUP_CONCAT | "} {
		if !strings.Contains("\n"+all, want) {
			t.Errorf("SHOW FUNCTIONS lacks %q", strings.TrimSpace(want))
		}
	}
	if got := run(t, p, "SHOW FUNCTIONS LIKE 'uppe_'"); !strings.HasPrefix(got, "UPPER | ") || strings.Contains(got, "COUNT") {
		t.Errorf("SHOW FUNCTIONS LIKE 'uppe_': %q", got)
	}
	if got := run(t, p, "DESCRIBE FUNCTION upper"); !strings.HasPrefix(got, "UPPER | ") {
		t.Errorf("DESCRIBE FUNCTION upper: %q", got)
	}
}
