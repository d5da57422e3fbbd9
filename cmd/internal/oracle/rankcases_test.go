package oracle

// rankQuestions are of functions that number rows and look at others. Where rows
// are equal in ORDER BY, the id decides: it is the first column that is read.
var rankQuestions = []question{
	{name: "top two of a key, with ties",
		kine: `SELECT id, k, i, ROW_NUMBER() OVER w AS n, RANK() OVER w AS r, DENSE_RANK() OVER w AS d FROM samples
			QUALIFY r <= 2 WINDOW w AS (PARTITION BY k ORDER BY i DESC)`,
		duck: `SELECT id, k, i, row_number() OVER (PARTITION BY k ORDER BY i DESC NULLS LAST, id) AS n,
			rank() OVER w AS r, dense_rank() OVER w FROM rows
			WINDOW w AS (PARTITION BY k ORDER BY i DESC NULLS LAST) QUALIFY r <= 2`,
		inOrder: true},
	{name: "top rows in an outer filter",
		kine: `SELECT id, f FROM (SELECT id, f, ROW_NUMBER() OVER (PARTITION BY f ORDER BY s, d DESC) AS rn FROM samples)
			WHERE 4 >= rn AND rn > 1`,
		duck: `SELECT id, f FROM rows
			QUALIFY row_number() OVER (PARTITION BY f ORDER BY s NULLS FIRST, d DESC NULLS LAST, id) BETWEEN 2 AND 4`,
		inOrder: true},
	{name: "shares of a partition",
		kine: `SELECT id, NTILE(3) OVER w AS a, PERCENT_RANK() OVER w AS b, CUME_DIST() OVER w AS c FROM samples
			WINDOW w AS (PARTITION BY f ORDER BY i)`,
		duck: `SELECT id, ntile(3) OVER (PARTITION BY f ORDER BY i NULLS FIRST, id), percent_rank() OVER w, cume_dist() OVER w FROM rows
			WINDOW w AS (PARTITION BY f ORDER BY i NULLS FIRST)`,
		inOrder: true},
	{name: "hottest keys of a window",
		kine: `SELECT window_start, k, n FROM (SELECT window_start, window_end, k, COUNT(*) AS n FROM samples
			GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)) QUALIFY RANK() OVER (PARTITION BY window_start ORDER BY n DESC) = 1`,
		duck: `SELECT window_start, k, count(*) AS n FROM $W GROUP BY window_start, k
			QUALIFY rank() OVER (PARTITION BY window_start ORDER BY n DESC) = 1`,
		window: tumble(10 * second)},
	{name: "first row of a key",
		kine:    `SELECT id, k, ts FROM samples QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1`,
		duck:    `SELECT id, k, ts FROM rows QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts, id) = 1`,
		inOrder: true},
	{name: "last row of a key",
		kine:    `SELECT id, k, ts FROM samples QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1`,
		duck:    `SELECT id, k, ts FROM rows QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts DESC, id) = 1`,
		inOrder: true},
	{name: "numbers by time",
		kine: `SELECT id, ROW_NUMBER() OVER w AS a, RANK() OVER w AS b, DENSE_RANK() OVER w AS c FROM samples
			WINDOW w AS (PARTITION BY k ORDER BY ts)`,
		duck: `SELECT id, row_number() OVER (PARTITION BY k ORDER BY ts, id), rank() OVER w, dense_rank() OVER w FROM rows
			WINDOW w AS (PARTITION BY k ORDER BY ts)`,
		inOrder: true},
	{name: "rows before and after",
		kine: `SELECT id, LAG(i) OVER w AS a, LAG(i, 2, -1) OVER w AS b, LEAD(s) OVER w AS c, LEAD(i, 3, 7) OVER w AS d,
			LAG(i IGNORE NULLS) OVER w AS e, LEAD(s) IGNORE NULLS OVER w AS f FROM samples WINDOW w AS (PARTITION BY k ORDER BY ts)`,
		duck: `SELECT id, lag(i) OVER w, lag(i, 2, -1) OVER w, lead(s) OVER w, lead(i, 3, 7) OVER w,
			lag(i IGNORE NULLS) OVER w, lead(s IGNORE NULLS) OVER w FROM rows WINDOW w AS (PARTITION BY k ORDER BY ts, id)`,
		inOrder: true},
	{name: "values of a frame of rows",
		kine: `SELECT id, FIRST_VALUE(i) OVER w AS a, LAST_VALUE(s) OVER w AS b, NTH_VALUE(i, 2) OVER w AS c,
			FIRST_VALUE(i IGNORE NULLS) OVER w AS d, LAST_VALUE(i) IGNORE NULLS OVER w AS e FROM samples
			WINDOW w AS (PARTITION BY k ORDER BY ts ROWS 4 PRECEDING)`,
		duck: `SELECT id, first_value(i) OVER w, last_value(s) OVER w, nth_value(i, 2) OVER w,
			first_value(i IGNORE NULLS) OVER w, last_value(i IGNORE NULLS) OVER w FROM rows
			WINDOW w AS (PARTITION BY k ORDER BY ts, id ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)`,
		inOrder: true},
	{name: "two partitions in one query",
		kine: `SELECT id, SUM(i) OVER (PARTITION BY k ORDER BY ts ROWS 3 PRECEDING) AS a,
			SUM(i) OVER (PARTITION BY f ORDER BY ts ROWS 3 PRECEDING) AS b FROM samples`,
		duck: `SELECT id, sum(i) OVER (PARTITION BY k ORDER BY ts, id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW),
			sum(i) OVER (PARTITION BY f ORDER BY ts, id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM rows`,
		inOrder: true},
}
