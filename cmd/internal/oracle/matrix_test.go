package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"kinesql/window"
)

// envSeeds is the environment variable that says of how many random inputs each
// question is asked, each under all settings; a soak sets it to thousands.
// Without it there are two, each under every other setting.
const envSeeds = "KINESQL_ORACLE_SEEDS"

func seeds(t *testing.T) uint64 {
	text := os.Getenv(envSeeds)
	if text == "" {
		return 2
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatalf("%s=%q: want a number", envSeeds, text)
	}
	return n
}

// rowsOfInput is how many records a random input has.
const rowsOfInput = 250

// source declares the random input as the stream samples and as the table facts.
func source(path string) string {
	return fmt.Sprintf("CREATE STREAM samples (%[1]s, WATERMARK FOR ts AS ts - INTERVAL '%[2]d' SECOND)\n"+
		"WITH (connector = 'file', path = '%[3]s', format = 'json');\n"+
		"CREATE TABLE facts (%[1]s) WITH (connector = 'file', path = '%[3]s', format = 'json');\n", columns, delay/window.Second, path)
}

// TestQuestions asks every question of both engines over random input, under all
// settings.
func TestQuestions(t *testing.T) {
	for seed := range seeds(t) {
		d := duck(t)
		disordered, clean := input(seed, rowsOfInput, 20), input(seed, rowsOfInput, 0)
		load(t, d, disordered)
		for _, q := range questions {
			if !q.inOrder {
				ask(t, d, q, seed, disordered)
			}
		}
		load(t, d, clean)
		for _, q := range questions {
			if q.inOrder {
				ask(t, d, q, seed, clean)
			}
		}
	}
}

// ask asks one question under all settings.
func ask(t *testing.T, d *DuckDB, q question, seed uint64, rows []record) {
	want, err := d.Query(q.answer())
	if err != nil {
		t.Fatalf("%s: %v", q.name, err)
	}
	late := expectLate(t, d, q, rows)
	path := write(t, rows, 1)
	t.Run(fmt.Sprintf("%s/seed=%d", q.name, seed), func(t *testing.T) {
		for i, s := range settings() {
			if os.Getenv(envSeeds) == "" && (uint64(i/2)+uint64(i)+seed)%2 > 0 {
				continue
			}
			t.Run(s.String(), func(t *testing.T) {
				t.Parallel()
				got := perform(t, s, source(path)+q.kine+";")
				if diff := Diff(got.rows, want.Rows); diff != "" {
					t.Errorf("%s\n%s", diff, q.kine)
				}
				checkLate(t, got, rows, late, path)
				if len(got.failed) > 0 {
					t.Errorf("failed are the lines %v, want none", got.failed)
				}
			})
		}
	})
}

// TestNullTimes asks the questions of input where some rows have no time. These
// are no part of any window: each that reaches one is a failed row, once. Without
// windows they are rows like others.
func TestNullTimes(t *testing.T) {
	d := duck(t)
	for seed := range seeds(t) {
		rows := timeless(seed, input(seed+1000, rowsOfInput, 20), 8)
		load(t, d, rows)
		path := write(t, rows, 1)
		for _, q := range questions {
			if q.inOrder {
				continue
			}
			want, err := d.Query(q.answer())
			if err != nil {
				t.Fatal(err)
			}
			late := expectLate(t, d, q, rows)
			var failed []int64
			if q.window != never {
				failed = timelessLines(t, d, q.reaching())
			}
			t.Run(fmt.Sprintf("%s/seed=%d", q.name, seed), func(t *testing.T) {
				t.Parallel()
				for _, s := range []setting{{1, 4096, true}, {3, 7, true}, {3, 50, false}} {
					got := perform(t, s, source(path)+q.kine+";")
					if diff := Diff(got.rows, want.Rows); diff != "" {
						t.Errorf("%s: %s\n%s", s, diff, q.kine)
					}
					checkLate(t, got, rows, late, path)
					if !slices.Equal(got.failed, failed) {
						t.Errorf("%s: failed are the lines %v, want %v\n%s", s, got.failed, failed, q.kine)
					}
				}
			})
		}
	}
}

// timelessLines returns the lines of the records that have no time and fulfil a
// condition.
func timelessLines(t *testing.T, d *DuckDB, where string) []int64 {
	t.Helper()
	r, err := d.Query("SELECT id + 1 FROM rows WHERE ts IS NULL AND " + where + " ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	var lines []int64
	for _, row := range r.Rows {
		lines = append(lines, row[0].(int64))
	}
	return lines
}

// expectLate returns the records that are late by the definition and that reach
// the window.
func expectLate(t *testing.T, d *DuckDB, q question, rows []record) map[int64]bool {
	t.Helper()
	out := map[int64]bool{}
	if q.inOrder {
		return out
	}
	r, err := d.Query("SELECT id FROM rows WHERE " + q.reaching())
	if err != nil {
		t.Fatal(err)
	}
	reaches := map[int64]bool{}
	for _, row := range r.Rows {
		reaches[row[0].(int64)] = true
	}
	for _, id := range lateIDs(rows, q.window) {
		if reaches[id] {
			out[id] = true
		}
	}
	return out
}

// checkLate checks that the late stream has exactly the late rows, whole and
// with their place, and that the counts agree.
func checkLate(t *testing.T, got outcome, rows []record, want map[int64]bool, path string) {
	t.Helper()
	seen := map[int64]bool{}
	for _, l := range got.late {
		var r record
		if err := json.Unmarshal([]byte(l.Raw), &r); err != nil {
			t.Errorf("late row %q: %v", l.Raw, err)
			continue
		}
		if !want[r.ID] || seen[r.ID] {
			t.Errorf("row %d is in the late stream, late: %t, twice: %t", r.ID, want[r.ID], seen[r.ID])
		}
		seen[r.ID] = true
		original, err := json.Marshal(rows[r.ID])
		if err != nil {
			t.Fatal(err)
		}
		if l.Raw != string(original) || l.Line != r.ID+1 || l.Split != path {
			t.Errorf("late row %d is %q at %s:%d, want %q at %s:%d", r.ID, l.Raw, l.Split, l.Line, original, path, r.ID+1)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d late rows, want %d", len(seen), len(want))
	}
	if got.stats.Late != int64(len(want)) || got.stats.Errors != int64(len(got.failed)) {
		t.Errorf("counted are %d late and %d failed rows, want %d and %d", got.stats.Late, got.stats.Errors, len(want), len(got.failed))
	}
}

// TestSeveralFiles asks every question of input that is spread over three files:
// each has a watermark of its own, and no row is late. No two rows have the same
// time, for nothing tells which of them arrived first.
func TestSeveralFiles(t *testing.T) {
	d := duck(t)
	rows := distinct(input(7, rowsOfInput, 0))
	load(t, d, rows)
	path := write(t, rows, 3)
	for _, q := range questions {
		if q.byArrival {
			continue
		}
		t.Run(q.name, func(t *testing.T) {
			want, err := d.Query(q.answer())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []setting{{1, 4096, true}, {3, 4096, true}, {3, 7, false}} {
				got := perform(t, s, source(path)+q.kine+";")
				if diff := Diff(got.rows, want.Rows); diff != "" {
					t.Errorf("%s: %s\n%s", s, diff, q.kine)
				}
				if got.stats.Late != 0 || got.stats.Records < rowsOfInput {
					t.Errorf("%s: %d late rows of %d read, want none", s, got.stats.Late, got.stats.Records)
				}
			}
		})
	}
}
