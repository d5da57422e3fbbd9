// Package join is joins of two inputs. Port 0 is the left one.
//
//   - NewHash joins what both inputs hold, for as long as they hold it: every
//     change of either side is answered by changes of the result.
//   - NewInterval joins rows whose event times are within a range of each other,
//     and forgets rows when the watermark says that no partner can come.
//   - NewWindow joins the rows of equal windows when these close.
//   - NewAsOf joins each left row with the version of its key that was the latest
//     at its time.
//
// A NULL key is equal to nothing, except where it is NullSafe. The result of a row
// without partner is padded with NULLs (LEFT, RIGHT, FULL), or is the row (ANTI).
// NewHash gives it at once, and takes it back when the first partner comes; the
// others wait until none can come, so what they put out stays.
//
// A condition beyond the keys (Residual) is computed for each pair of rows with
// equal keys. A pair for which it fails is told to Env.Faults and is no match.
//
// With a TTL, NewHash forgets rows that are so old, in event time where their
// input has one and else on the processing clock, by up to a sixty-fourth of it
// later than that. What is forgotten is not taken back. A change that takes back a row
// that is not there, forgotten or never seen, is told to Env.Faults.
//
// The rows of one batch are joined in their order, and the partners of a row come in
// the order in which they arrived. Checkpoints are not available yet.
package join
