package oracle

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"kinesql/cmd/internal/nexmark"
	"kinesql/connectors/generator"
)

var nexmarkEvents = flag.Int64("nexmark-events", 20_000, "how many events TestNexmark reads")

// TestNexmark compares each query of the suite with DuckDB over the same events,
// which are up to a second out of order.
func TestNexmark(t *testing.T) {
	d := duck(t)
	events, side := writeEvents(t, *nexmarkEvents)
	for _, sql := range nexmark.DuckSetup(events, side) {
		if _, err := d.Exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range nexmark.Queries() {
		t.Run(q.Name, func(t *testing.T) {
			want, err := d.Query(q.Duck)
			if err != nil {
				t.Fatal(err)
			}
			if len(want.Rows) == 0 {
				t.Fatal("there are no rows to compare")
			}
			for _, s := range []setting{{1, 4096, true}, {3, 1000, true}, {1, 4096, false}} {
				got := perform(t, s, q.Script(events, side, true))
				if len(got.late)+len(got.failed) > 0 {
					t.Errorf("%s: %d rows late, %d failed", s, len(got.late), len(got.failed))
				}
				if diff := Diff(answered(q, got.rows), answered(q, want.Rows)); diff != "" {
					t.Errorf("%s: %s", s, diff)
				}
			}
		})
	}
}

// answered is the rows, or of a query by the clock the sums that do not depend on
// the clock.
func answered(q nexmark.Query, rows [][]any) [][]any {
	if !q.Clock {
		return rows
	}
	sums := map[int64]int64{}
	for _, r := range rows {
		sums[r[0].(int64)] += r[1].(int64)
	}
	var out [][]any
	for key, n := range sums {
		out = append(out, []any{key, n})
	}
	return out
}

// writeEvents writes the events, and the side table of 10,000 keys.
func writeEvents(t *testing.T, n int64) (events, side string) {
	t.Helper()
	dir := t.TempDir()
	events, side = filepath.Join(dir, "events.jsonl"), filepath.Join(dir, "side.csv")
	fill(t, events, func(w *bufio.Writer) {
		model, line := generator.NewEvents(1), []byte(nil)
		for range n {
			line = model.Append(line[:0])
			_, _ = w.Write(line) // Flush tells
		}
	})
	fill(t, side, func(w *bufio.Writer) {
		for i := range 10_000 {
			fmt.Fprintf(w, "%d,value-%d\n", i, i)
		}
	})
	return events, side
}

func fill(t *testing.T, path string, content func(*bufio.Writer)) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	content(w)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
