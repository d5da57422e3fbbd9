package shardlog

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"kinesql/connectors/shard"
)

// Retained is what a pass of retention has done.
type Retained struct {
	Shards    int   // closed shards that have left their streams
	Dropped   int   // segments removed
	Rewritten int   // segments that hold only their live frames now
	Bytes     int64 // freed
}

// Retain makes a pass of retention now; the log makes them by itself as well, see Options.RetainInterval. It
//
//   - trims the records of each stream that are older than its retention,
//   - takes closed shards out of their stream that have been closed for longer than that,
//   - trims the oldest records, and the segments with them, while segments take more than DiskCap,
//   - removes segments without records that can be read, and writes those anew of which
//     little is left, because a stream that is kept for long shared them with ones that are not.
func (l *Log) Retain() (Retained, error) {
	l.retaining.Lock()
	defer l.retaining.Unlock()
	var out Retained
	if err := l.usable(); err != nil {
		return out, err
	}
	now := l.opts.Now()
	for _, v := range l.views() {
		l.planTrim(v, now)
	}
	defer l.keepReserve() // anew, if it was needed
	return out, errors.Join(l.trimPlanned(), l.expireShards(now, &out), l.capDisk(&out), l.dropDead(&out), l.rewriteSparse(&out))
}

// retainEvery makes passes until the log is closed.
func (l *Log) retainEvery(interval time.Duration) {
	defer l.background.Done()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	pass := l.Retain
	for {
		if _, err := pass(); err != nil && l.usable() == nil {
			l.opts.Logger.Warn("retention", "dir", l.dir, "err", err)
		}
		select {
		case <-l.committed:
			return
		case <-tick.C:
			pass = l.Retain
		case <-l.capSoon:
			pass = l.retainCap
		}
	}
}

// retainCap is the part of a pass that cannot wait under load: it keeps the log within DiskCap.
func (l *Log) retainCap() (Retained, error) {
	l.retaining.Lock()
	defer l.retaining.Unlock()
	var out Retained
	if err := l.usable(); err != nil {
		return out, err
	}
	defer l.keepReserve()
	return out, l.capDisk(&out)
}

// pokeRetention has the size of the log looked at soon.
func (l *Log) pokeRetention() {
	if l.opts.DiskCap == 0 {
		return
	}
	select {
	case l.capSoon <- struct{}{}:
	default:
	}
}

// planTrim finds the records of a stream that are too old.
func (l *Log) planTrim(v *view, now time.Time) {
	horizon := shard.Millis(now.Add(-v.Retention))
	for _, s := range v.states {
		if !s.olderThan(horizon) {
			continue
		}
		counter, err := l.Seek(s.ref, horizon)
		if err != nil {
			l.opts.Logger.Warn("a shard was not trimmed", "stream", v.Name, "shard", shard.Name(s.ref.Shard), "err", err)
			continue
		}
		s.planTrim(counter)
	}
}

func (s *shardState) planTrim(counter uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planned = max(s.planned, counter)
}

// trimPlanned trims what is planned, and keeps first how far.
func (l *Log) trimPlanned() error {
	var planned []*shardState
	for _, v := range l.views() {
		for _, s := range v.states {
			if s.trimPending() {
				planned = append(planned, s)
			}
		}
	}
	if len(planned) == 0 {
		return nil
	}
	if err := l.frugal(l.keepTips); err != nil {
		return fmt.Errorf("keep how far shards are trimmed: %w", err)
	}
	for _, s := range planned {
		s.trimTo(s.planned) // only this pass sets it
	}
	return nil
}

func (s *shardState) trimPending() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.planned > s.first
}

// olderThan reports whether the shard has records from before a time, without looking at them.
func (s *shardState) olderThan(arrival int64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.parts) > 0 && s.parts[0].arrival < arrival
}

// expireShards takes closed shards whose time is over out of their streams.
func (l *Log) expireShards(now time.Time, out *Retained) error {
	l.control.Lock()
	defer l.control.Unlock()
	for _, v := range l.views() {
		expired := func(i int) bool {
			sh := &v.Shards[i]
			return !sh.Open() && sh.Closed.Add(v.Retention).Before(now)
		}
		next, gone := v.without(expired)
		if len(gone) == 0 {
			continue
		}
		st, err := l.stream(v.ID)
		if err != nil {
			continue // deleted meanwhile
		}
		if err := l.frugal(func() error { return l.keep(next) }); err != nil {
			return err
		}
		st.view.Store(next)
		for _, s := range gone {
			s.forget()
		}
		out.Shards += len(gone)
	}
	return nil
}

// without returns the stream without some of its shards, and what it lost.
func (v *view) without(drop func(i int) bool) (*view, []*shardState) {
	next, gone := &view{Stream: v.Clone(), nextShard: v.nextShard}, []*shardState(nil)
	next.Shards = next.Shards[:0]
	for i := range v.Shards {
		if drop(i) {
			gone = append(gone, v.states[i])
			continue
		}
		next.Shards, next.states = append(next.Shards, v.Shards[i]), append(next.states, v.states[i])
	}
	return next, gone
}

// finished returns the segments that take no more frames and have their index, the oldest first.
func (l *Log) finished() []*segment {
	all := l.segments()
	if len(all) == 0 {
		return nil
	}
	return slices.DeleteFunc(all[:len(all)-1], func(s *segment) bool { return !s.sealed.Load() })
}

// diskBytes is what a segment takes of the disk, about.
func (s *segment) diskBytes() int64 {
	if s.sealed.Load() {
		return s.end.Load()
	}
	return max(s.size, s.end.Load())
}

// capDisk removes the oldest segments, with whatever records they hold, while all take more than allowed.
func (l *Log) capDisk(out *Retained) error {
	if l.opts.DiskCap == 0 {
		return nil
	}
	var total int64
	for _, seg := range l.segments() {
		total += seg.diskBytes()
	}
	for _, seg := range l.finished() {
		if total <= l.opts.DiskCap {
			return nil
		}
		if err := l.trimSegment(seg); err != nil {
			return err
		}
		total -= seg.diskBytes()
		l.opts.Logger.Info("records are removed before their time: the disk cap is reached", "file", seg.path, "cap", l.opts.DiskCap)
		if err := l.drop(seg, out); err != nil {
			return err
		}
	}
	return nil
}

// trimSegment trims all records of a segment.
func (l *Log) trimSegment(seg *segment) error {
	for _, v := range l.views() {
		for _, s := range v.states {
			if p, ok := s.partIn(seg); ok {
				s.planTrim(p.next)
			}
		}
	}
	return l.trimPlanned()
}

// partIn returns what the shard has in a segment that takes no more frames.
func (s *shardState) partIn(seg *segment) (part, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range s.parts {
		if s.parts[i].seg == seg {
			return s.parts[i], true
		}
	}
	return part{}, false
}

func (l *Log) drop(seg *segment, out *Retained) error {
	bytes := seg.diskBytes()
	if err := l.dropSegment(seg); err != nil {
		return fmt.Errorf("remove segment %s: %w", seg.path, err)
	}
	out.Dropped++
	out.Bytes += bytes
	return nil
}

// live returns how many bytes of records that can be read each segment has, about.
func (l *Log) live() map[*segment]int64 {
	out := map[*segment]int64{}
	for _, v := range l.views() {
		for _, s := range v.states {
			s.addLive(out)
		}
	}
	return out
}

func (s *shardState) addLive(out map[*segment]int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range s.parts {
		p := &s.parts[i]
		share := float64(p.next-max(p.first, s.first)) / float64(p.next-p.first)
		out[p.seg] += 1 + int64(float64(p.bytes)*share)
	}
}

// dropDead removes segments that hold nothing that can be read.
func (l *Log) dropDead(out *Retained) error {
	segs := l.finished()
	live := l.live() // after finished: what those hold only becomes less
	for _, seg := range segs {
		if live[seg] == 0 {
			if err := l.drop(seg, out); err != nil {
				return err
			}
		}
	}
	return nil
}
