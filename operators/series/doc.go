// Package series looks at the rows of a partition in the order of event time: LAG
// and LEAD, FIRST_VALUE, LAST_VALUE and NTH_VALUE, and ROW_NUMBER, RANK and
// DENSE_RANK where they go by time.
//
// Decisions that SQL leaves open:
//
//   - A row is shown once the watermark is past its time, for until then rows may
//     come that stand before it. Rows of one time and partition go by what is in
//     them: the columns that the query reads, in their order, the smaller value
//     first, NULL before all others. So results do not depend on how rows arrived.
//   - LEAD holds a row back until the row that it speaks of is past the watermark
//     as well, at last until the input ends. Rows may then come long after their
//     time.
//   - With a frame in OVER, LAG finds nothing beyond it; without one it looks as far
//     back as it must.
//   - IGNORE NULLS does not count rows whose argument is NULL. The default of LAG and
//     LEAD stands for a row that is not there, not for a NULL that is.
//   - A row whose time is before the watermark that stood before it is late; one
//     without a time is a row error.
//
// What is kept of a partition is what its functions may still look at: the rows of
// the frame, or the last n, or the first n, and numbers. A partition that no row has
// touched for the state_ttl, in event time, is forgotten: its next row is the first
// again.
package series
