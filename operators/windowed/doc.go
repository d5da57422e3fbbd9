// Package windowed is aggregation over event time: GROUP BY with tumbling,
// hopping and attached windows, the window table functions, and sliding OVER
// aggregates.
//
// A hop is cut into panes, pieces of the greatest length that divides both its
// size and its slide. A row is aggregated once, in its pane; windows are put
// together from panes when they close:
//
//   - If every aggregate can take rows back exactly (COUNT and COUNT_IF, SUM and
//     AVG of integers and decimals, BIT_XOR, BOOL_AND and BOOL_OR), a running
//     total for each key gains the panes that enter the window and loses those
//     that leave it. Keys in no pane are forgotten.
//   - Else panes are merged, first in twos, fours, eights and so on, which are kept
//     as long as a later window may use them.
//
// A row counts in those of its windows whose end is later than the watermark that
// stood before the row, be it the operator's own or the row's mark; so results
// do not depend on where batches were cut. A row with none left is late and goes
// to Env.Faults. A row in a gap between hops is in no window, and is dropped. A
// row without an event time, or with one that windows cannot be computed for, is
// a row error.
//
// Windows of a time zone are cut on the readings of its clock (window.Wall): panes,
// ends and the watermark they are held against are readings, and become instants
// where rows leave the operator. Windows of a CUMULATE are panes of a step merged
// into what there is since the start; a step that the clocks of a zone skip gives
// no second result.
//
// Windows of processing time run the same operators: a row's time is when it comes
// to the operator, and the clock is the watermark. So a column PROCTIME() of a
// query in FROM, read beside its window, shows the time of the window's operator.
//
// A window is emitted when the watermark reaches its end, windows in the order of
// their ends, and only those that hold rows. The rows of a tumble come in the
// order in which their keys first arrived, those of a hop in one that depends on
// the input alone, and with Top in its order.
//
// Groups whose result does not fit its type are emitted with NULL and told to
// Env.Faults. Checkpoints are not available yet: Snapshot returns an error.
package windowed
