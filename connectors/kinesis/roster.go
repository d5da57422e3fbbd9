package kinesis

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// roster says who reads which shard of a stream: one for all instances of a
// source. A shard is given out when all its parents that are read have been read
// to their end.
type roster struct {
	service   Service
	from      From
	instances int

	mu      sync.Mutex
	started bool
	left    int // instances that have closed
	failed  error
	known   map[string]bool // shards that are or were on the roster
	reading map[string]bool // given out or waiting, and not read to their end
	waiting []Shard         // for their parents
	begun   [][]assignment  // by instance: what is given out at the start
	first   map[string]bool // listed at the start: they begin where From says
}

// assignment is a shard for an instance to read.
type assignment struct {
	shard  Shard
	reader Reader
}

func newRoster(s Service, from From, instances int) *roster {
	return &roster{
		service: s, from: from, instances: max(1, instances),
		known: map[string]bool{}, reading: map[string]bool{}, first: map[string]bool{},
	}
}

// start returns what an instance is to read first. The first call lists the
// shards, and settles where those that can be read begin.
func (r *roster) start(ctx context.Context, instance int) ([]assignment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		r.started = true
		r.failed = r.list(ctx)
	}
	if r.failed != nil {
		return nil, r.failed
	}
	out := r.begun[instance]
	r.begun[instance] = nil
	return out, nil
}

func (r *roster) list(ctx context.Context) error {
	r.begun = make([][]assignment, r.instances)
	shards, err := r.service.Shards(ctx)
	if err != nil {
		return err
	}
	for _, s := range shards {
		r.known[s.Name], r.first[s.Name] = true, true
		if s.Open || r.from.Place != Latest {
			r.reading[s.Name] = true
			r.waiting = append(r.waiting, s)
		}
	}
	ready, err := r.ready(ctx)
	for i, a := range ready {
		r.begun[i%r.instances] = append(r.begun[i%r.instances], a)
	}
	return err
}

// finish notes that a shard was read to its end, and returns what can be read
// now that it is. Children that the bounded reading did not list are left out.
func (r *roster) finish(ctx context.Context, name string, children []Shard) ([]assignment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.reading, name)
	if r.from.Bounded {
		return r.ready(ctx)
	}
	r.expect(children)
	if slices.ContainsFunc(children, r.orphan) {
		shards, err := r.service.Shards(ctx)
		if err != nil {
			return nil, err
		}
		r.expect(shards)
	}
	return r.ready(ctx)
}

// expect puts shards on the waiting list that were not known.
func (r *roster) expect(shards []Shard) {
	for _, s := range shards {
		if !r.known[s.Name] {
			r.known[s.Name], r.reading[s.Name] = true, true
			r.waiting = append(r.waiting, s)
		}
	}
}

// orphan reports whether a shard has a parent that is not known: it was made by a
// split whose own parent has not been read to its end yet. What was made since the
// start descends from what was read then, so all of it belongs on the list.
func (r *roster) orphan(s Shard) bool {
	return slices.ContainsFunc(s.Parents, func(p string) bool { return !r.known[p] })
}

// ready takes the shards off the waiting list whose parents have been read, with
// readers for them.
func (r *roster) ready(ctx context.Context) (out []assignment, err error) {
	r.waiting = slices.DeleteFunc(r.waiting, func(s Shard) bool {
		if err != nil || slices.ContainsFunc(s.Parents, func(p string) bool { return r.reading[p] }) {
			return false
		}
		from := From{}
		if r.first[s.Name] {
			from = r.from
		}
		a := assignment{shard: s}
		if a.reader, err = r.service.Open(ctx, s, from); err != nil {
			err = fmt.Errorf("opening %s: %w", s.Name, err)
			return false
		}
		out = append(out, a)
		return true
	})
	return out, err
}

// leave closes the readers that an instance has not fetched, and with the last
// instance the service.
func (r *roster) leave(instance int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if instance < len(r.begun) {
		for _, a := range r.begun[instance] {
			a.reader.Close()
		}
		r.begun[instance] = nil
	}
	if r.left++; r.left < r.instances {
		return nil
	}
	return r.service.Close()
}
