package kinesis

import (
	"context"
	"sync"
)

// writers counts who writes to a stream that only the engine's own queries write
// to, and so tells when it has ended.
type writers struct {
	mu       sync.Mutex
	open     int
	expected int // to be opened yet
	changed  context.Context
	change   context.CancelFunc
}

func newWriters() *writers {
	w := &writers{}
	w.changed, w.change = context.WithCancel(context.Background())
	return w
}

// add changes the counts and wakes who waits for that.
func (w *writers) add(open, expected int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open += open
	w.expected = max(0, w.expected+expected)
	w.change()
	w.changed, w.change = context.WithCancel(context.Background())
}

// state tells whether nobody writes any more. changed is done when it is worth to
// ask again.
func (w *writers) state() (ended bool, changed context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open == 0 && w.expected == 0, w.changed
}
