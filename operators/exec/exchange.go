package exec

import (
	"context"
	"errors"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// sender is the sending end of an edge that crosses mailboxes: one instance of
// the producer, all instances of the consumer.
type sender struct {
	to   []slot
	next int          // the target of the next batch, where rows need not meet
	kept bool         // all batches go to that one: changes of a row stay in order
	part *partitioner // of a Hash edge with several targets, else nil
}

// slot is a port of a mailbox.
type slot struct {
	box  *mailbox
	port int
}

func (s *sender) done() bool {
	for _, t := range s.to {
		if t.box.refuses() == nil {
			return false
		}
	}
	return true
}

func (s *sender) emit(_ context.Context, b batch.Batch) error {
	own := b.Own()
	if s.part == nil {
		return s.deal(own)
	}
	defer own.Release()
	s.part.split(own)
	return s.each(func(i int) error {
		part, ok := s.part.part(own, i)
		if !ok {
			return s.to[i].box.refuses()
		}
		return s.to[i].box.send(s.to[i].port, item{batch: part})
	})
}

// deal gives whole batches to the targets in turn. A target that is done is
// passed over.
func (s *sender) deal(own batch.Batch) error {
	for range s.to {
		t := s.to[s.next]
		own.Retain()
		err := t.box.send(t.port, item{batch: own})
		if !s.kept || errors.Is(err, operators.ErrDone) {
			s.next = (s.next + 1) % len(s.to)
		}
		if !errors.Is(err, operators.ErrDone) {
			own.Release()
			return err
		}
	}
	own.Release()
	return operators.ErrDone
}

func (s *sender) advance(_ context.Context, w window.Watermark) error {
	return s.each(func(i int) error { return s.to[i].box.send(s.to[i].port, item{mark: w}) })
}

func (s *sender) end(_ context.Context, final bool) error {
	err := s.each(func(i int) error {
		return s.to[i].box.send(s.to[i].port, item{ended: true, final: final})
	})
	if errors.Is(err, operators.ErrDone) {
		return nil
	}
	return err
}

// each calls f for all targets. The sender is done when all are.
func (s *sender) each(f func(i int) error) error {
	open := false
	for i := range s.to {
		switch err := f(i); {
		case err == nil:
			open = true
		case !errors.Is(err, operators.ErrDone):
			return err
		}
	}
	if !open {
		return operators.ErrDone
	}
	return nil
}
