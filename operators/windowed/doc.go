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
// Over an input that may take rows back (Config.Retracts) a row that takes back goes to
// the pane of the row that it takes back and is subtracted there, while the window is
// open; afterwards it is late. A group that no row is left of is not emitted. All
// aggregates can take rows back then, so hops have running totals.
//
// A window is emitted when the watermark reaches its end, windows in the order of
// their ends, and only those that hold rows. The rows of a tumble come in the
// order in which their keys first arrived, those of a hop in one that depends on
// the input alone, and with Top in its order.
//
// Sessions, staggered windows and windows of rows follow from the rows of each key:
//
//   - The rows of a session are less than the gap apart, whatever the order in which
//     they come. A row joins the sessions of its key that are open and near it; it
//     is late if it is near none and one of its own would be over. A session ends
//     a gap after its last row.
//   - A session that has a greatest length is cut by the times of its rows: the first
//     row begins a piece, which takes the rows less than that length away from it.
//     The piece ends a gap after its last row, or when it is as long as it may be.
//   - A staggered window begins with the first row by event time of a key that is in
//     none, and ends a size later. So rows that come in disorder, but on time, move its
//     start. A row whose windows have all ended is late; one behind the watermark
//     that is not may begin a window that overlaps the one that closed before it.
//   - Windows of rows count rows in the order in which they come, late or not. They
//     begin at the earliest time of their rows and end a microsecond after the latest,
//     or have no bounds where there is no event time. A window that has not got all of
//     its rows at the end of the input is no result; where it was shown, it is taken
//     back. The order of rows of one key is that of one split of the source only. A
//     key whose last window lacks rows, or overlaps the next, is kept for ever, unless
//     there is a time to live: when no row has touched it for so long it is forgotten,
//     and a window that lacks rows is no result then either.
//
// With lateness these windows are kept that much longer than they are open, and take
// rows for as long. What EMIT CHANGES and EVERY show of them are changes against what
// was shown before; a session that two have become begins like the earlier one and is
// its update, and the later one is deleted. Windows of one key close in no order but
// that of their ends, the keys of one end in that of the keys.
//
// Aligned and attached windows that are shown otherwise than once, at their close,
// have groups of their own instead of panes, beside what was last shown of them:
//
//   - A result is shown again only where it differs from what was shown. What is
//     shown in between goes by the batches; what it comes to does not.
//   - A key is known from the first window, in the order of their ends, that held a row
//     of it. Of the windows after it those without a row of the key are shown as
//     they close, up to the last window with rows at the end of the input, and at most
//     a thousand without any row one after the other in one leap of the watermark.
//   - A late row that makes a key known gives it to the closed windows after its own
//     as well, while they are kept.
//
// Groups whose result does not fit its type are emitted with NULL and told to
// Env.Faults. Checkpoints are not available yet: Snapshot returns an error.
package windowed
