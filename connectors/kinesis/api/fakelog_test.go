package api

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"kinesql/connectors/shard"
)

// fakeLog is a shard.Log in memory, for tests of what is above it.
type fakeLog struct {
	now func() time.Time
	// fail, if set, may fail a group instead of its being appended. It may call the log.
	fail func(g *shard.Group) error

	mu        sync.Mutex
	streams   map[shard.StreamID]*shard.Stream
	records   map[shard.Ref][]shard.Record
	trimmed   map[shard.Ref]uint64
	documents map[string][]byte
	last      shard.StreamID
	reads     int
	changed   chan struct{} // closed, and made anew, at every change
}

func newFakeLog(now func() time.Time) *fakeLog {
	return &fakeLog{
		now: now, streams: map[shard.StreamID]*shard.Stream{}, records: map[shard.Ref][]shard.Record{},
		trimmed: map[shard.Ref]uint64{}, documents: map[string][]byte{}, changed: make(chan struct{}),
	}
}

func (l *fakeLog) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *fakeLog) Create(s shard.Stream) (*shard.Stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, st := range l.streams {
		if st.Scope == s.Scope && st.Name == s.Name {
			return nil, shard.ErrExists
		}
	}
	l.last++
	st := s.Clone()
	st.ID, st.Created = l.last, l.now().UTC().Truncate(time.Millisecond)
	for i := range st.Shards {
		st.Shards[i].Index, st.Shards[i].Created = uint32(i), st.Created.Truncate(time.Second)
	}
	l.streams[st.ID] = st
	return st, nil
}

func (l *fakeLog) Lookup(scope shard.Scope, name string) (*shard.Stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, st := range l.streams {
		if st.Scope == scope && st.Name == name {
			return st, nil
		}
	}
	return nil, shard.ErrNoStream
}

func (l *fakeLog) Stream(id shard.StreamID) (*shard.Stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if st := l.streams[id]; st != nil {
		return st, nil
	}
	return nil, shard.ErrNoStream
}

func (l *fakeLog) Streams(scope shard.Scope) []*shard.Stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*shard.Stream
	for _, st := range l.streams {
		if scope == (shard.Scope{}) || scope == st.Scope {
			out = append(out, st)
		}
	}
	slices.SortFunc(out, func(a, b *shard.Stream) int {
		return strings.Compare(a.Scope.Account+a.Scope.Region+a.Name, b.Scope.Account+b.Scope.Region+b.Name)
	})
	return out
}

func (l *fakeLog) Update(id shard.StreamID, change func(*shard.Stream) error) (*shard.Stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.streams[id]
	if old == nil {
		return nil, shard.ErrNoStream
	}
	st := old.Clone()
	if err := change(st); err != nil {
		return nil, err
	}
	l.streams[id] = st
	return st, nil
}

func (l *fakeLog) Delete(id shard.StreamID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[id] == nil {
		return shard.ErrNoStream
	}
	delete(l.streams, id)
	l.wake()
	return nil
}

func (l *fakeLog) Reshard(id shard.StreamID, closing []uint32, opening []shard.HashRange) ([]shard.Shard, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[id] == nil {
		return nil, shard.ErrNoStream
	}
	st := l.streams[id].Clone()
	for _, i := range closing {
		sh := st.Shard(i)
		if sh == nil || !sh.Open() {
			return nil, shard.ErrShardClosed
		}
		sh.Closed, sh.ClosedAt = l.now(), uint64(len(l.records[shard.Ref{Stream: id, Shard: i}]))
	}
	var out []shard.Shard
	for _, r := range opening {
		sh := shard.Shard{Index: st.Shards[len(st.Shards)-1].Index + 1, Range: r, Created: l.now().Truncate(time.Second), Parents: closing}
		st.Shards = append(st.Shards, sh)
		out = append(out, sh)
	}
	l.streams[id] = st
	l.wake()
	return out, nil
}

func (l *fakeLog) Append(_ context.Context, id shard.StreamID, groups []shard.Group) error {
	for i := range groups {
		if l.fail != nil {
			if groups[i].Err = l.fail(&groups[i]); groups[i].Err != nil {
				continue
			}
		}
		if err := l.append(id, &groups[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *fakeLog) append(id shard.StreamID, g *shard.Group) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[id] == nil {
		return shard.ErrNoStream
	}
	if !l.streams[id].Shard(g.Shard).Open() {
		g.Err = shard.ErrShardClosed
		return nil
	}
	ref := shard.Ref{Stream: id, Shard: g.Shard}
	g.First, g.Arrival = uint64(len(l.records[ref])), l.now().UnixMilli()
	payload := bytes.Clone(g.Payload)
	for range g.Count {
		r := shard.Record{Counter: uint64(len(l.records[ref])), Arrival: g.Arrival}
		var err error
		if r.Key, r.Data, payload, err = shard.NextRecord(payload); err != nil {
			return err
		}
		l.records[ref] = append(l.records[ref], r)
	}
	if len(payload) != 0 {
		return shard.ErrRecord
	}
	l.wake()
	return nil
}

func (l *fakeLog) Read(ref shard.Ref, from uint64, limit, maxBytes int, dst []shard.Record) (shard.Page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	st := l.streams[ref.Stream]
	if st == nil {
		return shard.Page{}, shard.ErrNoStream
	}
	sh := st.Shard(ref.Shard)
	if sh == nil {
		return shard.Page{}, shard.ErrNoShard
	}
	all := l.records[ref]
	tip := uint64(len(all))
	next := max(from, l.trimmed[ref])
	for size := 0; next < tip && len(dst) < limit; next++ {
		if size += len(all[next].Key) + len(all[next].Data); size > maxBytes && len(dst) > 0 {
			break
		}
		dst = append(dst, all[next])
	}
	p := shard.Page{Records: dst, Next: next, Tip: tip, End: !sh.Open() && next == tip}
	if next < tip {
		p.BehindArrival = all[next].Arrival
	}
	return p, nil
}

func (l *fakeLog) Wait(ctx context.Context, ref shard.Ref, next uint64) {
	for {
		l.mu.Lock()
		st, changed := l.streams[ref.Stream], l.changed
		ready := st == nil || !st.Shard(ref.Shard).Open() || next < uint64(len(l.records[ref]))
		l.mu.Unlock()
		if ready {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func (l *fakeLog) Bounds(ref shard.Ref) (shard.Bounds, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[ref.Stream] == nil {
		return shard.Bounds{}, shard.ErrNoStream
	}
	return shard.Bounds{First: l.trimmed[ref], Next: uint64(len(l.records[ref]))}, nil
}

func (l *fakeLog) Seek(ref shard.Ref, arrival int64) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records[ref][l.trimmed[ref]:] {
		if r.Arrival >= arrival {
			return r.Counter, nil
		}
	}
	return uint64(len(l.records[ref])), nil
}

func (l *fakeLog) Document(key string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.documents[key], nil
}

func (l *fakeLog) PutDocument(key string, document []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.documents[key] = bytes.Clone(document)
	return nil
}

var _ shard.Log = (*fakeLog)(nil)
