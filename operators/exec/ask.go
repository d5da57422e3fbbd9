package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// questions are functions that others want run in a task's own goroutine, between
// two of its steps, where they may look at what belongs to it.
type questions struct {
	mu     sync.Mutex
	queue  []func()
	closed bool
	gone   chan struct{} // closed with it; made with the task
}

// errEnded says that a task has ended and answers no more.
var errEnded = errors.New("exec: the task has ended")

// answer runs what was asked.
func (q *questions) answer() {
	q.mu.Lock()
	queue := q.queue
	q.queue = nil
	q.mu.Unlock()
	for _, f := range queue {
		f()
	}
}

// close drops what was asked; asking fails from then on.
func (q *questions) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.queue = true, nil
	close(q.gone)
}

func (q *questions) put(f func()) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errEnded
	}
	q.queue = append(q.queue, f)
	return nil
}

// ask runs f in the task and waits for it. A task that cannot go on because what
// comes next takes no more answers late, or not before ctx ends.
func (t *task) ask(ctx context.Context, f func()) error {
	done := make(chan struct{})
	if err := t.asked.put(func() { f(); close(done) }); err != nil {
		return err
	}
	if t.inbox != nil {
		t.inbox.box.wake()
	}
	select {
	case <-done:
		return nil
	case <-t.asked.gone:
		return errEnded
	case <-ctx.Done():
		return fmt.Errorf("%s has not answered, it may be held up by what it writes to: %w", t.members[0].name, context.Cause(ctx))
	}
}
