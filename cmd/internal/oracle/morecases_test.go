package oracle

// nestedQuestions have windows over the results of windows. Only the inner ones
// have late rows: a window that was open when a row came closes before any that
// holds its result.
var nestedQuestions = []question{
	{name: "tumble by the times of tumbles",
		kine: `SELECT window_start, window_end, SUM(n) AS total, COUNT(*) AS ks FROM (
			SELECT window_time AS wt, k, COUNT(*) AS n FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)) AS t
			GROUP BY TUMBLE(wt, INTERVAL '20' SECOND)`,
		duck: `SELECT time_bucket(INTERVAL 20 SECOND, window_start, TIMESTAMP 'epoch') AS w, w + INTERVAL 20 SECOND, sum(n), count(*) FROM (
			SELECT k, window_start, count(*) AS n FROM $W GROUP BY ALL) GROUP BY ALL`,
		window: tumble(10 * second)},
	{name: "hop by the starts of tumbles",
		kine: `SELECT kk, window_end, SUM(n) AS total, MAX(high) AS high FROM (
			SELECT window_start AS ws, k AS kk, COUNT(*) AS n, MAX(i) AS high FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '5' SECOND)) AS t
			GROUP BY kk, HOP(ws, INTERVAL '10' SECOND, INTERVAL '20' SECOND)`,
		duck: `SELECT k, time_bucket(INTERVAL 10 SECOND, window_start, TIMESTAMP 'epoch') + to_seconds(later) AS w, sum(n), max(high) FROM (
			SELECT k, window_start, count(*) AS n, max(i) AS high FROM $W GROUP BY ALL), (VALUES (10), (20)) AS v(later) GROUP BY ALL`,
		window: tumble(5 * second)},
	{name: "tumble over a hop",
		kine: `SELECT window_start, SUM(n) AS total, COUNT(*) AS hops FROM (
			SELECT window_time AS wt, COUNT(*) AS n FROM samples GROUP BY HOP(ts, INTERVAL '5' SECOND, INTERVAL '15' SECOND)) AS t
			GROUP BY TUMBLE(wt, INTERVAL '10' SECOND)`,
		duck: `SELECT time_bucket(INTERVAL 10 SECOND, window_end - INTERVAL 1 MICROSECOND, TIMESTAMP 'epoch'), sum(n), count(*) FROM (
			SELECT window_end, count(*) AS n FROM $W GROUP BY ALL) GROUP BY ALL`,
		window: hop(5*second, 15*second)},
	{name: "rows over windows",
		kine: `SELECT window_start, SUM(COUNT(*)) OVER (ORDER BY window_start ROWS 2 PRECEDING) AS three
			FROM samples GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)`,
		duck:   `SELECT window_start, sum(count(*)) OVER (ORDER BY window_start ROWS 2 PRECEDING) FROM $W GROUP BY window_start`,
		window: tumble(10 * second)},
}

// topQuestions are about the order in a window: ties, NULL, several columns.
var topQuestions = []question{
	{name: "top with ties",
		kine: "SELECT window_start, COUNT(*) AS n FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND) ORDER BY n DESC LIMIT 3",
		duck: `SELECT window_start, n FROM (SELECT k, window_start, count(*) AS n FROM $W GROUP BY ALL)
			QUALIFY row_number() OVER (PARTITION BY window_start ORDER BY n DESC) <= 3`,
		window: tumble(10 * second)},
	{name: "top of a hop with ties",
		kine: "SELECT window_start, window_end, COUNT(*) AS n FROM samples GROUP BY k, f, HOP(ts, INTERVAL '2' SECOND, INTERVAL '20' SECOND) ORDER BY n LIMIT 4",
		duck: `SELECT window_start, window_end, n FROM (SELECT k, f, window_start, window_end, count(*) AS n FROM $W GROUP BY ALL)
			QUALIFY row_number() OVER (PARTITION BY window_start ORDER BY n) <= 4`,
		window: hop(2*second, 20*second)},
	{name: "order by columns that may be NULL",
		kine: "SELECT window_start, k, f, MAX(i) AS high FROM samples GROUP BY k, f, TUMBLE(ts, INTERVAL '20' SECOND) ORDER BY high DESC, k, f LIMIT 3",
		duck: `SELECT window_start, k, f, high FROM (SELECT window_start, k, f, max(i) AS high FROM $W GROUP BY ALL)
			QUALIFY row_number() OVER (PARTITION BY window_start ORDER BY high DESC NULLS LAST, k NULLS FIRST, f NULLS FIRST) <= 3`,
		window: tumble(20 * second)},
	{name: "having before top",
		kine: `SELECT window_end, k, COUNT(DISTINCT s) AS ss, COUNT(*) AS n FROM samples GROUP BY k, TUMBLE(ts, INTERVAL '30' SECOND)
			HAVING COUNT(*) < 12 ORDER BY ss DESC, n DESC, k LIMIT 2`,
		duck: `SELECT window_end, k, ss, n FROM (SELECT window_end, k, count(DISTINCT s) AS ss, count(*) AS n FROM $W GROUP BY ALL HAVING count(*) < 12)
			QUALIFY row_number() OVER (PARTITION BY window_end ORDER BY ss DESC, n DESC, k NULLS FIRST) <= 2`,
		window: tumble(30 * second)},
	{name: "distinct and filtered in a hop with an offset",
		kine: `SELECT k, window_start, COUNT(DISTINCT i) FILTER (WHERE f) AS a, COUNT(DISTINCT s) AS b, COUNT(DISTINCT f) AS c, SUM(i) FILTER (WHERE d > 0) AS e,
			MAX(d) FILTER (WHERE s IS NULL) AS g, COUNT(*) FILTER (WHERE NULL) AS h, AVG(d) FILTER (WHERE NOT f) AS m
			FROM samples GROUP BY k, HOP(ts, INTERVAL '4' SECOND, INTERVAL '12' SECOND, INTERVAL '7' SECOND)`,
		duck: `SELECT k, window_start, count(DISTINCT i) FILTER (f), count(DISTINCT s), count(DISTINCT f), sum(i) FILTER (d > 0),
			max(d) FILTER (s IS NULL), 0, avg(d) FILTER (NOT f) FROM $W GROUP BY k, window_start`,
		window: shifted(hop(4*second, 12*second), 7*second)},
	{name: "hop that is one slide",
		kine:   "SELECT k, window_start, window_end, COUNT(*) AS n, COUNT(DISTINCT i) AS d FROM samples GROUP BY k, HOP(ts, INTERVAL '9' SECOND, INTERVAL '9' SECOND, INTERVAL '2' SECOND)",
		duck:   "SELECT k, window_start, window_end, count(*), count(DISTINCT i) FROM $W GROUP BY ALL",
		window: shifted(hop(9*second, 9*second), 2*second)},
}

// instant is the window of a row of OVER: it is late when the watermark has
// passed its time.
var instant = tumble(1)

// lateOverQuestions are asked of input with late rows, which frames do not have.
var lateOverQuestions = []question{
	{name: "over a range of time with late rows",
		kine: `SELECT id, SUM(i) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '10' SECOND PRECEDING) AS a,
			COUNT(*) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '10' SECOND PRECEDING) AS b,
			MAX(s) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '10' SECOND PRECEDING) AS c FROM samples`,
		duck: `SELECT id, sum(i) OVER w, count(*) OVER w, max(s) OVER w FROM $W
			WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL 10 SECOND PRECEDING AND CURRENT ROW)`,
		window: instant},
	{name: "over rows with late rows",
		kine: `SELECT id, SUM(i) OVER (PARTITION BY f ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS a,
			MIN(d) OVER (PARTITION BY f ORDER BY ts ROWS 5 PRECEDING) AS b FROM samples WHERE i < 10000`,
		duck: `SELECT id, sum(i) OVER (PARTITION BY f ORDER BY ts, id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW),
			min(d) OVER (PARTITION BY f ORDER BY ts, id ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) FROM $W WHERE i < 10000`,
		window: instant, where: "i < 10000"},
}
