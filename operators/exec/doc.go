// Package exec runs graphs: it is the only caller of operators, sources and
// sinks, and the only place in the engine that starts goroutines for them.
//
// A graph becomes tasks, one goroutine each. A node whose only input is a
// Forward edge of equal parallelism joins the task of its producer, and a batch
// reaches it by a plain call. Every other edge crosses a mailbox, bounded by
// rows, one FIFO for each sending instance: whoever sends owns the batch first,
// whoever receives releases it.
//
// Watermarks are made in source tasks, one clock a split; a task that reads a
// mailbox advances to the least watermark of its senders. Senders that are idle
// are left out of that minimum; when all are idle the greatest of theirs counts,
// so event time goes on.
//
// A query ends when its input has ended, when a consumer wants no more
// (operators.ErrDone), when it is told to, or at the first error, which cancels
// all tasks with that error as the cause.
package exec
