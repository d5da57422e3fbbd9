package oracle

// islands is the DuckDB table of rows with the number of their session: how many rows
// of its key, up to it, came a gap or more after the row before them.
func islands(key, gap string) string {
	return `(SELECT *, sum(apart) OVER (PARTITION BY ` + key + ` ORDER BY ts, id ROWS UNBOUNDED PRECEDING) AS nth FROM (
		SELECT *, CASE WHEN ts - lag(ts) OVER (PARTITION BY ` + key + ` ORDER BY ts, id) < INTERVAL ` + gap + ` THEN 0 ELSE 1 END AS apart FROM rows))`
}

// keyedQuestions are about windows that follow from the rows of each key, in SQL that
// knows none.
var keyedQuestions = []question{
	{name: "sessions by key",
		kine: `SELECT k, window_start, window_end, COUNT(*) AS n, SUM(i) AS a, MIN(d) AS b, COUNT(DISTINCT s) AS c
			FROM samples GROUP BY k, SESSION(ts, INTERVAL '3' SECOND)`,
		duck: `SELECT k, min(ts), max(ts) + INTERVAL 3 SECOND, count(*), sum(i), min(d), count(DISTINCT s)
			FROM ` + islands("k", "3 SECOND") + ` GROUP BY k, nth`,
		inOrder: true},
	{name: "sessions by two keys",
		kine: `SELECT k, f, window_start, window_end, COUNT(*) AS n, MAX(s) AS a
			FROM samples GROUP BY k, f, SESSION(ts, INTERVAL '10' SECOND)`,
		duck: `SELECT k, f, min(ts), max(ts) + INTERVAL 10 SECOND, count(*), max(s)
			FROM ` + islands("k, f", "10 SECOND") + ` GROUP BY k, f, nth`,
		inOrder: true},
	{name: "rows of sessions",
		kine: `SELECT id, k, window_start, window_end
			FROM SESSION(TABLE samples PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)`,
		duck: `SELECT id, k, min(ts) OVER w, max(ts) OVER w + INTERVAL 3 SECOND
			FROM ` + islands("k", "3 SECOND") + ` WINDOW w AS (PARTITION BY k, nth)`,
		inOrder: true},
	{name: "sessions of a row each",
		kine: `SELECT k, window_start, COUNT(*) AS n FROM samples GROUP BY k, SESSION(ts, INTERVAL '0.000001' SECOND)`,
		duck: `SELECT k, min(ts), count(*) FROM ` + islands("k", "1 MICROSECOND") + ` GROUP BY k, nth`, inOrder: true},
	{name: "windows of rows",
		kine: `SELECT k, COUNT(*) AS n, SUM(i) AS a, MIN(id) AS b, MAX(id) AS c FROM samples GROUP BY k, COUNT_WINDOW(4)`,
		duck: `SELECT k, count(*), sum(i), min(id), max(id)
			FROM (SELECT *, (row_number() OVER (PARTITION BY k ORDER BY id) - 1) // 4 AS nth FROM rows)
			GROUP BY k, nth HAVING count(*) = 4`,
		inOrder: true, byArrival: true},
	{name: "windows of rows that overlap",
		kine: `SELECT k, COUNT(*) AS n, SUM(i) AS a, MIN(id) AS b FROM samples GROUP BY k, COUNT_WINDOW(6, 2)`,
		duck: `SELECT k, count(*), sum(i), min(id)
			FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY id) - 1 AS nth FROM rows), (VALUES (0), (1), (2)) AS v(before)
			WHERE nth // 2 - before >= 0 GROUP BY k, nth // 2 - before HAVING count(*) = 6`,
		inOrder: true, byArrival: true},
}
