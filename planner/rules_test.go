package planner_test

import (
	"strings"
	"testing"

	"kinesql/planner"
	"kinesql/planner/rewrite"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

// wide is queries that give every rule something to do.
const wide = `
CREATE STREAM s (k VARCHAR, v BIGINT, d DOUBLE, unused VARCHAR, loc ROW<lat DOUBLE, lon DOUBLE>, ts TIMESTAMP,
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND) WITH (connector='file', path='x');
SELECT k, COUNT(*) AS n, SUM(a + 1) AS x, SUM((a + 1) * 2) AS y
FROM (SELECT k, v + 0 AS a, loc.lat AS lat, v, ts, unused FROM s) q
WHERE v > 10 + 5 AND lat > 1
GROUP BY k, TUMBLE(ts, INTERVAL '1' MINUTE) ORDER BY n DESC LIMIT 3;
SELECT a + 1 AS b FROM (SELECT v * 2 AS a FROM s) q;
SELECT k, v FROM (SELECT k, v FROM s) q;
SELECT x.k, y.d FROM s x JOIN s y ON x.k = y.k AND x.v = 1 AND y.v = 2;
SELECT x.k, y.n FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k) x JOIN (SELECT k, COUNT(*) AS n FROM s GROUP BY k) y ON x.k = y.k;`

func planWide(t *testing.T, disabled map[string]bool) []*planner.Plan {
	t.Helper()
	statements, err := parse.Script(&diag.Source{Name: "wide", Text: wide})
	if err != nil {
		t.Fatal(err)
	}
	p := planner.New(planner.Options{Parallelism: 1, Connectors: fakes(), Disabled: disabled})
	var out []*planner.Plan
	for _, st := range statements {
		plan, err := p.Plan(st)
		if err != nil {
			t.Fatal(err)
		}
		if plan.Kind == planner.Query {
			out = append(out, plan)
		}
	}
	return out
}

func explainAll(plans []*planner.Plan) string {
	var b strings.Builder
	for _, p := range plans {
		b.WriteString(p.Explain())
	}
	return b.String()
}

func sameColumns(t *testing.T, what string, got, want []*planner.Plan) {
	t.Helper()
	for i := range got {
		if !got[i].Schema.Equal(want[i].Schema) {
			t.Errorf("without %s the columns are %s, with it %s", what, got[i].Schema, want[i].Schema)
		}
		if err := rewrite.Verify(got[i].Logical); err != nil {
			t.Errorf("without %s: %v", what, err)
		}
	}
}

// TestEachRuleDoesSomething plans queries with all rules, then without each of
// them: some plan differs, the columns do not, and all verify.
func TestEachRuleDoesSomething(t *testing.T) {
	all := planWide(t, nil)
	for _, rule := range rewrite.Names() {
		without := planWide(t, map[string]bool{rule: true})
		if explainAll(without) == explainAll(all) {
			t.Errorf("without rule %s the plans are the same:\n%s", rule, explainAll(all))
		}
		sameColumns(t, rule, without, all)
	}
}

// TestPairsOfRules plans with every pair of rules off: none relies on another.
func TestPairsOfRules(t *testing.T) {
	names := rewrite.Names()
	all := planWide(t, nil)
	for i, a := range names {
		for _, b := range names[i+1:] {
			sameColumns(t, a+" and "+b, planWide(t, map[string]bool{a: true, b: true}), all)
		}
	}
}

// TestRulesTogether tells what the rules leave of the first query.
func TestRulesTogether(t *testing.T) {
	got := planWide(t, nil)[0].Explain()
	for _, want := range []string{"columns=[k, v, loc.lat, ts]", "top=3 by [COUNT(*) DESC, k]", "(v > 15)"} {
		if !strings.Contains(got, want) {
			t.Errorf("the plan lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "unused") {
		t.Errorf("a column that nobody reads is decoded:\n%s", got)
	}
}
