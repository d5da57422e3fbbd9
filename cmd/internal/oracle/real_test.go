package oracle

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/window"
)

// realInput is a file that came from the world.
type realInput struct {
	file string
	// stream is KineSQL's CREATE STREAM: the delay in seconds, the path.
	stream string
	// table is DuckDB's SELECT of the same rows in the order of the file with ts
	// and an id from 1.
	table string
	rows  int64
}

var accessLog = realInput{
	file: "access.log.gz",
	stream: "CREATE STREAM access (WATERMARK FOR time AS time - INTERVAL '%d' SECOND)\n" +
		"WITH (connector = 'file', path = '%s', format = 'combined');\n",
	table: `SELECT id, p.remote_addr, strptime(p.time, '%%d/%%b/%%Y:%%H:%%M:%%S') AS ts, p.path, p.status::BIGINT AS status,
		nullif(p.bytes, '-')::BIGINT AS bytes
	FROM (SELECT row_number() OVER () AS id, regexp_extract(line,
			'^(\S+) \S+ \S+ \[([^ \]]+) [^\]]*\] "\S+ (\S+)[^"]*" (\d{3}) (\d+|-) ',
			['remote_addr', 'time', 'path', 'status', 'bytes']) AS p
		FROM read_csv('%s', columns = {line: 'VARCHAR'}, delim = '\t', quote = '', escape = '', header = false))`,
	rows: 10_000,
}

var earthquakes = realInput{
	file: "earthquakes.jsonl.gz",
	stream: "CREATE STREAM quakes (id VARCHAR, time TIMESTAMP, mag DOUBLE, place VARCHAR, net VARCHAR,\n" +
		"location ROW<lon DOUBLE, lat DOUBLE, depth DOUBLE>, WATERMARK FOR time AS time - INTERVAL '%d' SECOND)\n" +
		"WITH (connector = 'file', path = '%s', format = 'json', timestamp.format = 'epoch_ms');\n",
	table: `SELECT row_number() OVER () AS id, make_timestamp(time * 1000) AS ts, mag, place, net, location
	FROM read_json('%s', format = 'newline_delimited', columns = {time: 'BIGINT', mag: 'DOUBLE', place: 'VARCHAR', net: 'VARCHAR',
		location: 'STRUCT(lon DOUBLE, lat DOUBLE, depth DOUBLE)'})`,
	rows: 1707,
}

// realQuestion is a query that a user would ask of a real file.
type realQuestion struct {
	question
	input realInput
}

var realQuestions = []realQuestion{
	{question{name: "requests and bytes a minute by status class",
		kine: `SELECT window_start, status DIV 100 AS class, COUNT(*) AS requests, SUM(bytes) AS bytes
			FROM access GROUP BY status DIV 100, TUMBLE(time, INTERVAL '1' MINUTE)`,
		duck:   "SELECT window_start, status // 100, count(*), sum(bytes) FROM $W GROUP BY ALL",
		window: tumble(window.Minute)}, accessLog},
	{question{name: "ten most requested paths an hour",
		kine: `SELECT window_start, path, COUNT(*) AS n FROM access
			GROUP BY path, TUMBLE(time, INTERVAL '1' HOUR) ORDER BY n DESC, path LIMIT 10`,
		duck: `SELECT window_start, path, n FROM (SELECT window_start, path, count(*) AS n FROM $W GROUP BY ALL)
			QUALIFY row_number() OVER (PARTITION BY window_start ORDER BY n DESC, path) <= 10`,
		window: tumble(window.Hour)}, accessLog},
	{question{name: "distinct visitors of ten minutes each minute",
		kine: `SELECT window_start, window_end, COUNT(DISTINCT remote_addr) AS visitors
			FROM access GROUP BY HOP(time, INTERVAL '1' MINUTE, INTERVAL '10' MINUTE)`,
		duck:   "SELECT window_start, window_end, count(DISTINCT remote_addr) FROM $W GROUP BY ALL",
		window: hop(window.Minute, 10*window.Minute)}, accessLog},
	{question{name: "error rate above two percent of five minutes",
		kine: `SELECT window_start, COUNT(*) AS n, CAST(COUNT(*) FILTER (WHERE status >= 400) AS DOUBLE) / COUNT(*) AS rate
			FROM access GROUP BY TUMBLE(time, INTERVAL '5' MINUTE)
			HAVING COUNT(*) FILTER (WHERE status >= 400) > 0.02 * COUNT(*)`,
		duck: `SELECT window_start, count(*), (count(*) FILTER (status >= 400))::DOUBLE / count(*) FROM $W
			GROUP BY ALL HAVING count(*) FILTER (status >= 400) > 0.02 * count(*)`,
		window: tumble(5 * window.Minute)}, accessLog},
	{question{name: "requests of ten seconds, so short that some are late",
		kine:   "SELECT window_start, COUNT(*) AS n, SUM(bytes) AS bytes FROM access GROUP BY TUMBLE(time, INTERVAL '10' SECOND)",
		duck:   "SELECT window_start, count(*), sum(bytes) FROM $W GROUP BY ALL",
		window: tumble(10 * window.Second)}, accessLog},
	{question{name: "earthquakes of six hours by network",
		kine: `SELECT net, window_start, COUNT(*) AS n, COUNT(mag) AS known, MAX(mag) AS strongest, AVG(mag) AS mean, MAX(location.depth) AS deepest
			FROM quakes GROUP BY net, TUMBLE(time, INTERVAL '6' HOUR)`,
		duck:   "SELECT net, window_start, count(*), count(mag), max(mag), avg(mag), max(location.depth) FROM $W GROUP BY ALL",
		window: tumble(6 * window.Hour)}, earthquakes},
}

// loadReal gives DuckDB a real file as the table rows.
func loadReal(t *testing.T, d *DuckDB, in realInput, path string, delay window.Micros) {
	t.Helper()
	mustExec(t, d, fmt.Sprintf(`CREATE OR REPLACE TABLE rows AS
		SELECT *, coalesce(max(epoch_us(ts)) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -(1::BIGINT << 61)) - %d AS wm
		FROM (`+in.table+`)`, int64(delay), path))
	r, err := d.Query("SELECT count(ts) FROM rows")
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Rows[0][0].(int64); n != in.rows {
		t.Fatalf("DuckDB reads %d rows of %s, want %d", n, in.file, in.rows)
	}
}

// realLate is how many rows are in no window that was open when they came.
func realLate(t *testing.T, d *DuckDB, w window.Spec) []int64 {
	t.Helper()
	r, err := d.Query("SELECT id FROM rows WHERE id NOT IN (SELECT id FROM " + inWindows(w) + ") ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, len(r.Rows))
	for i, row := range r.Rows {
		ids[i] = row[0].(int64)
	}
	return ids
}

// TestRealInput asks what users ask of the real files: with a delay of an hour
// nothing is late, with ten seconds on time and late add up to the input.
func TestRealInput(t *testing.T) {
	d := duck(t)
	for _, delay := range []window.Micros{window.Hour, 10 * window.Second} {
		for _, q := range realQuestions {
			path, err := filepath.Abs(filepath.Join("testdata", q.input.file))
			if err != nil {
				t.Fatal(err)
			}
			loadReal(t, d, q.input, path, delay)
			want, err := d.Query(q.answer())
			if err != nil {
				t.Fatal(err)
			}
			late := realLate(t, d, q.window)
			if delay == window.Hour && len(late) > 0 {
				t.Errorf("%s: %d rows are late by an hour", q.name, len(late))
			}
			script := fmt.Sprintf(q.input.stream, delay/window.Second, path) + q.kine + ";"
			t.Run(fmt.Sprintf("%s/delay=%s", q.name, delay.Time().Format("15:04:05")), func(t *testing.T) {
				for _, s := range []setting{{1, 4096, true}, {3, 500, true}, {1, 4096, false}} {
					checkReal(t, perform(t, s, script), want, late, q.input)
				}
			})
		}
	}
}

func checkReal(t *testing.T, got outcome, want *Result, late []int64, in realInput) {
	t.Helper()
	if diff := Diff(got.rows, want.Rows); diff != "" {
		t.Error(diff)
	}
	lines := make([]int64, 0, len(got.late))
	for _, l := range got.late {
		lines = append(lines, l.Line)
	}
	if fmt.Sprint(lines) != fmt.Sprint(late) {
		t.Errorf("late are the lines %s, want %s", brief(lines), brief(late))
	}
	if got.stats.Records != in.rows || got.stats.Late != int64(len(late)) || got.stats.Errors != 0 {
		t.Errorf("%d records, %d late, %d failed; want %d, %d and 0",
			got.stats.Records, got.stats.Late, got.stats.Errors, in.rows, len(late))
	}
}

func brief(lines []int64) string {
	text := strings.Trim(fmt.Sprint(lines), "[]")
	return fmt.Sprintf("(%d) %.200s", len(lines), text)
}

// TestRealInputHasLateRows checks that the real questions are asked of input
// that puts them to the test.
func TestRealInputHasLateRows(t *testing.T) {
	d := duck(t)
	for _, q := range realQuestions {
		path, err := filepath.Abs(filepath.Join("testdata", q.input.file))
		if err != nil {
			t.Fatal(err)
		}
		loadReal(t, d, q.input, path, 10*window.Second)
		r, err := d.Query(q.answer())
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		late := realLate(t, d, q.window)
		if len(r.Rows) < 30 {
			t.Errorf("%s: only %d rows", q.name, len(r.Rows))
		}
		// All requests of an hour are of one minute, so longer windows close in time.
		if mayBeLate := q.input.file == accessLog.file && q.window.Size < window.Minute; mayBeLate != (len(late) > 1000) {
			t.Errorf("%s: %d rows are late by ten seconds", q.name, len(late))
		}
	}
}
