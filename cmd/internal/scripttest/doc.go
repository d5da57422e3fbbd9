// Package scripttest runs test scripts: SQL, records and time in, expected rows out.
// It is what "kinesql test" runs; the format is told in web/docs/testing.md.
//
// A script is steps, separated by empty lines. A step is a line with a verb and its
// arguments, lines of input, and, after a line "----", the output that is expected:
//
//	sql
//	CREATE STREAM clicks (page VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at);
//	CREATE PUMP p AS INSERT INTO counts
//	SELECT page, COUNT(*) AS n FROM clicks GROUP BY page, TUMBLE(at, INTERVAL '10' SECOND);
//
//	put clicks
//	{"page":"/","at":"2026-01-01T00:00:01Z"}
//	{"page":"/","at":"2026-01-01T00:00:12Z"}
//
//	rows counts
//	----
//	{"page":"/","n":1}
//
// Each script has an engine of its own, whose streams are shards in memory, and a
// clock that stands still but for the steps that set it. After each step the
// runner waits until the queries have done all that their input and the clock ask.
package scripttest
