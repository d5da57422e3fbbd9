package operators

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
	"kinesql/window"
)

// ErrDone is what Process or Emit returns when no further input can change the
// result (LIMIT reached). The runtime stops the inputs and ends the query well.
var ErrDone = errors.New("operators: no more input wanted")

// Operator turns changes on its inputs into changes on its output.
//
// One task calls all methods from one goroutine, in this order: Open, then any
// mix of Process, Advance and Snapshot, then Close once, whatever happened, also
// where Open was never called because the query failed before. After a method returns an error only Close is called. Methods return soon
// after ctx ends, with context.Cause(ctx). Operators start no goroutine.
//
// The end of a bounded input reaches an operator as Advance(window.Max) followed
// by Finish, where the operator is a Finisher.
type Operator interface {
	// Open gives the operator what it may use until Close.
	Open(ctx context.Context, env Env) error

	// Process takes one batch from an input port. The batch is borrowed: Own
	// what outlives the call. Batches it emits are borrowed by out likewise, and
	// are released by the operator after Emit.
	Process(ctx context.Context, port int, in batch.Batch, out Emitter) error

	// Advance says that no input will bring an event time before wm again, except
	// as late rows. Results that only now are final go to out before Advance
	// returns; the runtime then forwards the watermark. Watermarks never fall.
	Advance(ctx context.Context, wm window.Micros, out Emitter) error

	// Snapshot writes the state that a restart needs. All inputs have reached
	// the same barrier; nothing is emitted here.
	Snapshot(ctx context.Context, b Barrier) error

	io.Closer
}

// Emitter takes an operator's output. Emit borrows the batch, and blocks while
// whoever comes next cannot take more: the only back-pressure there is. Empty
// batches are not emitted.
type Emitter interface {
	Emit(ctx context.Context, b batch.Batch) error
}

// Finisher is an Operator that must know that its bounded input has ended,
// after Advance(window.Max): a global aggregate or a sort.
type Finisher interface {
	Finish(ctx context.Context, out Emitter) error
}

// Ticker is an Operator or Sink that wants to be called at times of the
// processing clock. The task asks NextTick after each call; the zero time means
// no tick is wanted.
type Ticker interface {
	NextTick() time.Time
	Tick(ctx context.Context, out Emitter) error
}

// Keeper is an Operator that knows whether it keeps rows, or what becomes of them,
// that a later watermark or tick may bring out. While it does, its watermark counts
// for those downstream though its inputs are idle. An Operator that is no Keeper is
// taken to keep rows as soon as it was given some.
type Keeper interface {
	Keeps() bool
}

// Barrier marks a checkpoint: a place in each input such that all that came
// before is in the snapshot and nothing that came after.
type Barrier struct {
	Epoch uint64
	State io.Writer // where Snapshot writes
}

// Stateless supplies Open, Advance, Snapshot and Close to operators that hold
// nothing between batches.
type Stateless struct{}

// Open implements Operator.
func (Stateless) Open(context.Context, Env) error { return nil }

// Advance implements Operator.
func (Stateless) Advance(context.Context, window.Micros, Emitter) error { return nil }

// Snapshot implements Operator.
func (Stateless) Snapshot(context.Context, Barrier) error { return nil }

// Keeps implements Keeper.
func (Stateless) Keeps() bool { return false }

// Close implements Operator.
func (Stateless) Close() error { return nil }

// Env is what an operator, source or sink may use between Open and Close. All of
// it may be used from several tasks at once.
type Env struct {
	Alloc  memory.Allocator // charged to the query
	Now    func() time.Time // processing time; driven by hand in tests
	Faults Faults
	// State is where an operator accounts for the memory it holds as state; nil:
	// there is no limit. Of each operator instance its own.
	State *Account
	// BatchRows is the most rows that a batch should have: sources cut at it and
	// operators that emit at will do so as well. At least 1.
	BatchRows int
}
