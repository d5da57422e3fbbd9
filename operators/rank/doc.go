// Package rank numbers the rows of partitions: ROW_NUMBER, RANK and DENSE_RANK
// with a bound (the top n of each key), and without one, with NTILE, PERCENT_RANK
// and CUME_DIST, where partitions are complete at some time.
//
// NewChanges gives a result that is corrected as rows come; NewFinal gives each
// partition once, when its window closes or the input ends.
//
// Decisions that SQL leaves open:
//
//   - Rows that ORDER BY takes for equal have one RANK; ROW_NUMBER tells them apart
//     by what is in them: the columns that the query reads, in their order, the
//     smaller value first, NULL before all others. So results depend neither on the
//     order of arrival nor on parallelism.
//   - Changes of one batch are told together: a row that comes and goes within a
//     batch is not told at all.
//   - Without retractions on the input no more rows are kept than the bound lets
//     through; with them all are, for any may move up.
//   - A row of a window that has closed is late. A partition that no row has
//     touched for the state_ttl is forgotten without a change, and a row that was
//     forgotten can then not be taken back: that is not an error.
package rank
