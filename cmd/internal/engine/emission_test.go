package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kinesql/cmd/internal/engine"
)

// matrixWindows are queries by the kind of their window.
var matrixWindows = map[string]string{
	"tumble":   "FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)",
	"zone":     "FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1' DAY, 'Europe/Berlin')",
	"hop":      "FROM s GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
	"cumulate": "FROM s GROUP BY k, CUMULATE(ts, INTERVAL '5' SECOND, INTERVAL '20' SECOND)",
	"session":  "FROM s GROUP BY k, SESSION(ts, INTERVAL '6' SECOND)",
	"stagger":  "FROM s GROUP BY k, STAGGER(ts, INTERVAL '10' SECOND)",
	"count":    "FROM s GROUP BY k, COUNT_WINDOW(3)",
	"attached": "FROM (SELECT k, SUM(v) AS v, window_start, window_end FROM s GROUP BY k, v, TUMBLE(ts, INTERVAL '10' SECOND)) " +
		"GROUP BY k, window_start, window_end",
}

// matrixEmissions are the clauses; those in refused are none for a window.
var matrixEmissions = []string{
	"EMIT ON WINDOW CLOSE", "EMIT FINAL", "EMIT CHANGES", "EMIT EVERY INTERVAL '1' SECOND",
	"ALLOW LATENESS INTERVAL '7' SECOND", "ALLOW LATENESS INTERVAL '7' SECOND EMIT CHANGES",
	"EMIT EMPTY WINDOWS", "EMIT CHANGES WITH EMPTY WINDOWS", "EMIT EVERY INTERVAL '2' SECOND EMPTY WINDOWS",
	"ALLOW LATENESS INTERVAL '7' SECOND EMIT EMPTY WINDOWS WITH (state_ttl='1 day')",
}

// matrixSinks are scripts around a query; $Q is the query.
var matrixSinks = map[string]string{
	"select": "$Q;",
	"memory": "CREATE STREAM o (k VARCHAR, a TIMESTAMP, b TIMESTAMP, n BIGINT, t BIGINT) WITH (changelog='op');\n" +
		"CREATE PUMP p AS INSERT INTO o $Q;\nSELECT * FROM o;",
	"file": "CREATE STREAM o (k VARCHAR, a TIMESTAMP, b TIMESTAMP, n BIGINT, t BIGINT) " +
		"WITH (changelog='op', connector='file', path='$DIR/out.json');\nINSERT INTO o $Q;",
	"shards": "CREATE STREAM o (k VARCHAR, a TIMESTAMP, b TIMESTAMP, n BIGINT, t BIGINT) " +
		"WITH (changelog='op', shards='3', partition_key='k');\nCREATE PUMP p AS INSERT INTO o $Q;\nSELECT * FROM o;",
}

// refusedEmission reports whether a clause is none for a kind of window.
func refusedEmission(kind, clause string) bool {
	keyed := slices.Contains([]string{"session", "stagger", "count", "attached"}, kind)
	return keyed && strings.Contains(clause, "EMPTY") || kind == "count" && strings.Contains(clause, "LATENESS")
}

// matrix is one input and one clock that steps whenever it is read.
type matrix struct {
	dir   string
	clock atomic.Int64
}

func newMatrix(t *testing.T) *matrix {
	m := &matrix{dir: t.TempDir()}
	var in strings.Builder
	for i := range 40 {
		fmt.Fprintf(&in, "{\"ts\":\"2026-01-01T00:%02d:%02dZ\",\"k\":\"%c\",\"v\":%d}\n", i/15, (i*4)%60, 'a'+rune(i*i%3), i)
	}
	if err := os.WriteFile(filepath.Join(m.dir, "in.json"), []byte(in.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return m
}

// rows runs a query into a sink and returns what is left when its changes are
// folded, or what it was refused with.
func (m *matrix) rows(t *testing.T, sink, query string, batchRows int) []string {
	t.Helper()
	script := "CREATE STREAM s (ts TIMESTAMP, k VARCHAR, v BIGINT, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)\n" +
		"WITH (connector='file', path='$DIR/in.json', idle_timeout='0s');\n" + matrixSinks[sink]
	script = strings.ReplaceAll(strings.ReplaceAll(script, "$Q", query), "$DIR", m.dir)
	path := filepath.Join(m.dir, "out.json")
	_ = os.Remove(path)
	var out bytes.Buffer
	start := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	now := func() time.Time { return start.Add(time.Duration(m.clock.Add(1)) * 20 * time.Millisecond) }
	run(t, engine.Config{BatchRows: batchRows, Now: now, Stdout: &out}, script, &out)
	text := out.String()
	if sink == "file" && text == "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	if strings.Contains(text, "error KSQL") {
		return []string{text}
	}
	return foldLines(t, text)
}

// foldLines folds JSON lines with kinds of changes.
func foldLines(t *testing.T, text string) []string {
	t.Helper()
	left := map[string]int{}
	for line := range strings.Lines(text) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		op, _ := row["op"].(string)
		by := 1
		if strings.HasPrefix(op, "-") {
			by = -1
		}
		left[fmt.Sprint(row["k"], row["a"], row["b"], row["n"], row["t"])] += by
	}
	var out []string
	for row, n := range left {
		if n < 0 {
			t.Fatalf("%s is taken back more often than it came", row)
		}
		for range n {
			out = append(out, row)
		}
	}
	slices.Sort(out)
	return out
}

// TestEmissions runs every emission of every kind of window into every sort of
// sink: what is left of the changes is the result of the batch, and with empty
// windows that of the batch and them.
func TestEmissions(t *testing.T) {
	for kind, from := range matrixWindows {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t)
			query := "SELECT k, window_start AS a, window_end AS b, COUNT(*) AS n, SUM(v) AS t " + from + " "
			want := m.rows(t, "select", query, 4096)
			if len(want) < 2 || strings.Contains(want[0], "error") {
				t.Fatal(want)
			}
			var empty []string
			for _, clause := range matrixEmissions {
				for sink := range matrixSinks {
					got := m.rows(t, sink, query+clause, 1+len(sink)+len(clause)%5)
					switch {
					case refusedEmission(kind, clause):
						if !strings.Contains(got[0], "^") || !strings.Contains(got[0], "hint: ") {
							t.Errorf("%s, %s: %s, want it to be refused", clause, sink, got)
						}
					case !strings.Contains(clause, "EMPTY"):
						if !slices.Equal(got, want) {
							t.Errorf("%s, %s: got\n%s\nwant\n%s", clause, sink, strings.Join(got, "\n"), strings.Join(want, "\n"))
						}
					default:
						empty = m.sameEmpty(t, clause+", "+sink, got, want, empty)
					}
				}
			}
			if kind == "tumble" && len(empty) <= len(want) {
				t.Errorf("no empty windows among %d", len(empty))
			}
		})
	}
}

// sameEmpty checks a result with empty windows: the rows of want, others that are
// empty, and the same for each emission.
func (m *matrix) sameEmpty(t *testing.T, name string, got, want, before []string) []string {
	t.Helper()
	full := slices.DeleteFunc(slices.Clone(got), func(row string) bool { return strings.HasSuffix(row, "Z0 <nil>") })
	if !slices.Equal(full, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(full, "\n"), strings.Join(want, "\n"))
	}
	if before != nil && !slices.Equal(got, before) {
		t.Errorf("%s: %d rows with empty windows, and %d before", name, len(got), len(before))
	}
	return got
}
