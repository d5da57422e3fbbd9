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
}
