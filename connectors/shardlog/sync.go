package shardlog

import (
	"fmt"
	"sync/atomic"
	"time"

	"kinesql/connectors/shard"
)

// fail ends the log's writing for good: after a write or a sync that failed nobody
// knows what the disk holds, and trying again proves nothing.
func (l *Log) fail(err error) error {
	err = fmt.Errorf("%w: %w; restart kinesql on a sound disk", shard.ErrLogFailed, err)
	if l.failed.CompareAndSwap(nil, &err) {
		l.opts.Logger.Error("the shard log takes no more records", "dir", l.dir, "err", err)
	}
	return *l.failed.Load()
}

// broken returns why the log takes no more records, or nil.
func (l *Log) broken() error {
	if err := l.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// sync makes a segment durable, and with it all rounds up to one.
func (l *Log) sync(seg *segment, round uint64) error {
	if err := seg.sync(); err != nil {
		return l.fail(err)
	}
	l.stats.syncs.Add(1)
	raise(&l.synced, round)
	return nil
}

func (s *segment) sync() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.file == nil {
		return nil // closed, so it was synced long ago
	}
	return s.file.Sync()
}

// raise sets a number that others raise too.
func raise(a *atomic.Uint64, to uint64) {
	for {
		now := a.Load()
		if now >= to || a.CompareAndSwap(now, to) {
			return
		}
	}
}

// syncRest makes durable what Interval has left. None leaves all to the
// operating system.
func (l *Log) syncRest(seg *segment) error {
	if written := l.written.Load(); l.opts.Durability == Interval && l.synced.Load() < written {
		return l.sync(seg, written)
	}
	return nil
}

// syncEvery is durability Interval.
func (l *Log) syncEvery(interval time.Duration) {
	defer l.background.Done()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-l.committed:
			return
		case <-tick.C:
		}
		// The number first: those rounds are in this segment or were synced when it began.
		written := l.written.Load()
		seg := l.activeSegment()
		if seg == nil || l.synced.Load() >= written || l.broken() != nil {
			continue
		}
		if err := l.sync(seg, written); err != nil {
			return
		}
	}
}

// Err returns why the log takes no more records until it is opened anew, or nil.
func (l *Log) Err() error {
	if err := l.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Stats counts what a log has done since it was opened.
type Stats struct {
	Rounds, Syncs, Records, Bytes uint64
}

type stats struct{ rounds, syncs, records, bytes atomic.Uint64 }

func (s *stats) add(r *round) {
	var records uint64
	for i := range r.frames {
		records += uint64(r.frames[i].count)
	}
	s.rounds.Add(1)
	s.records.Add(records)
	s.bytes.Add(uint64(r.bytes))
}

// Stats tells what the log has written.
func (l *Log) Stats() Stats {
	return Stats{l.stats.rounds.Load(), l.stats.syncs.Load(), l.stats.records.Load(), l.stats.bytes.Load()}
}
