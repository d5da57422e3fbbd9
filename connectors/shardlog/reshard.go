package shardlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kinesql/connectors/shard"
)

var _ shard.Resharder = (*Log)(nil)

// fence is a mark between appends: those before it are in the shards that it
// closes, those after it wait until the reshard has ended one way or the other.
type fence struct {
	shards []*shardState
	lift   bool // the second mark: the reshard has ended
	ends   []uint64
	last   []int64
}

// pass takes a fence into the round.
func (c *committer) pass(r *request) {
	c.taken = append(c.taken, r)
	f := r.fence
	for _, s := range f.shards {
		s.closing = !f.lift
	}
	if !f.lift {
		return
	}
	waiting := c.parked
	c.parked = nil
	for _, w := range waiting {
		c.admit(w)
	}
}

// Reshard implements shard.Log.
func (l *Log) Reshard(id shard.StreamID, closing []uint32, opening []shard.HashRange) ([]shard.Shard, error) {
	made, err := l.Reshards(id, []shard.Exchange{{Closing: closing, Opening: opening}})
	if err != nil {
		return nil, err
	}
	return made[0], nil
}

// Reshards implements shard.Resharder.
func (l *Log) Reshards(id shard.StreamID, steps []shard.Exchange) ([][]shard.Shard, error) {
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.usable(); err != nil {
		return nil, err
	}
	st, err := l.stream(id)
	if err != nil {
		return nil, err
	}
	states, err := checkReshards(st.view.Load(), steps)
	if err != nil {
		return nil, err
	}
	f := &fence{shards: states}
	if err := l.stopAppends(f); err != nil {
		return nil, err
	}
	v, made := l.resharded(st, f, steps)
	err = l.keep(v)
	if err == nil {
		l.swap(st, v, f)
	}
	if err := errors.Join(err, l.fence(&fence{shards: states, lift: true})); err != nil {
		return nil, err
	}
	return made, nil
}

// stopAppends returns when all appends before it are durable and no more are taken.
func (l *Log) stopAppends(f *fence) error {
	if err := l.fence(f); err != nil {
		return err
	}
	for _, s := range f.shards {
		s.mu.RLock()
		f.ends, f.last = append(f.ends, s.next), append(f.last, s.last)
		s.mu.RUnlock()
	}
	seg := l.activeSegment()
	if seg == nil {
		return nil
	}
	if err := l.syncRest(seg); err != nil {
		return errors.Join(err, l.fence(&fence{shards: f.shards, lift: true}))
	}
	return nil
}

// fence sends a fence to the committer and waits until it has passed.
func (l *Log) fence(f *fence) error {
	r := requests.Get().(*request)
	r.fence = f
	if err := l.queue.put(context.Background(), r); err != nil {
		r.release()
		return err
	}
	return r.wait(context.Background())
}

// resharded is a stream after the reshard, and the shards that each step opens.
func (l *Log) resharded(st *streamState, f *fence, steps []shard.Exchange) (*view, [][]shard.Shard) {
	old := st.view.Load()
	v := &view{Stream: old.Clone(), states: slices.Clone(old.states), nextShard: old.nextShard}
	now := l.opts.Now().UTC().Truncate(time.Millisecond)
	ends, last, first := f.ends, f.last, len(v.Shards)
	for _, step := range steps {
		closed, n := now, len(step.Closing)
		for i, index := range step.Closing {
			closed = later(closed, time.UnixMilli(last[i]).UTC(), v.Shard(index).Created)
		}
		for i, index := range step.Closing {
			sh := v.Shard(index)
			sh.Closed, sh.ClosedAt = closed, ends[i]
		}
		ends, last = ends[n:], last[n:]
		// Kinesis has the children begin a second after their parents' end.
		v.open(step.Opening, closed.Truncate(time.Second).Add(time.Second), step.Closing, st)
	}
	made := make([][]shard.Shard, len(steps))
	for i, step := range steps {
		made[i] = v.Shards[first : first+len(step.Opening)]
		first += len(step.Opening)
	}
	return v, made
}

func later(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// swap shows the stream as resharded, and lets readers at the end see the children.
func (l *Log) swap(st *streamState, v *view, f *fence) {
	for _, s := range f.shards {
		s.closed = true // the committer reads it after the fence is lifted
	}
	st.view.Store(v)
	for _, s := range f.shards {
		s.mu.Lock()
		s.wake()
		s.mu.Unlock()
	}
}

// checkReshards finds the shards to close, in the order of the steps.
func checkReshards(v *view, steps []shard.Exchange) ([]*shardState, error) {
	var states []*shardState
	twice := map[uint32]bool{}
	for _, step := range steps {
		for _, index := range step.Closing {
			if twice[index] {
				return nil, fmt.Errorf("%s is to be closed twice", shard.Name(index))
			}
			twice[index] = true
		}
		more, err := checkReshard(v, step.Closing, step.Opening)
		if err != nil {
			return nil, err
		}
		states = append(states, more...)
	}
	return states, nil
}

// checkReshard finds the shards of a step, which are open and cover the same keys as the ranges to open.
func checkReshard(v *view, closing []uint32, opening []shard.HashRange) ([]*shardState, error) {
	var states []*shardState
	var before []shard.HashRange
	for _, index := range closing {
		state, info := v.state(index)
		switch {
		case state == nil:
			return nil, fmt.Errorf("%s: %w", shard.Name(index), shard.ErrNoShard)
		case !info.Open():
			return nil, fmt.Errorf("%s: %w", shard.Name(index), shard.ErrShardClosed)
		}
		states, before = append(states, state), append(before, info.Range)
	}
	if !slices.Equal(covered(before), covered(opening)) {
		return nil, fmt.Errorf("shards to open cover other keys than those to close: %v, not %v", opening, before)
	}
	return states, nil
}

// covered returns ranges in order, with neighbours made one. Ranges that overlap stay apart, so they equal no others.
func covered(ranges []shard.HashRange) []shard.HashRange {
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b shard.HashRange) int { return a.Start.Compare(b.Start) })
	var out []shard.HashRange
	for _, r := range sorted {
		if n := len(out); n > 0 && out[n-1].End != shard.MaxHash && out[n-1].End.Next() == r.Start {
			out[n-1].End = r.End
			continue
		}
		out = append(out, r)
	}
	return out
}
