package oracle

import (
	"reflect"
	"testing"

	"kinesql/window"
)

// TestQuestionsAskDuckDB runs DuckDB's side alone: each query is well formed and
// says something about the random input.
func TestQuestionsAskDuckDB(t *testing.T) {
	d := duck(t)
	load(t, d, input(1, 400, 20))
	for _, q := range questions {
		r, err := d.Query(q.answer())
		if err != nil {
			t.Errorf("%s: %v", q.name, err)
		} else if len(r.Rows) < 6 && q.name != "all rows are one group" {
			t.Errorf("%s: only %d rows", q.name, len(r.Rows))
		}
	}
}

// TestInputHasLateRows checks the generator against the definition of lateness,
// and DuckDB's windows against those of the definition.
func TestInputHasLateRows(t *testing.T) {
	d := duck(t)
	for _, w := range []window.Spec{tumble(10 * second), hop(4*second, 10*second), shifted(tumble(7*second), 2*second)} {
		rows := input(3, 500, 20)
		late := lateIDs(rows, w)
		if len(late) < 5 || len(late) > 50 {
			t.Errorf("%d of %d rows are late for %v", len(late), len(rows), w)
		}
		if clean := lateIDs(input(3, 500, 0), w); len(clean) != 0 {
			t.Errorf("rows %v are late of an input without late rows", clean)
		}
		load(t, d, rows)
		r, err := d.Query("SELECT id FROM rows WHERE id NOT IN (SELECT id FROM " + inWindows(w) + ") ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		var absent []int64
		for _, row := range r.Rows {
			absent = append(absent, row[0].(int64))
		}
		if !reflect.DeepEqual(absent, late) {
			t.Errorf("%v: DuckDB has no window for %v, late are %v", w, absent, late)
		}
	}
}
