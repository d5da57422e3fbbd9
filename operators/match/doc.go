// Package match is MATCH_RECOGNIZE: regular expressions over the rows of a
// partition in the order of event time.
//
// Decisions that the standard leaves open or to us:
//
//   - Rows are taken in the order of event time once the watermark is past them,
//     and rows of one time in the order of arrival. A row whose time is before the
//     watermark that stood before it is late.
//
//   - A match is searched from one row at a time. While it is undecided whether, and
//     how, a match starts there, no later start is looked at: so matches of a
//     partition come in the order of their first rows, numbered from 1.
//
//   - Of the ways to match from a row the preferred one counts: earlier parts of a
//     choice before later ones, more repetitions before fewer (fewer before more
//     where the quantifier is reluctant), as a backtracking search finds it first. A
//     repetition without limit takes a row at least each time around. The ways are
//     followed side by side; two that can only go on alike are one.
//
//   - WITHIN is from the first row of a match to its last, both ends included. Once
//     the watermark says that no further row can belong to a match, what has been
//     found by then counts. Without WITHIN an undecided match waits for rows until
//     the input ends, and its rows are kept.
//
//   - A condition over nothing but the row itself is computed before the operator;
//     one over the row and those before it in the partition, once a row; one over
//     what the match has taken so far, once for each way to match. A condition that
//     fails (overflow, division by zero) is not met, and the row is told of once.
//
//   - A match that would go on for ever at the same row (SKIP TO its first row), or
//     is to skip to a variable that it has no row of, is told of as an error of its
//     last row, and the search goes on with the row after its first.
//
//   - PREV looks back over as many rows as the query asks for, in the match or
//     before it: so many rows of each partition are kept for ever, and MATCH_NUMBER
//     keeps a number of each. Otherwise a partition in which no match is under way
//     is forgotten.
//
// The time of a match that is one row is that of its last row. Such a row may be
// behind the watermark by WITHIN, see Lag.
package match
