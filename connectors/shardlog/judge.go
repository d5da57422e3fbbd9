package shardlog

import (
	"errors"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// scanned is what the scan of a segment without an index found.
type scanned struct {
	seg    *segment
	frames []found // without payloads
	last   uint64  // the greatest round
	size   int64
}

// scan reads a segment that has no index. One that was never used is removed: nil.
func (l *Log) scan(seg *segment) (*scanned, error) {
	f, err := vfs.Open(l.fs, seg.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err = seg.readHead(f); err == nil {
		var sc *scanned
		if sc, err = scanFrames(seg, f); err != nil || len(sc.frames) > 0 {
			return sc, err
		}
	} else if !errors.Is(err, errBlank) {
		return nil, err
	}
	if err := l.fs.Remove(seg.path); err != nil {
		l.opts.Logger.Warn("an unused segment stays on the disk", "file", seg.path, "err", err)
	}
	return nil, nil
}

func scanFrames(seg *segment, f vfs.File) (*scanned, error) {
	s, err := scanSegment(seg, f)
	if err != nil {
		return nil, err
	}
	sc := &scanned{seg: seg, size: s.window.size}
	for {
		fr, ok, err := s.next()
		if err != nil || !ok {
			return sc, err
		}
		fr.payload = nil
		sc.frames = append(sc.frames, fr)
		if fr.bad == "" {
			sc.last = max(sc.last, fr.round)
		}
	}
}

// flushScans judges what was found in segments that follow each other, given
// what was known to be synced when the next one was written, and takes it over.
func (l *Log) flushScans(scans []*scanned, synced uint64) {
	cut, synced := findCut(scans, synced)
	for i, sc := range scans {
		keep := len(sc.frames)
		if cut.at(i) {
			keep = cut.frame
		} else if cut.before(i) {
			keep = 0
		}
		l.useScanned(sc, keep)
		sc.seg.unsure = sc.after(synced)
	}
}

// after returns where the frames of rounds after one begin.
func (sc *scanned) after(round uint64) int64 {
	for i := range sc.frames {
		if f := &sc.frames[i]; f.bad == "" && f.round > round {
			return f.offset
		}
	}
	return sc.size
}

// cut is where the torn tail begins.
type cut struct {
	segment, frame int
	found          bool
}

func (c cut) at(segment int) bool     { return c.found && c.segment == segment }
func (c cut) before(segment int) bool { return c.found && c.segment < segment }

// findCut finds the first bad frame that no later frame knows to be durable: it was
// being written when the process or the machine stopped, and was never acknowledged.
// A bad frame that a later one knows to be durable is damage. It also returns the last round known to be durable.
func findCut(scans []*scanned, synced uint64) (cut, uint64) {
	var out cut
	for i := len(scans) - 1; i >= 0; i-- {
		frames := scans[i].frames
		for j := len(frames) - 1; j >= 0; j-- {
			f := &frames[j]
			if f.bad == "" {
				synced = max(synced, f.synced)
			} else if f.round > synced {
				out = cut{i, j, true}
			}
		}
	}
	return out, synced
}

// useScanned takes over the first frames of a segment, and seals it.
func (l *Log) useScanned(sc *scanned, keep int) {
	seg, end := sc.seg, int64(framesAt)
	if keep < len(sc.frames) {
		torn := sc.frames[keep].offset
		l.opts.Logger.Info("what was being written when the log stopped is dropped: it was not acknowledged", "file", seg.path, "from", torn)
	}
	for i := range sc.frames[:keep] {
		f := &sc.frames[i]
		end = f.end
		if f.bad != "" {
			l.opts.Logger.Error("damage in the shard log; run kinesql shards verify", "file", seg.path, "offset", f.offset, "reason", f.bad)
		}
		if f.count == 0 {
			l.suspect(seg, f.end-f.offset)
			continue
		}
		seg.last, seg.synced = max(seg.last, f.round), max(seg.synced, f.synced)
		if s, _, err := l.shard(f.ref); err == nil {
			l.useFrame(s, seg, f)
		}
	}
	if keep == 0 {
		if err := l.fs.Remove(seg.path); err != nil {
			l.opts.Logger.Warn("an unused segment stays on the disk", "file", seg.path, "err", err)
		}
		return
	}
	seg.end.Store(min(end, sc.size))
	l.addSegment(seg)
	l.unsealed = append(l.unsealed, seg)
}

// useFrame takes over a frame, unless its records are known already. One whose
// payload is damaged is taken over too: who reads it is told.
func (l *Log) useFrame(s *shardState, seg *segment, f *found) {
	if n := len(s.parts); n > 0 && f.first < s.parts[n-1].next {
		l.opts.Logger.Error("records that come twice in the shard log; the second ones are left out", "file", seg.path, "offset", f.offset)
		return
	}
	l.goesOn(s)
	if !s.trimmed(f.next()) {
		s.addFrame(seg, &f.header, f.offset)
	}
}

// trimmed reports whether all records before a counter had been trimmed.
func (s *shardState) trimmed(next uint64) bool { return next <= s.first && s.first > 0 }

// doubt is damage that does not tell whose records are lost.
type doubt struct {
	seg   *segment             // where it was met last
	lost  uint64               // at most so many records
	after map[*shardState]bool // the shards with records after it
}

// suspect notes such damage.
func (l *Log) suspect(seg *segment, bytes int64) {
	if l.doubt == nil {
		l.doubt = &doubt{after: map[*shardState]bool{}}
	}
	l.doubt.seg = seg
	l.doubt.lost += uint64(bytes)
	clear(l.doubt.after)
}

// goesOn notes that a shard has records after what is in doubt: their counters show what is lost.
func (l *Log) goesOn(s *shardState) {
	if l.doubt != nil {
		l.doubt.after[s] = true
	}
}

// settle makes what was read consistent, and ready for the committer.
func (l *Log) settle() {
	for _, v := range l.views() {
		for i, s := range v.states {
			sh := &v.Shards[i]
			switch {
			case !sh.Open() && s.next < sh.ClosedAt:
				l.settleClosed(s, sh)
			case sh.Open() && l.doubt != nil && !l.doubt.after[s]:
				// It goes on with counters that no lost record can have had: what was
				// acknowledged under a number never comes to mean another record.
				s.giveUp(l.doubt.seg, s.next+l.doubt.lost)
			}
			s.assigned, s.arrival = s.next, s.last
		}
	}
	l.doubt = nil
}

// giveUp notes that there are no records up to a counter, in the index of a segment.
func (s *shardState) giveUp(seg *segment, next uint64) {
	p := s.partOf(seg, &header{first: s.next, arrival: s.last})
	*p.spans = append(*p.spans, span{first: s.next, next: next, arrival: s.last})
	p.next, p.last, s.next = next, max(p.last, s.last), next
}

// settleClosed handles a closed shard that has fewer records than it had when it
// was closed. Unless the log leaves syncing to the operating system, they had been synced: that is damage.
func (l *Log) settleClosed(s *shardState, sh *shard.Shard) {
	if l.opts.Durability == None {
		sh.ClosedAt = s.next
		return
	}
	if s.next == 0 {
		s.first = 0
	}
	s.next = sh.ClosedAt
}
