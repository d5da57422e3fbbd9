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
// Nothing vanishes: the rows of query q that fail or come too late are in the
// streams q_errors and q_late, which other statements of the script can read, and
// in the counts of the Summary.
package engine
