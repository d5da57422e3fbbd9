package exec

import (
	"context"
	"sync/atomic"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// member is an instance of a node within a task: its name, its counters and how
// to open and close it.
type member struct {
	name     string
	instance int
	task     *task
	open     func(ctx context.Context, env operators.Env) error
	close    func() error

	rowsIn, rowsOut atomic.Int64
	watermark       atomic.Int64
}

// call runs f as this member, so that a panic in it has a name. After a panic
// task.at stays where it was.
func (m *member) call(f func() error) error {
	before := m.task.at
	m.task.at = m
	err := f()
	m.task.at = before
	return err
}

// stage is what comes next in a chain. All methods return operators.ErrDone, and
// do nothing, once the stage wants no more input.
type stage interface {
	// emit passes a batch on, borrowed.
	emit(ctx context.Context, b batch.Batch) error
	// advance passes a watermark on; its time never falls.
	advance(ctx context.Context, w window.Watermark) error
	// end says that no more input comes. Final: the input has ended by itself,
	// so results that wait for that are due; else they are dropped.
	end(ctx context.Context, final bool) error
	// done reports whether the stage wants no more input.
	done() bool
}

// outlet is the Emitter that a member emits to. It counts, and hands on to all
// consumers.
type outlet struct {
	from *member
	next stage
}

// Emit implements operators.Emitter.
func (o *outlet) Emit(ctx context.Context, b batch.Batch) error {
	rows := b.Rows()
	if rows == 0 {
		return nil
	}
	o.from.rowsOut.Add(int64(rows))
	return o.next.emit(ctx, b)
}

// to adds a consumer.
func (o *outlet) to(s stage) {
	switch next := o.next.(type) {
	case nil:
		o.next = s
	case *tee:
		next.stages = append(next.stages, s)
	default:
		o.next = &tee{stages: []stage{next, s}}
	}
}
