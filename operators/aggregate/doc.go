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
//   - Sums of DOUBLE are never taken back by subtraction from a rounded total.
//   - A group with a time to live is over when the watermark before a row, or the clock
//     where there is no event time, is that much past the row that touched it last. It
//     goes without a change, and a row of its key begins it anew; a row that is to be
//     taken back from it is dropped.
//
// Over an input that may take rows back (NewChangingSet) a result is a function of
// the rows that are there, whatever came and went before:
//
//   - COUNT, SUM and AVG of exact numbers, BIT_XOR, BOOL_AND and BOOL_OR subtract, and
//     BIT_AND and BIT_OR count values for each bit.
//   - SUM and AVG of DOUBLE, variances and standard deviations keep exact sums (all
//     bits of all values, and of their squares), rounded once, in the result. An exact
//     sum does not depend on the order, so subtracting is the same as beginning anew.
//   - MIN, MAX, MIN_BY, MAX_BY, FIRST_VALUE, LAST_VALUE and ANY_VALUE keep the
//     different rows of each group in order, with counts. A tie is decided by the
//     value, since rows that come and go have no order of arrival: the least for
//     MIN_BY, FIRST_VALUE and ANY_VALUE, the greatest for MAX_BY and LAST_VALUE.
//     FIRST_VALUE and LAST_VALUE need an event time there.
//   - GROUP_CONCAT and JSON_ARRAYAGG keep the rows likewise; those that ORDER BY does not
//     tell apart are in the order of their values.
//   - APPROX_COUNT_DISTINCT and APPROX_PERCENTILE are exact there, for a sketch cannot
//     give values back: they keep the different values.
//
// A row that is taken back but was never there is ErrUnseen.
package aggregate
