package shardlog

import (
	"context"
	"errors"
	"slices"
	"sort"

	"kinesql/connectors/shard"
)

// Bounds implements shard.Log.
func (l *Log) Bounds(ref shard.Ref) (shard.Bounds, error) {
	s, _, err := l.shard(ref)
	if err != nil {
		return shard.Bounds{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return shard.Bounds{First: s.first, Next: s.next, Last: s.last, Bytes: s.bytes, Records: s.next - s.first}, nil
}

// Wait implements shard.Log.
func (l *Log) Wait(ctx context.Context, ref shard.Ref, next uint64) {
	s, info, err := l.shard(ref)
	if err != nil || !info.Open() {
		return
	}
	changed := s.watch(next)
	if changed == nil || l.isClosed(ref) {
		return
	}
	select {
	case <-changed:
	case <-ctx.Done():
	case <-l.committed: // closed
	}
}

// isClosed looks again at a shard that is being watched now: a reshard before that wakes nobody.
func (l *Log) isClosed(ref shard.Ref) bool {
	_, info, err := l.shard(ref)
	return err != nil || !info.Open()
}

// watch returns what is closed when a record with a counter can be read or the
// shard ends; nil: it can be read, or the shard is gone.
func (s *shardState) watch(counter uint64) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next > counter || s.gone {
		return nil
	}
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// Seek implements shard.Log.
func (l *Log) Seek(ref shard.Ref, arrival int64) (uint64, error) {
	for tries := 0; ; tries++ {
		s, _, err := l.shard(ref)
		if err != nil {
			return 0, err
		}
		counter, p := s.seek(arrival)
		if p == nil {
			return counter, nil
		}
		counter, err = l.seekPart(ref, p, arrival)
		if errors.Is(err, errDropped) && tries < maxTries {
			continue
		}
		return max(counter, s.horizon()), err
	}
}

func (s *shardState) horizon() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.first
}

// seek finds the first record that arrived at a time or later, or the part to look for it.
func (s *shardState) seek(arrival int64) (uint64, *part) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	live := s.tail[s.tailAt:]
	if len(live) > 0 && live[0].arrival < arrival {
		i := sort.Search(len(live), func(i int) bool { return live[i].arrival >= arrival })
		if i == len(live) {
			return s.next, nil
		}
		return live[i].first, nil
	}
	i := sort.Search(len(s.parts), func(i int) bool { return s.parts[i].last >= arrival })
	switch {
	case i == len(s.parts):
		return s.next, nil
	case s.parts[i].arrival >= arrival:
		return max(s.first, s.parts[i].first), nil
	}
	p := s.parts[i]
	if p.spans != nil {
		spans := slices.Clone(*p.spans)
		p.spans = &spans
	}
	return 0, &p
}

// seekPart looks in a part that has records from before a time and later ones.
func (l *Log) seekPart(ref shard.Ref, p *part, arrival int64) (uint64, error) {
	spans, err := l.entries(ref, p)
	if err != nil {
		return 0, err
	}
	i := sort.Search(len(spans), func(i int) bool { return spans[i].arrival >= arrival })
	if i == 0 {
		return p.first, nil
	}
	if sp := &spans[i-1]; sp.length > 0 {
		b, err := l.readSpan(p.seg, sp)
		if err != nil {
			return 0, err
		}
		if counter, ok := seekFrames(b, p.seg, sp, ref, arrival); ok {
			return counter, nil
		}
	}
	if i == len(spans) {
		return p.next, nil
	}
	return spans[i].first, nil
}

// seekFrames looks in the frames of a span. Headers are enough for that. Where they are damaged the search
// ends: reading from there tells of it.
func seekFrames(b []byte, seg *segment, sp *span, ref shard.Ref, arrival int64) (uint64, bool) {
	counter := sp.first
	for at := 0; at+headerBytes <= len(b); {
		h, ok := parseHeader(b[at:], seg.salt, int64(sp.offset)+int64(at))
		if !ok || h.ref == ref && h.arrival >= arrival {
			return counter, true
		}
		if h.ref == ref {
			counter = h.next()
		}
		at += int(h.length())
	}
	return 0, false
}
