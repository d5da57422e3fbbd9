package exec

import (
	"context"
	"sync"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// item is one thing in a mailbox: a batch if its Record is set, else the end of
// a port, else a watermark.
type item struct {
	batch batch.Batch
	mark  window.Watermark
	ended bool
	final bool // of an end: the input ended by itself
}

// mailbox is a task's bounded inbox: a FIFO for each sending instance, one lock.
// A full port blocks its own sender and nobody else.
type mailbox struct {
	limit int // rows that a port may hold before its sender waits
	ready sync.Cond
	ring  func() // wakes the senders' tasks after close

	mu struct {
		sync.Mutex
		ports  []port
		next   int
		err    error // after which nothing goes in or out
		rung   bool  // the receiver is to look whether it is still wanted
		waits  bool  // the receiver waits for an item
		closed bool
	}
}

type port struct {
	queue []item
	rows  int
	room  sync.Cond
}

func newMailbox(ports, limit int) *mailbox {
	m := &mailbox{limit: limit}
	m.ready.L = &m.mu
	m.mu.ports = make([]port, ports)
	for i := range m.mu.ports {
		m.mu.ports[i].room.L = &m.mu
	}
	return m
}

// watch makes the mailbox fail when ctx ends, until stop is called. The context
// is watched once and not in each call, which would triple the price of a hop.
func (m *mailbox) watch(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { m.fail(context.Cause(ctx)) })
}

// fail drops what is queued and gives everyone err. It holds the lock while it
// wakes them, or a waiter between its look and its wait would miss it.
func (m *mailbox) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.err != nil {
		return
	}
	m.mu.err = err
	for i := range m.mu.ports {
		p := &m.mu.ports[i]
		for _, it := range p.queue {
			if it.batch.Record != nil {
				it.batch.Release()
			}
		}
		p.queue = nil
		p.room.Broadcast()
	}
	m.ready.Broadcast()
}

// close says that the receiver wants no more: senders get operators.ErrDone, and
// those that are not sending are woken to see it.
func (m *mailbox) close() {
	m.fail(operators.ErrDone)
	if m.ring != nil {
		m.ring()
	}
}

// wake makes recv return once, though there may be nothing to receive.
func (m *mailbox) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.rung = true
	m.ready.Broadcast()
}

// refuses returns the error that a sender would get.
func (m *mailbox) refuses() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.err
}

// send queues an item on a port and takes over its batch, also when it fails.
func (m *mailbox) send(i int, it item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := &m.mu.ports[i]
	if it.batch.Record != nil {
		for m.mu.err == nil && p.rows >= m.limit {
			p.room.Wait()
		}
	}
	if m.mu.err != nil {
		if it.batch.Record != nil {
			it.batch.Release()
		}
		return m.mu.err
	}
	p.push(it)
	m.ready.Signal()
	return nil
}

// push queues an item. A watermark takes the place of one that still waits.
func (p *port) push(it item) {
	if it.batch.Record != nil {
		p.rows += it.batch.Rows()
	} else if n := len(p.queue); n > 0 && !it.ended {
		if last := &p.queue[n-1]; last.batch.Record == nil && !last.ended {
			*last = it
			return
		}
	}
	p.queue = append(p.queue, it)
}

// recv takes the next item, round robin over the ports. ok is false when the
// receiver was woken or wait has passed; a wait of 0 is without limit.
func (m *mailbox) recv(wait time.Duration) (i int, it item, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var alarm *time.Timer
	for {
		if m.mu.err != nil {
			return 0, item{}, false, m.mu.err
		}
		if i, ok := m.pick(); ok {
			return i, m.take(i), true, nil
		}
		if m.mu.rung {
			m.mu.rung = false
			return 0, item{}, false, nil
		}
		if wait > 0 && alarm == nil {
			alarm = time.AfterFunc(wait, m.wake)
			defer alarm.Stop()
		}
		m.mu.waits = true
		m.ready.Wait()
		m.mu.waits = false
	}
}

// resting reports whether nothing is queued and the receiver waits, or has ended.
func (m *mailbox) resting() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, queued := m.pick()
	return m.mu.err != nil || m.mu.waits && !m.mu.rung && !queued
}

func (m *mailbox) pick() (int, bool) {
	n := len(m.mu.ports)
	for k := range n {
		if i := (m.mu.next + k) % n; len(m.mu.ports[i].queue) > 0 {
			return i, true
		}
	}
	return 0, false
}

func (m *mailbox) take(i int) item {
	p := &m.mu.ports[i]
	it := p.queue[0]
	p.queue[0] = item{}
	if p.queue = p.queue[1:]; len(p.queue) == 0 {
		p.queue = nil
	}
	if it.batch.Record != nil {
		p.rows -= it.batch.Rows()
		p.room.Signal()
	}
	m.mu.next = i + 1
	return it
}
