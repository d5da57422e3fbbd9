package oracle

// joinQuestions are joins of the samples with themselves and subqueries over them.
var joinQuestions = []question{
	{name: "join on keys",
		kine: `SELECT a.id, b.id AS other, b.i FROM samples AS a JOIN samples AS b ON a.k = b.k AND a.id < b.id AND b.i > a.i WHERE a.f`,
		duck: `SELECT a.id, b.id, b.i FROM rows a JOIN rows b ON a.k = b.k AND a.id < b.id AND b.i > a.i WHERE a.f`, inOrder: true},
	{name: "interval join",
		kine: `SELECT a.id, b.id AS other FROM samples AS a JOIN samples AS b
			ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '2' SECOND AND a.ts + INTERVAL '1' SECOND`,
		duck: `SELECT a.id, b.id FROM rows a JOIN rows b
			ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL 2 SECOND AND a.ts + INTERVAL 1 SECOND`, inOrder: true},
	{name: "outer interval join",
		kine: `SELECT a.id, b.id AS other FROM samples AS a FULL JOIN samples AS b
			ON a.k = b.k AND a.i < b.i AND b.ts > a.ts AND b.ts <= a.ts + INTERVAL '3' SECOND`,
		duck: `SELECT a.id, b.id FROM rows a FULL JOIN rows b
			ON a.k = b.k AND a.i < b.i AND b.ts > a.ts AND b.ts <= a.ts + INTERVAL 3 SECOND`, inOrder: true},
	{name: "rows without a later one",
		kine: `SELECT id FROM samples AS a WHERE NOT EXISTS (SELECT 1 FROM samples AS b
			WHERE b.k = a.k AND b.ts BETWEEN a.ts + INTERVAL '1' SECOND AND a.ts + INTERVAL '5' SECOND)`,
		duck: `SELECT id FROM rows a WHERE NOT EXISTS (SELECT 1 FROM rows b
			WHERE b.k = a.k AND b.ts BETWEEN a.ts + INTERVAL 1 SECOND AND a.ts + INTERVAL 5 SECOND)`, inOrder: true},
	{name: "window join of counts",
		kine: `SELECT a.window_start, a.k, a.n, b.k AS kk, b.m FROM
			(SELECT window_start, window_end, k, COUNT(*) AS n FROM samples WHERE f GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)) AS a FULL JOIN
			(SELECT window_start, window_end, k, COUNT(*) AS m FROM samples WHERE NOT f GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)) AS b
			ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.k <=> b.k`,
		duck: `SELECT a.window_start, a.k, a.n, b.k, b.m FROM
			(SELECT window_start, k, count(*) AS n FROM $W WHERE f GROUP BY ALL) a FULL JOIN
			(SELECT window_start, k, count(*) AS m FROM $W WHERE NOT f GROUP BY ALL) b
			ON a.window_start = b.window_start AND a.k IS NOT DISTINCT FROM b.k`,
		window: tumble(10 * second), where: "f IS NOT NULL"},
	{name: "window join of rows",
		kine: `SELECT a.id, b.id AS other, a.window_start FROM HOP(samples, ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND) AS a
			LEFT JOIN HOP(samples, ts, INTERVAL '2' SECOND, INTERVAL '6' SECOND) AS b
			ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.s = b.s AND a.i < b.i`,
		duck: `SELECT a.id, b.id, a.window_start FROM $W a LEFT JOIN $W b
			ON a.window_start = b.window_start AND a.s = b.s AND a.i < b.i`,
		window: hop(2*second, 6*second), inOrder: true},
	{name: "as of a time",
		kine: `SELECT a.id, b.ts AS since FROM samples AS a
			ASOF LEFT JOIN (SELECT k, ts FROM samples WHERE f) AS b ON a.k = b.k AND a.ts >= b.ts`,
		duck: `SELECT a.id, b.ts FROM rows a ASOF LEFT JOIN (SELECT k, ts FROM rows WHERE f) b ON a.k = b.k AND a.ts >= b.ts`, inOrder: true},
	{name: "values in a subquery",
		kine: `SELECT id FROM samples WHERE nest.a IN (SELECT nest.a FROM samples WHERE d > 1300)`,
		duck: `SELECT id FROM rows WHERE nest.a IN (SELECT nest.a FROM rows WHERE d > 1300)`, inOrder: true},
	{name: "values not in a subquery",
		kine: `SELECT id FROM samples WHERE s NOT IN (SELECT s FROM samples WHERE i > 900 AND s IS NOT NULL)`,
		duck: `SELECT id FROM rows WHERE s NOT IN (SELECT s FROM rows WHERE i > 900 AND s IS NOT NULL)`, inOrder: true},
	{name: "values not in a subquery by key",
		kine: `SELECT id FROM samples AS a WHERE nest.a NOT IN (SELECT nest.a FROM samples AS b WHERE b.k = a.k AND b.f)`,
		duck: `SELECT id FROM rows a WHERE nest.a NOT IN (SELECT nest.a FROM rows b WHERE b.k = a.k AND b.f)`, inOrder: true},
	{name: "greater than the average",
		kine: `SELECT id FROM samples WHERE m > (SELECT AVG(m) FROM samples WHERE f)`,
		duck: `SELECT id FROM rows WHERE m > (SELECT avg(m) FROM rows WHERE f)`, inOrder: true},
	{name: "lookup",
		kine: `SELECT a.id, t.id AS other FROM samples AS a LEFT JOIN facts AS t ON a.k = t.k AND a.nest.a = t.nest.a AND a.i < t.i AND t.d < 1000`,
		duck: `SELECT a.id, t.id FROM rows a LEFT JOIN rows t ON a.k = t.k AND a.nest.a = t.nest.a AND a.i < t.i AND t.d < 1000`, inOrder: true},
	{name: "lookup of values",
		kine: `SELECT id FROM samples WHERE s IN (SELECT s FROM facts WHERE d > 1400) AND nest.a NOT IN (SELECT nest.a FROM facts WHERE d < -460 AND nest.a IS NOT NULL)`,
		duck: `SELECT id FROM rows WHERE s IN (SELECT s FROM rows WHERE d > 1400) AND nest.a NOT IN (SELECT nest.a FROM rows WHERE d < -460 AND nest.a IS NOT NULL)`, inOrder: true},
	{name: "windows above a lookup",
		kine:   `SELECT t.s, window_end, COUNT(*) AS n FROM samples AS a JOIN facts AS t ON a.i = t.i WHERE t.f GROUP BY t.s, TUMBLE(a.ts, INTERVAL '10' SECOND)`,
		duck:   `SELECT t.s, window_end, count(*) FROM $W a JOIN rows t ON a.i = t.i WHERE t.f GROUP BY ALL`,
		window: tumble(10 * second), inOrder: true},
}
