// Package relational is the operators of plain relational algebra: filter,
// project, union, limit, sort and values. None of them waits for event time but
// the sort of a window's rows.
//
// A row whose expression fails is in no result: it goes to Env.Faults with its
// raw record, or as JSON where that is unknown.
//
// Sorting: NULLs stand where SortKey.NullsFirst says; false is before true, NaN is
// the greatest DOUBLE, strings and binaries compare byte by byte, and equal rows
// keep the order in which they came.
package relational
