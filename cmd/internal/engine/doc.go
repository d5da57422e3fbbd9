// Package engine is the composition root: the one place that knows every layer.
// It joins the parser, the planner, the connectors and the task loop.
//
// A script runs like this:
//
//	text -parse-> statements -plan-> steps -build-> graphs -exec-> tasks
//
// All statements are planned, in order, before anything runs, so that a mistake in
// the last line costs no work. Then all pumps and inserts start, and what is
// shown (SELECT, SHOW, EXPLAIN, ...) follows in the order of the script. A script
// ends when its SELECTs have ended and its pumps and inserts have no more input.
//
// A stream without a connector is batches in memory (package connectors/memory), or
// records on shards (package connectors/kinesis) where the engine has a log or an
// option speaks of shards. Such streams end, for the queries that read them, with
// the pumps and inserts that write them: when those have ended, and Flush ends
// them as well. With Config.Served others write to the shards, too, and their
// streams end by Flush, or by bounded='true', only. CREATE STREAM makes the stream
// in the log when the script runs, or takes the one that is there; DROP STREAM
// deletes it; CREATE OR REPLACE keeps its records.
//
// Nothing vanishes: the rows of query q that fail or come too late are in the
// streams q_errors and q_late, which other statements of the script can read, and
// in the counts of the Summary.
package engine
