// Package memory is the streams of a script that are bound to nothing outside:
// CREATE STREAM without a connector. What pumps write is kept in the process, in
// the order of writing, and every reader gets all of it from the first row.
//
// A stream ends, for its readers, when all writers that were made or expected
// have closed; a stream that nobody writes to is empty. What is written is
// visible at once. A stream keeps its rows until it is closed, up to the option
// max_bytes (1 GiB): a writer that would go beyond gets an error.
package memory
