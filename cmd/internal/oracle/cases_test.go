package oracle

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/window"
)

// question is one query asked of both engines.
type question struct {
	name string
	kine string // over the stream samples
	duck string // over the table rows; $W is the rows in all windows that were open when they came
	// window is what $W is made of, and what tells late rows.
	window window.Spec
	// where is what a row must fulfil to reach the window, in DuckDB's SQL.
	where string
	// inOrder says that the answer is only defined where no row is late.
	inOrder bool
	// byArrival says that the answer depends on the order in which rows arrive, which
	// is only defined in one file.
	byArrival bool
}

// reaching is the condition of the rows that reach the window.
func (q question) reaching() string {
	if q.where == "" {
		return "true"
	}
	return q.where
}

func tumble(size window.Micros) window.Spec {
	return window.Spec{Kind: window.Tumble, Size: size, Slide: size}
}

func hop(slide, size window.Micros) window.Spec {
	return window.Spec{Kind: window.Hop, Size: size, Slide: slide}
}

func shifted(w window.Spec, by window.Micros) window.Spec {
	w.Offset = by
	return w
}

// inWindows is the DuckDB table of rows with window_start and window_end, one
// for each window that a row belongs to and that was open when it came.
func inWindows(w window.Spec) string {
	return fmt.Sprintf(`(SELECT * EXCLUDE (us, n), make_timestamp(%[1]d + n * %[2]d) AS window_start,
		make_timestamp(%[1]d + n * %[2]d + %[3]d) AS window_end
	FROM (SELECT *, unnest(range((us - %[1]d - %[3]d) // %[2]d + 1, (us - %[1]d) // %[2]d + 1)) AS n
		FROM (SELECT *, epoch_us(ts) AS us FROM rows))
	WHERE %[1]d + n * %[2]d + %[3]d > wm)`, int64(w.Offset), int64(w.Slide), int64(w.Size))
}

// percentile is DuckDB's bounds for APPROX_PERCENTILE(x, p), which may be off by
// two percent and may choose either of the values around the place p.
func percentile(x string, p float64) string {
	sorted := fmt.Sprintf("list_sort(list(%[1]s) FILTER ((%[1]s) IS NOT NULL))", x)
	return fmt.Sprintf("CASE WHEN count(%[1]s) > 0 THEN [0.98 * %[2]s[floor(%[3]g * (count(%[1]s) - 1))::INT + 1], "+
		"1.02 * %[2]s[least(floor(%[3]g * count(%[1]s))::INT + 1, count(%[1]s))]] END", x, sorted, p)
}

// answer is the DuckDB query.
func (q question) answer() string { return strings.ReplaceAll(q.duck, "$W", inWindows(q.window)) }

const second = window.Second

// questions is the suite.
var questions = slices.Concat(windowQuestions, shapeQuestions, nestedQuestions, topQuestions, unboundedQuestions, overQuestions,
	lateOverQuestions, keyedQuestions, joinQuestions, rankQuestions)

var windowQuestions = []question{
	{name: "tumble by key",
		kine:   "SELECT k, window_start, window_end, COUNT(*) AS n, SUM(i) AS total FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)",
		duck:   "SELECT k, window_start, window_end, count(*), sum(i) FROM $W GROUP BY ALL",
		window: tumble(10 * second)},
	{name: "tumble without key",
		kine:   "SELECT window_start, COUNT(i) AS n, AVG(i) AS mean FROM samples GROUP BY TUMBLE(ts, INTERVAL 7 SECOND)",
		duck:   "SELECT window_start, count(i), avg(i) FROM $W GROUP BY ALL",
		window: tumble(7 * second)},
	{name: "tumble with offset",
		kine:   "SELECT k, f, window_start, COUNT(*) AS n FROM samples GROUP BY f, k, TUMBLE(ts, INTERVAL '10' SECOND, INTERVAL '3' SECOND)",
		duck:   "SELECT k, f, window_start, count(*) FROM $W GROUP BY ALL",
		window: shifted(tumble(10*second), 3*second)},
	{name: "hop",
		kine:   "SELECT k, window_start, window_end, COUNT(*) AS n, SUM(i) AS total, SUM(d) AS dd FROM samples GROUP BY k, HOP(ts, INTERVAL '2' SECOND, INTERVAL '10' SECOND)",
		duck:   "SELECT k, window_start, window_end, count(*), sum(i), sum(d) FROM $W GROUP BY ALL",
		window: hop(2*second, 10*second)},
	{name: "hop whose size is no multiple of its slide",
		kine:   "SELECT k, window_start, window_end, COUNT(*) AS n, MIN(i) AS low, MAX(d) AS high, AVG(d) AS mean FROM samples GROUP BY k, HOP(ts, INTERVAL '4' SECOND, INTERVAL '10' SECOND)",
		duck:   "SELECT k, window_start, window_end, count(*), min(i), max(d), avg(d) FROM $W GROUP BY ALL",
		window: hop(4*second, 10*second)},
	{name: "hop with offset",
		kine:   "SELECT window_start, COUNT(DISTINCT k) AS ks, MAX(s) AS last FROM samples GROUP BY HOP(ts, INTERVAL '5' SECOND, INTERVAL '20' SECOND, INTERVAL '1' SECOND)",
		duck:   "SELECT window_start, count(DISTINCT k), max(s) FROM $W GROUP BY ALL",
		window: shifted(hop(5*second, 20*second), second)},
	{name: "long hop, short slide",
		kine:   "SELECT k, window_end, COUNT(*) AS n, MIN(i) AS low FROM samples GROUP BY k, HOP(ts, INTERVAL '1' SECOND, INTERVAL '1' MINUTE)",
		duck:   "SELECT k, window_end, count(*), min(i) FROM $W GROUP BY ALL",
		window: hop(second, 60*second)},
	{name: "table function, tumble",
		kine:   "SELECT k, window_start, window_end, SUM(i) AS total FROM TABLE(TUMBLE(TABLE samples, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end",
		duck:   "SELECT k, window_start, window_end, sum(i) FROM $W GROUP BY ALL",
		window: tumble(10 * second)},
	{name: "table function, hop",
		kine:   "SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(HOP(TABLE samples, DESCRIPTOR(ts), INTERVAL '3' SECOND, INTERVAL '12' SECOND)) GROUP BY window_start, window_end",
		duck:   "SELECT window_start, window_end, count(*) FROM $W GROUP BY ALL",
		window: hop(3*second, 12*second)},
	{name: "distinct in a window",
		kine:   "SELECT DISTINCT k, f, window_start, window_end FROM TABLE(TUMBLE(TABLE samples, DESCRIPTOR(ts), INTERVAL '20' SECOND))",
		duck:   "SELECT DISTINCT k, f, window_start, window_end FROM $W",
		window: tumble(20 * second)},
	{name: "exact aggregates",
		kine: `SELECT k, window_start, COUNT(*) AS a, COUNT(i) AS b, COUNT(DISTINCT i) AS c, SUM(d) AS d1, AVG(i) AS e, MIN(s) AS g, MAX(s) AS h,
			MIN(ts) AS first_ts, MAX(f) AS m, STDDEV_SAMP(d) AS ss, STDDEV_POP(d) AS sp, VAR_SAMP(d) AS vs, VAR_POP(d) AS vp
			FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '15' SECOND)`,
		duck: `SELECT k, window_start, count(*), count(i), count(DISTINCT i), sum(d), avg(i), min(s), max(s),
			min(ts), max(f), stddev_samp(d), stddev_pop(d), var_samp(d), var_pop(d) FROM $W GROUP BY ALL`,
		window: tumble(15 * second)},
	{name: "exact decimals",
		kine: `SELECT k, window_start, SUM(m) AS total, MIN(m) AS low, MAX(m) AS high, SUM(m * 3) AS thrice, COUNT(DISTINCT m) AS n, SUM(m - i) AS less
			FROM samples WHERE m > -9000000000 GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '20' SECOND)`,
		duck: `SELECT k, window_start, sum(m), min(m), max(m), sum(m * 3), count(DISTINCT m), sum(m - i::DECIMAL(20, 0))
			FROM $W WHERE m > -9000000000 GROUP BY ALL`,
		window: hop(5*second, 20*second), where: "m > -9000000000"},
	{name: "aggregates of places and bits",
		kine: `SELECT k, window_start, FIRST_VALUE(i) AS a, LAST_VALUE(s) AS b, BIT_AND(id) AS c, BIT_OR(id) AS d, BIT_XOR(id) AS e,
			GROUP_CONCAT(s ORDER BY id SEPARATOR '+') AS g, GROUP_CONCAT(DISTINCT k ORDER BY k DESC) AS h
			FROM samples GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND)`,
		duck: `SELECT k, window_start, first(i ORDER BY ts, id), last(s ORDER BY ts, id), bit_and(id), bit_or(id), bit_xor(id),
			string_agg(s, '+' ORDER BY id), string_agg(DISTINCT k, ',' ORDER BY k DESC) FROM $W GROUP BY ALL`,
		window: hop(5*second, 15*second)},
	{name: "approximate aggregates",
		kine: `SELECT k, window_start, APPROX_COUNT_DISTINCT(i) AS n, APPROX_PERCENTILE(i + 3000, 0.5) AS p50, APPROX_PERCENTILE(d + 1000, 0.9) AS p90
			FROM samples WHERE i < 10000 GROUP BY k, HOP(ts, INTERVAL '10' SECOND, INTERVAL '60' SECOND)`,
		duck: `SELECT k, window_start, [floor(count(DISTINCT i) * 0.97) - 1, ceil(count(DISTINCT i) * 1.03) + 1],
			` + percentile("i + 3000", 0.5) + ", " + percentile("d + 1000", 0.9) + `
			FROM $W WHERE i < 10000 GROUP BY k, window_start`,
		window: hop(10*second, 60*second), where: "i < 10000"},
}

var shapeQuestions = []question{
	{name: "where and having",
		kine:   "SELECT k, window_start, COUNT(*) AS n FROM samples WHERE i > 0 AND s <> '' GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) HAVING COUNT(*) > 1 AND MAX(i) < 950",
		duck:   "SELECT k, window_start, count(*) FROM $W WHERE i > 0 AND s <> '' GROUP BY ALL HAVING count(*) > 1 AND max(i) < 950",
		window: tumble(10 * second), where: "i > 0 AND s <> ''"},
	{name: "filter clauses",
		kine:   "SELECT window_start, COUNT(*) FILTER (WHERE f) AS a, SUM(i) FILTER (WHERE k = 'key-1' OR k IS NULL) AS b, COUNT(DISTINCT k) FILTER (WHERE NOT f) AS c, COUNT(*) AS n FROM samples GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)",
		duck:   "SELECT window_start, count(*) FILTER (f), sum(i) FILTER (k = 'key-1' OR k IS NULL), count(DISTINCT k) FILTER (NOT f), count(*) FROM $W GROUP BY ALL",
		window: tumble(10 * second)},
	{name: "expressions as keys and arguments",
		kine:   "SELECT i % 3 AS m, UPPER(k) AS uk, window_start, SUM(CASE WHEN f THEN i ELSE 0 END) AS a, COUNT(*) * 2 + 1 AS b, MAX(CHAR_LENGTH(s)) AS c FROM samples GROUP BY i % 3, UPPER(k), TUMBLE(ts, INTERVAL '30' SECOND)",
		duck:   "SELECT i % 3, upper(k), window_start, sum(CASE WHEN f THEN i ELSE 0 END), count(*) * 2 + 1, max(length(s)) FROM $W GROUP BY ALL",
		window: tumble(30 * second)},
	{name: "nested members",
		kine:   "SELECT nest.a AS a, window_start, COUNT(*) AS n, MIN(nest.deep.b) AS b, COUNT(nest.deep.b) AS m FROM samples GROUP BY nest.a, TUMBLE(ts, INTERVAL '10' SECOND)",
		duck:   "SELECT nest.a, window_start, count(*), min(nest.deep.b), count(nest.deep.b) FROM $W GROUP BY ALL",
		window: tumble(10 * second)},
	{name: "aggregate over windows of an aggregate",
		kine: `SELECT window_start, window_end, MAX(n) AS most, COUNT(*) AS ks FROM (
			SELECT k, window_start, window_end, COUNT(*) AS n FROM samples GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)
			) AS c GROUP BY window_start, window_end`,
		duck: `SELECT window_start, window_end, max(n), count(*) FROM (
			SELECT k, window_start, window_end, count(*) AS n FROM $W GROUP BY ALL) GROUP BY ALL`,
		window: hop(5*second, 10*second)},
	{name: "subquery that renames and computes",
		kine: `SELECT kk, window_start, SUM(twice) AS total FROM (SELECT k AS kk, i * 2 AS twice, ts AS t FROM samples WHERE i BETWEEN -500 AND 500) AS x
			GROUP BY kk, TUMBLE(t, INTERVAL '10' SECOND)`,
		duck:   "SELECT k, window_start, sum(i * 2) FROM $W WHERE i BETWEEN -500 AND 500 GROUP BY ALL",
		window: tumble(10 * second), where: "i BETWEEN -500 AND 500"},
	{name: "common table expressions",
		kine: `WITH good AS (SELECT * FROM samples WHERE k IS NOT NULL), counts AS (
			SELECT k, window_start, window_end, COUNT(*) AS n, SUM(i) AS total FROM good GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND))
			SELECT k, window_end, total / n AS mean FROM counts WHERE n >= 2`,
		duck: `SELECT k, window_end, CASE WHEN total < 0 THEN -((-total) // n) ELSE total // n END FROM (
			SELECT k, window_end, count(*) AS n, sum(i)::BIGINT AS total FROM $W WHERE k IS NOT NULL GROUP BY ALL) WHERE n >= 2`,
		window: tumble(10 * second), where: "k IS NOT NULL"},
	{name: "union of windows",
		kine: `SELECT 'yes' AS what, window_start, COUNT(*) AS n FROM samples WHERE f GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)
			UNION ALL SELECT 'no', window_start, COUNT(*) FROM samples WHERE NOT f GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)`,
		duck: `SELECT 'yes', window_start, count(*) FROM $W WHERE f GROUP BY ALL UNION ALL
			SELECT 'no', window_start, count(*) FROM $W WHERE NOT f GROUP BY ALL`,
		window: tumble(10 * second), where: "f IS NOT NULL"},
	{name: "window over a union",
		kine: `SELECT what, window_start, COUNT(*) AS n FROM (
			SELECT 'yes' AS what, ts FROM samples WHERE f UNION ALL SELECT 'no', ts FROM samples WHERE NOT f) AS u
			GROUP BY what, TUMBLE(ts, INTERVAL '10' SECOND)`,
		duck:   "SELECT CASE WHEN f THEN 'yes' ELSE 'no' END, window_start, count(*) FROM $W WHERE f IS NOT NULL GROUP BY ALL",
		window: tumble(10 * second), where: "f IS NOT NULL", inOrder: true},
	{name: "top of each window",
		kine: "SELECT window_start, k, COUNT(*) AS n, MAX(id) AS newest FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '20' SECOND) ORDER BY n DESC, newest DESC LIMIT 3",
		duck: `SELECT window_start, k, n, newest FROM (SELECT window_start, k, count(*) AS n, max(id) AS newest FROM $W GROUP BY ALL)
			QUALIFY row_number() OVER (PARTITION BY window_start ORDER BY n DESC, newest DESC) <= 3`,
		window: tumble(20 * second)},
	{name: "top of each hop",
		kine: "SELECT window_end, k, SUM(i) AS total, MAX(id) AS newest FROM samples WHERE i < 10000 GROUP BY k, HOP(ts, INTERVAL '4' SECOND, INTERVAL '10' SECOND) ORDER BY total, newest LIMIT 2",
		duck: `SELECT window_end, k, total, newest FROM (SELECT window_end, k, sum(i) AS total, max(id) AS newest FROM $W WHERE i < 10000 GROUP BY ALL)
			QUALIFY row_number() OVER (PARTITION BY window_end ORDER BY total, newest) <= 2`,
		window: hop(4*second, 10*second), where: "i < 10000"},
	{name: "rows in their windows",
		kine:   "SELECT id, window_start, window_end FROM TABLE(HOP(TABLE samples, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) WHERE i > 0",
		duck:   "SELECT id, window_start, window_end FROM $W WHERE i > 0",
		window: hop(5*second, 10*second), where: "i > 0", inOrder: true},
}

// never is a window that does not close before the end.
var never = tumble(window.Max / 4)

// unboundedQuestions have no window: no row is late, and groups change until the
// end.
var unboundedQuestions = []question{
	{name: "no window",
		kine:   "SELECT id, ts, k, i, d, s, f, nest.a AS a, nest.deep.b AS b FROM samples WHERE f OR k = 'key-0'",
		duck:   "SELECT id, ts, k, i, d, s, f, nest.a, nest.deep.b FROM rows WHERE f OR k = 'key-0'",
		window: never},
	{name: "groups without a window",
		kine:   "SELECT k, f, COUNT(*) AS n, SUM(i) AS total, MAX(d) AS high, COUNT(DISTINCT s) AS ss FROM samples GROUP BY k, f HAVING COUNT(*) > 2",
		duck:   "SELECT k, f, count(*), sum(i), max(d), count(DISTINCT s) FROM rows GROUP BY ALL HAVING count(*) > 2",
		window: never},
	{name: "distinct without a window",
		kine:   "SELECT DISTINCT k, i % 5 AS r FROM samples",
		duck:   "SELECT DISTINCT k, i % 5 FROM rows",
		window: never},
	{name: "all rows are one group",
		kine:   "SELECT COUNT(*) AS n, SUM(m) AS total, AVG(i) AS mean, MIN(s) AS low, COUNT(DISTINCT k) AS ks FROM samples",
		duck:   "SELECT count(*), sum(m), avg(i), min(s), count(DISTINCT k) FROM rows",
		window: never},
}

// overQuestions have no late rows, and where rows of equal time would make the
// answer depend on their order they are asked of times that differ.
var overQuestions = []question{
	{name: "over a range of time",
		kine: `SELECT id, k, SUM(i) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '10' SECOND PRECEDING) AS a,
			COUNT(*) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '10' SECOND PRECEDING) AS b FROM samples`,
		duck: `SELECT id, k, sum(i) OVER w, count(*) OVER w FROM rows
			WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL 10 SECOND PRECEDING AND CURRENT ROW)`,
		inOrder: true},
	{name: "over a range without partition",
		kine: `SELECT id, MIN(d) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW) AS a,
			AVG(d) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW) AS b FROM samples WHERE d > 0`,
		duck: `SELECT id, min(d) OVER w, avg(d) OVER w FROM rows WHERE d > 0
			WINDOW w AS (ORDER BY ts RANGE BETWEEN INTERVAL 5 SECOND PRECEDING AND CURRENT ROW)`,
		inOrder: true},
	{name: "over rows",
		kine: `SELECT id, SUM(i) OVER (PARTITION BY f ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS a,
			MAX(s) OVER (PARTITION BY f ORDER BY ts ROWS 2 PRECEDING) AS b FROM samples`,
		duck: `SELECT id, sum(i) OVER (PARTITION BY f ORDER BY ts, id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW),
			max(s) OVER (PARTITION BY f ORDER BY ts, id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM rows`,
		inOrder: true},
	{name: "over frames that end before the row",
		kine: `SELECT id, SUM(i) OVER (PARTITION BY f ORDER BY ts ROWS BETWEEN 4 PRECEDING AND 2 PRECEDING) AS a,
			MAX(s) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS b,
			COUNT(*) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '9' SECOND PRECEDING AND INTERVAL '2' SECOND PRECEDING) AS c,
			MIN(i) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '9' SECOND PRECEDING AND INTERVAL '2' SECOND PRECEDING) AS d FROM samples`,
		duck: `SELECT id, sum(i) OVER (PARTITION BY f ORDER BY ts, id ROWS BETWEEN 4 PRECEDING AND 2 PRECEDING),
			max(s) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
			count(*) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL 9 SECOND PRECEDING AND INTERVAL 2 SECOND PRECEDING),
			min(i) OVER (ORDER BY ts RANGE BETWEEN INTERVAL 9 SECOND PRECEDING AND INTERVAL 2 SECOND PRECEDING) FROM rows`,
		inOrder: true},
	{name: "over all before",
		kine: `SELECT id, COUNT(*) OVER (PARTITION BY k ORDER BY ts RANGE UNBOUNDED PRECEDING) AS a,
			SUM(i) OVER (PARTITION BY k ORDER BY ts ROWS UNBOUNDED PRECEDING) AS b FROM samples`,
		duck: `SELECT id, count(*) OVER (PARTITION BY k ORDER BY ts RANGE UNBOUNDED PRECEDING),
			sum(i) OVER (PARTITION BY k ORDER BY ts, id ROWS UNBOUNDED PRECEDING) FROM rows`,
		inOrder: true},
}
