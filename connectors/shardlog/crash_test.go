package shardlog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// A life is a log that is used, crashes, recovers and is used again. What it was
// told is durable is kept in a model, and compared after each recovery.
type life struct {
	t     *testing.T
	rng   *rand.Rand
	disk  *vfs.Mem
	clock *clock
	mode  Durability
	log   *Log
	lossy bool // what was not synced may be lost
	model map[string]*modelStream
	notes map[string]string // documents
	made  int
	// open says what the last call, which failed, may have done all the same.
	open   func()
	extras map[shard.Ref][]string // records that it may have written, in their order
}

// modelStream is a stream as it was acknowledged.
type modelStream struct {
	id        shard.StreamID
	retention time.Duration
	note      string
	shards    map[uint32]*modelShard
}

type modelShard struct {
	keys    shard.HashRange
	closed  time.Time
	records []modelRecord
	trimmed uint64 // records before it may be gone
	expired bool   // it may be gone itself
}

type modelRecord struct {
	text    string
	arrival int64
}

func newLife(t *testing.T, seed uint64, mode Durability) *life {
	lf := &life{t: t, rng: rand.New(rand.NewPCG(seed, 77)), disk: vfs.NewMem(), clock: newClock(), mode: mode,
		model: map[string]*modelStream{}, notes: map[string]string{}}
	lf.start()
	return lf
}

// start opens the log. It reports whether the machine did not stop meanwhile.
func (lf *life) start() bool {
	keys, err := OpenKeyring(lf.disk, "data/keys")
	if err == nil {
		lf.log, err = Open("data", Options{FS: lf.disk, Durability: lf.mode, SegmentBytes: minSegment, TailBytes: 8 << 10,
			Keys: keys, Now: lf.clock.Now, RetainInterval: -1, SyncInterval: time.Hour})
	}
	if err != nil && !errors.Is(err, vfs.ErrCrashed) {
		lf.t.Fatalf("open: %v", err)
	}
	if err == nil && lf.stopped() { // while it did what may fail
		lf.log.Close()
	}
	return !lf.stopped()
}

func (lf *life) stopped() bool {
	_, err := lf.disk.Stat("/")
	return errors.Is(err, vfs.ErrCrashed)
}

// use does things to the log until the machine stops, or n are done. It reports whether all were.
func (lf *life) use(n int) bool {
	for range n {
		lf.open, lf.extras = nil, map[shard.Ref][]string{}
		err := lf.act()
		if err == nil {
			continue
		}
		if !errors.Is(err, vfs.ErrCrashed) {
			lf.t.Fatalf("error %v", err)
		}
		return false
	}
	lf.open, lf.extras = nil, map[shard.Ref][]string{}
	return true
}

func (lf *life) act() error {
	lf.clock.add(time.Duration(lf.rng.IntN(60)-5) * time.Second)
	if len(lf.model) == 0 {
		return lf.create()
	}
	switch n := lf.rng.IntN(100); {
	case n < 60:
		return lf.append()
	case n < 70:
		return lf.burst()
	case n < 74:
		return lf.create()
	case n < 80:
		return lf.update()
	case n < 88:
		return lf.reshard()
	case n < 90:
		return lf.delete()
	case n < 94:
		lf.clock.add(time.Duration(lf.rng.IntN(12)) * time.Hour)
		return lf.retain()
	case n < 97:
		return lf.note()
	default:
		return lf.reopen()
	}
}

// pick returns a stream by chance, the same for the same seed.
func (lf *life) pick() (string, *modelStream) {
	names := sortedKeys(lf.model)
	name := names[lf.rng.IntN(len(names))]
	return name, lf.model[name]
}

func (lf *life) create() error {
	lf.made++
	name := fmt.Sprint("stream", lf.made)
	s := shard.Stream{Scope: scope, Name: name, Status: shard.Active, Retention: time.Duration(1+lf.rng.IntN(48)) * time.Hour, Document: []byte(`""`)}
	if lf.rng.IntN(3) == 0 {
		s.KeyID = "alias/" + name
	}
	for _, r := range shard.EvenRanges(1 + lf.rng.IntN(3)) {
		s.Shards = append(s.Shards, shard.Shard{Range: r})
	}
	lf.open = func() {
		if s, err := lf.log.Lookup(scope, name); err == nil {
			lf.model[name] = newModelStream(s)
		}
	}
	out, err := lf.log.Create(s)
	if err == nil {
		lf.model[name] = newModelStream(out)
	}
	return err
}

func newModelStream(s *shard.Stream) *modelStream {
	m := &modelStream{id: s.ID, retention: s.Retention, note: string(s.Document), shards: map[uint32]*modelShard{}}
	m.take(s)
	return m
}

// take adds the shards that are new.
func (m *modelStream) take(s *shard.Stream) {
	for i := range s.Shards {
		sh := &s.Shards[i]
		if m.shards[sh.Index] == nil {
			m.shards[sh.Index] = &modelShard{keys: sh.Range}
		}
		m.shards[sh.Index].closed = sh.Closed
	}
}

func (m *modelStream) openShards() []uint32 {
	var out []uint32
	for _, i := range sortedKeys(m.shards) {
		if m.shards[i].closed.IsZero() {
			out = append(out, i)
		}
	}
	return out
}

func (lf *life) update() error {
	name, m := lf.pick()
	retention, note := time.Duration(1+lf.rng.IntN(48))*time.Hour, fmt.Sprintf("%q", fmt.Sprint("note ", lf.rng.Uint32()))
	lf.open = func() {
		if s, err := lf.log.Lookup(scope, name); err == nil && string(s.Document) == note {
			m.retention, m.note = retention, note
		}
	}
	key := ""
	if lf.rng.IntN(2) == 0 {
		key = "alias/" + name
	}
	_, err := lf.log.Update(m.id, func(s *shard.Stream) error {
		s.Retention, s.Document, s.KeyID = retention, []byte(note), key
		return nil
	})
	if err == nil {
		m.retention, m.note = retention, note
	}
	return err
}

func (lf *life) delete() error {
	name, m := lf.pick()
	lf.open = func() {
		if _, err := lf.log.Lookup(scope, name); errors.Is(err, shard.ErrNoStream) {
			delete(lf.model, name)
		}
	}
	err := lf.log.Delete(m.id)
	if err == nil {
		delete(lf.model, name)
	}
	return err
}

// reshard splits a shard, or merges all.
func (lf *life) reshard() error {
	name, m := lf.pick()
	from := m.openShards()
	to := []shard.HashRange{{End: shard.MaxHash}}
	if len(from) < 3 || lf.rng.IntN(2) == 0 {
		i := lf.rng.IntN(len(from))
		keys := m.shards[from[i]].keys
		if from = from[i : i+1]; keys.Start == keys.End {
			return nil
		}
		to = []shard.HashRange{{Start: keys.Start, End: keys.Start}, {Start: keys.Start.Next(), End: keys.End}}
	}
	sync := func() {
		if s, err := lf.log.Lookup(scope, name); err == nil {
			m.take(s)
		}
	}
	lf.open = sync
	_, err := lf.log.Reshard(m.id, from, to)
	if err == nil {
		sync()
	}
	return err
}

// lifeAppend is an append, and what it writes.
type lifeAppend struct {
	stream *modelStream
	groups []shard.Group
	texts  [][]string
}

// prepare makes an append to some of a stream's shards.
func (lf *life) prepare(m *modelStream, shards []uint32) *lifeAppend {
	a := &lifeAppend{stream: m}
	for _, index := range shards {
		if len(a.groups) > 0 && lf.rng.IntN(2) == 0 {
			continue
		}
		var data []string
		for range 1 + lf.rng.IntN(4) {
			lf.made++
			data = append(data, fmt.Sprint(lf.made, strings.Repeat(".", lf.rng.IntN(10)*lf.rng.IntN(10)*lf.rng.IntN(20))))
		}
		a.groups, a.texts = append(a.groups, group(index, data...)), append(a.texts, data)
		lf.extras[shard.Ref{Stream: m.id, Shard: index}] = data
	}
	return a
}

// answered notes what an append was told.
func (lf *life) answered(a *lifeAppend, err error) error {
	for i, g := range a.groups {
		if err = errors.Join(err, g.Err); err != nil {
			continue
		}
		delete(lf.extras, shard.Ref{Stream: a.stream.id, Shard: g.Shard})
		lf.accept(a.stream.shards[g.Shard], g, a.texts[i])
	}
	return err
}

// append appends to some shards of a stream.
func (lf *life) append() error {
	_, m := lf.pick()
	a := lf.prepare(m, m.openShards())
	return lf.answered(a, lf.log.Append(context.Background(), m.id, a.groups))
}

// burst appends to all streams at once, to some shards alone and to others together: rounds are of many appends.
func (lf *life) burst() error {
	var appends []*lifeAppend
	for _, name := range sortedKeys(lf.model) {
		m := lf.model[name]
		open := m.openShards()
		appends = append(appends, lf.prepare(m, open[:1]))
		if len(open) > 1 {
			appends = append(appends, lf.prepare(m, open[1:]))
		}
	}
	errs := make([]error, len(appends))
	var wg sync.WaitGroup
	for i, a := range appends {
		wg.Go(func() { errs[i] = lf.log.Append(context.Background(), a.stream.id, a.groups) })
	}
	wg.Wait()
	var err error
	for i, a := range appends {
		err = errors.Join(err, lf.answered(a, errs[i]))
	}
	return err
}

// accept notes records that were acknowledged.
func (lf *life) accept(sh *modelShard, g shard.Group, texts []string) {
	if g.First != uint64(len(sh.records)) {
		lf.t.Fatalf("shard %d: counter %d for record %d", g.Shard, g.First, len(sh.records))
	}
	for _, text := range texts {
		sh.records = append(sh.records, modelRecord{text, g.Arrival})
	}
}

// retain makes a pass of retention; what is too old may go from now on.
func (lf *life) retain() error {
	now := lf.clock.Now()
	for _, m := range lf.model {
		for _, sh := range m.shards {
			n := sh.trimmed
			for n < uint64(len(sh.records)) && sh.records[n].arrival < shard.Millis(now.Add(-m.retention)) {
				n++
			}
			sh.trimmed = n
			sh.expired = sh.expired || !sh.closed.IsZero() && sh.closed.Add(m.retention).Before(now)
		}
	}
	lf.log.drain()
	_, err := lf.log.Retain()
	return err
}

func (lf *life) note() error {
	key, text := fmt.Sprint("note/", lf.rng.IntN(3)), fmt.Sprint(lf.rng.Uint64())
	lf.open = func() {
		if b, err := lf.log.Document(key); err == nil && string(b) == text {
			lf.notes[key] = text
		}
	}
	err := lf.log.PutDocument(key, []byte(text))
	if err == nil {
		lf.notes[key] = text
	}
	return err
}

// reopen closes the log well and opens it again.
func (lf *life) reopen() error {
	if err := lf.log.Close(); err != nil {
		return err
	}
	if !lf.start() {
		return vfs.ErrCrashed
	}
	return nil
}
