package shardlog

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"kinesql/connectors/shard"
)

// streamState is a stream that exists.
type streamState struct {
	id   shard.StreamID
	view atomic.Pointer[view]
	gone atomic.Bool
}

// view is a stream as it is now: a snapshot that is replaced, never changed.
type view struct {
	*shard.Stream
	states    []*shardState // of Shards, place by place
	nextShard uint32        // the index of the next shard to be made
}

// state returns what changes of a shard, and its description; nil: there is none.
func (v *view) state(index uint32) (*shardState, *shard.Shard) {
	// Until shards expire, their index is their place.
	if i := int(index); i < len(v.states) && v.Shards[i].Index == index {
		return v.states[i], &v.Shards[i]
	}
	sh := v.Shard(index)
	if sh == nil {
		return nil, nil
	}
	i, _ := slices.BinarySearchFunc(v.Shards, index, func(s shard.Shard, i uint32) int { return cmp.Compare(s.Index, i) })
	return v.states[i], sh
}

type streamName struct {
	scope shard.Scope
	name  string
}

func (l *Log) streamFile(id shard.StreamID) string {
	return filepath.Join(l.dir, streamsDir, fmt.Sprintf("%010d.json", id))
}

// usable says why the log takes no changes, if it does not.
func (l *Log) usable() error {
	if err := l.failed.Load(); err != nil {
		return *err
	}
	if l.queue.isClosed() {
		return shard.ErrLogClosed
	}
	return nil
}

// Create implements shard.Log.
func (l *Log) Create(s shard.Stream) (*shard.Stream, error) {
	if len(s.Shards) == 0 {
		return nil, fmt.Errorf("stream %s: want at least one shard", s.Name)
	}
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.usable(); err != nil {
		return nil, err
	}
	if _, err := l.Lookup(s.Scope, s.Name); err == nil {
		return nil, fmt.Errorf("%s: %w", s.Name, shard.ErrExists)
	}
	v := l.newView(s)
	if err := l.keep(v); err != nil {
		return nil, err
	}
	l.nextID = v.ID + 1
	st := &streamState{id: v.ID}
	for _, sh := range v.states {
		sh.stream = st
	}
	l.publish(st, v)
	return v.Stream, nil
}

// newView is a stream with the identity, the time and the shards of a new one.
func (l *Log) newView(s shard.Stream) *view {
	v := &view{Stream: s.Clone()}
	v.ID, v.Created = l.nextID, l.opts.Now().UTC().Truncate(time.Millisecond)
	ranges := make([]shard.HashRange, len(s.Shards))
	for i := range ranges {
		ranges[i] = s.Shards[i].Range
	}
	v.Shards = nil
	v.open(ranges, v.Created.Add(-headStart).Truncate(time.Second), nil, nil)
	return v
}

// headStart is how much older than their stream its first shards are, by their
// sequence numbers: as with Kinesis, where clients have come to rely on it.
const headStart = 2 * time.Second

// open adds new shards.
func (v *view) open(ranges []shard.HashRange, created time.Time, parents []uint32, st *streamState) {
	for _, r := range ranges {
		v.Shards = append(v.Shards, shard.Shard{Index: v.nextShard, Range: r, Created: created, Parents: slices.Clone(parents)})
		v.states = append(v.states, &shardState{ref: shard.Ref{Stream: v.ID, Shard: v.nextShard}, stream: st})
		v.nextShard++
	}
}

// keep writes a stream's file.
func (l *Log) keep(v *view) error {
	b, err := encodeStream(v)
	if err != nil {
		return err
	}
	name := l.streamFile(v.ID)
	if err = writeKept(l.fs, name, b); err == nil {
		return nil
	}
	if now, unread := readKept(l.fs, name); unread == nil && bytes.Equal(now, b) {
		// The name has the new file, but perhaps not for long. The log
		// can go on neither with the stream as it was nor as it should be.
		return l.fail(err)
	}
	return err
}

// publish makes a new stream known.
func (l *Log) publish(st *streamState, v *view) {
	st.view.Store(v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.byID[v.ID] = st
	l.mu.byName[streamName{v.Scope, v.Name}] = st
}

// Lookup implements shard.Log.
func (l *Log) Lookup(scope shard.Scope, name string) (*shard.Stream, error) {
	l.mu.RLock()
	st := l.mu.byName[streamName{scope, name}]
	l.mu.RUnlock()
	if st == nil {
		return nil, fmt.Errorf("%s: %w", name, shard.ErrNoStream)
	}
	return st.view.Load().Stream, nil
}

// Stream implements shard.Log.
func (l *Log) Stream(id shard.StreamID) (*shard.Stream, error) {
	st, err := l.stream(id)
	if err != nil {
		return nil, err
	}
	return st.view.Load().Stream, nil
}

func (l *Log) stream(id shard.StreamID) (*streamState, error) {
	l.mu.RLock()
	st := l.mu.byID[id]
	l.mu.RUnlock()
	if st == nil {
		return nil, shard.ErrNoStream
	}
	return st, nil
}

// shard finds what is known of a shard.
func (l *Log) shard(ref shard.Ref) (*shardState, *shard.Shard, error) {
	st, err := l.stream(ref.Stream)
	if err != nil {
		return nil, nil, err
	}
	state, info := st.view.Load().state(ref.Shard)
	if state == nil {
		return nil, nil, shard.ErrNoShard
	}
	return state, info, nil
}

// views returns the streams as they are now, in no order.
func (l *Log) views() []*view {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]*view, 0, len(l.mu.byID))
	for _, st := range l.mu.byID {
		out = append(out, st.view.Load())
	}
	return out
}

// Streams implements shard.Log.
func (l *Log) Streams(scope shard.Scope) []*shard.Stream {
	var out []*shard.Stream
	for _, v := range l.views() {
		if scope == (shard.Scope{}) || v.Scope == scope {
			out = append(out, v.Stream)
		}
	}
	slices.SortFunc(out, func(a, b *shard.Stream) int {
		return cmp.Or(cmp.Compare(a.Scope.Account, b.Scope.Account), cmp.Compare(a.Scope.Region, b.Scope.Region), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// Update implements shard.Log.
func (l *Log) Update(id shard.StreamID, change func(*shard.Stream) error) (*shard.Stream, error) {
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.usable(); err != nil {
		return nil, err
	}
	st, err := l.stream(id)
	if err != nil {
		return nil, err
	}
	now := st.view.Load()
	wish := now.Clone()
	if err := change(wish); err != nil {
		return nil, err
	}
	next := &view{Stream: now.Clone(), states: now.states, nextShard: now.nextShard}
	next.Status, next.Retention, next.KeyID, next.Document = wish.Status, wish.Retention, wish.KeyID, wish.Document
	if err := l.keep(next); err != nil {
		return nil, err
	}
	st.view.Store(next)
	return next.Stream, nil
}

// Delete implements shard.Log.
func (l *Log) Delete(id shard.StreamID) error {
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.usable(); err != nil {
		return err
	}
	st, err := l.stream(id)
	if err != nil {
		return err
	}
	if err := l.removeStream(id); err != nil {
		return err
	}
	v := st.view.Load()
	l.mu.Lock()
	delete(l.mu.byID, id)
	delete(l.mu.byName, streamName{v.Scope, v.Name})
	l.mu.Unlock()
	st.gone.Store(true)
	for _, s := range v.states {
		s.forget()
	}
	return nil
}

// removeStream removes a stream's file. The identity of the last one made is
// noted first, so that no later stream gets it.
func (l *Log) removeStream(id shard.StreamID) error {
	if id+1 == l.nextID {
		identity := fmt.Appendf(nil, `{"version":1,"next_stream":%d}`, l.nextID)
		if err := l.frugal(func() error { return writeKept(l.fs, l.identityFile(), identity) }); err != nil {
			return err
		}
	}
	if err := l.fs.Remove(l.streamFile(id)); err != nil {
		return err
	}
	if err := l.fs.SyncDir(filepath.Join(l.dir, streamsDir)); err != nil {
		return l.fail(err) // nobody knows whether the stream is there
	}
	return nil
}

func (l *Log) identityFile() string { return filepath.Join(l.dir, "identity.json") }

// forget frees what is kept of a shard of a deleted stream.
func (s *shardState) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	s.parts, s.tail, s.tailAt, s.bytes = nil, nil, 0, 0
	s.wake()
}

// Document implements shard.Log.
func (l *Log) Document(key string) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.mu.documents[key]), nil
}

const maxDocumentKey = 100

// PutDocument implements shard.Log.
func (l *Log) PutDocument(key string, document []byte) error {
	if key == "" || len(key) > maxDocumentKey {
		return fmt.Errorf("document key %.20q...: want 1 to %d bytes, got %d", key, maxDocumentKey, len(key))
	}
	l.control.Lock()
	defer l.control.Unlock()
	if err := l.usable(); err != nil {
		return err
	}
	name := filepath.Join(l.dir, documentsDir, hex.EncodeToString([]byte(key))+".json")
	if err := writeKept(l.fs, name, document); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.documents[key] = slices.Clone(document)
	return nil
}
