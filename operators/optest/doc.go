// Package optest tests operators: Run puts one through everything that the
// operator contract says, Check stands between two operators and watches the
// batches that pass, Law.Hold tries the law that every operator keeps with random
// histories of changes, and Rows, Text and Fold read and print batches.
//
// Rows are lines of text, columns separated by "|":
//
//	a|1|NULL
//	-U b|2|2015-05-17T10:05:03.25
//	+U b|3|10:05:04
//
// A line may begin with a change kind (+I, -D, -U, +U); without one it is an
// insert. A backslash takes the meaning from the next byte: \| is a bar, \NULL
// the string NULL. TIMESTAMP is ISO 8601 in UTC, or a time of day on 1970-01-01;
// BINARY is hexadecimal, ARRAY and ROW are JSON. Blank lines do not count.
package optest
