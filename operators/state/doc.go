// Package state holds what operators remember of rows between batches, off the
// garbage collector's path: whole rows in a few large slabs of bytes, and lists,
// calendars and indexes of them that are slices of numbers. Nothing in it holds a
// pointer a row.
//
//   - Rows keeps rows and gives each an ID. IDs are dense, and the ID of a dropped
//     row is given out again, so that whoever keeps more of a row keeps it in a
//     slice by ID.
//   - Lists puts row IDs on lists: those of a key, those of a window.
//   - Contents finds a row by what is in it, to take it back.
//   - Calendar tells which rows are old.
//
// A row is kept as the bytes of its columns; what stood beside it in its batch
// (kind, marks, origin) is not. Rows are equal where their columns have the same
// bytes: NULL equals NULL, one NaN another, but 0.0 does not equal -0.0, which
// print apart.
//
// Types are for one goroutine each, like the operators that use them.
package state
