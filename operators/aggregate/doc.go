// Package aggregate is GROUP BY: the aggregate functions, the tables that number
// groups, and the operator for grouping without windows.
//
// A Table gives each key a dense number, the group's id. The States of a Set
// hold what each aggregate has seen, in columns indexed by id, so that adding a
// batch to a thousand groups is a few loops over plain slices. Package windowed
// puts such a pair into each pane of a window.
//
// Decisions that SQL leaves open:
//
//   - NULL is a key like any other, -0.0 and 0.0 are one key, NaN equals itself
//     and is greater than every number.
//   - SUM of integers is BIGINT. The total is exact in between; one that does
//     not fit at the end is NULL in the result, and the group is kept as a row
//     error with code KSQL-4001. SUM of DECIMAL(p, s) is DECIMAL(38, s).
//   - AVG of integers and of DOUBLE is DOUBLE, of DECIMAL(p, s) DECIMAL(38, s+4).
//   - FIRST_VALUE and LAST_VALUE go by event time, rows of one time by arrival,
//     and do not skip NULL. All other functions but JSON_ARRAYAGG and COUNT(*)
//     do skip rows with a NULL argument.
//   - Sums of DOUBLE are never taken back by subtraction.
//   - A group with a time to live is over when the watermark before a row, or the clock
//     where there is no event time, is that much past the row that touched it last. It
//     goes without a change, and a row of its key begins it anew; a row that is to be
//     taken back from it is dropped.
package aggregate
