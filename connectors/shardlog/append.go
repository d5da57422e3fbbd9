package shardlog

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"kinesql/connectors/shard"
)

// request is an append on its way, or a thing that the committer is to do between appends.
type request struct {
	stream *streamState
	groups []shard.Group
	states []*shardState // of the groups; nil where a group has failed already
	bytes  int64

	fence *fence // instead of groups

	left atomic.Bool // claimed: by the committer, or by a caller that no longer waits
	done chan struct{}
	err  error
}

var requests = sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }}

// Append implements shard.Log.
func (l *Log) Append(ctx context.Context, id shard.StreamID, groups []shard.Group) error {
	st, err := l.stream(id)
	if err != nil {
		return err
	}
	r := requests.Get().(*request)
	if err := r.prepare(st, groups); err != nil {
		r.release()
		return err
	}
	if err := l.queue.put(ctx, r); err != nil {
		r.release()
		return err
	}
	return r.wait(ctx)
}

// prepare finds the shards and checks the payloads, so that the committer need not.
func (r *request) prepare(st *streamState, groups []shard.Group) error {
	r.stream, r.groups = st, groups
	v := st.view.Load()
	for i := range groups {
		g := &groups[i]
		g.First, g.Arrival, g.Err = 0, 0, nil
		state, info := v.state(g.Shard)
		switch {
		case state == nil:
			g.Err = shard.ErrNoShard
		case !info.Open():
			state, g.Err = nil, shard.ErrShardClosed
		default:
			if g.Err = checkPayload(g); g.Err != nil {
				state = nil
			}
		}
		r.states = append(r.states, state)
		if state != nil {
			r.bytes += headerBytes + int64(len(g.Payload))
		}
	}
	if r.bytes > maxAppend {
		return fmt.Errorf("an append of %d bytes: want at most %d; append in parts", r.bytes, maxAppend)
	}
	return nil
}

// checkPayload reports whether a group holds the records that it says.
func checkPayload(g *shard.Group) error {
	rest, n := g.Payload, 0
	for len(rest) > 0 {
		var err error
		if _, _, rest, err = shard.NextRecord(rest); err != nil {
			return err
		}
		n++
	}
	if n == 0 || n != g.Count {
		return fmt.Errorf("a group of %d records holds %d: %w", g.Count, n, shard.ErrRecord)
	}
	return nil
}

// wait returns the outcome. Once the committer has taken the request it is waited
// for: the payloads are in use, and the disk will answer.
func (r *request) wait(ctx context.Context) error {
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.left.CompareAndSwap(false, true) {
			return ctx.Err() // the committer drops the request when it meets it
		}
		<-r.done
	}
	err := r.err
	r.release()
	return err
}

// finish answers a request.
func (r *request) finish(err error) {
	r.err = err
	r.done <- struct{}{}
}

func (r *request) release() {
	clear(r.states)
	r.stream, r.groups, r.states, r.bytes, r.fence, r.err = nil, nil, r.states[:0], 0, nil, nil
	r.left.Store(false)
	requests.Put(r)
}

// queue is what waits for the committer.
type queue struct {
	limit int64

	mu      sync.Mutex
	waiting []*request
	bytes   int64
	closed  bool
	room    chan struct{} // closed when there is room again; nil: nobody waits

	ready chan struct{} // has a value when the committer should look
}

func newQueue(limit int64) *queue { return &queue{limit: limit, ready: make(chan struct{}, 1)} }

// put adds a request when there is room.
func (q *queue) put(ctx context.Context, r *request) error {
	for {
		room, err := q.try(r)
		if room == nil {
			return err
		}
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// try adds a request, or returns what to wait for.
func (q *queue) try(r *request) (room <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, shard.ErrLogClosed
	}
	// A request that is larger than what is left goes in all the same, or small
	// ones would keep it out for ever.
	if q.bytes >= q.limit && r.fence == nil {
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return q.room, nil
	}
	q.waiting = append(q.waiting, r)
	q.bytes += r.bytes
	q.signal()
	return nil, nil
}

func (q *queue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take appends to dst what waits, up to about max bytes; it waits for something.
// False: the queue is closed and empty.
func (q *queue) take(dst []*request, max int64) ([]*request, bool) {
	for {
		q.mu.Lock()
		if len(q.waiting) > 0 {
			dst = q.pop(dst, max)
			q.mu.Unlock()
			return dst, true
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return dst, false
		}
		<-q.ready
	}
}

func (q *queue) pop(dst []*request, max int64) []*request {
	var bytes int64
	n := 0
	for n < len(q.waiting) && (n == 0 || bytes+q.waiting[n].bytes <= max) {
		bytes += q.waiting[n].bytes
		n++
	}
	dst = append(dst, q.waiting[:n]...)
	left := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[left:])
	q.waiting = q.waiting[:left]
	if q.bytes -= bytes; q.bytes < q.limit && q.room != nil {
		close(q.room)
		q.room = nil
	}
	return dst
}

// close lets nothing more in. What waits for room gets ErrLogClosed.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
	q.signal()
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}
