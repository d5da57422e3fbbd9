package operators

import (
	"context"
	"io"

	"kinesql/operators/batch"
)

// Sink takes the output of a query. One task calls all methods from one
// goroutine: Open, then Write, Prepare and Commit, then Close once. What is
// written since the last Prepare may be visible at once (stdout) or only after
// Commit (files, streams). A bounded query ends with Prepare and Commit.
type Sink interface {
	Open(ctx context.Context, env Env) error

	// Write takes a batch, borrowed.
	Write(ctx context.Context, b batch.Batch) error

	// Prepare makes all that was written durable without showing it, and returns
	// a handle by which Commit, perhaps after a restart, shows it.
	Prepare(ctx context.Context, epoch uint64) (handle []byte, err error)

	// Commit shows what Prepare made durable. Committing twice is no error.
	Commit(ctx context.Context, epoch uint64, handle []byte) error

	// Close without a preceding Commit discards what was not committed.
	io.Closer
}
