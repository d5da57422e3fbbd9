package shardlog

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// recover reads what the directory holds and returns the committer that goes on
// from there. Segments are never written on: the next append begins a new one.
func (l *Log) recover() (*committer, error) {
	if err := l.loadStreams(); err != nil {
		return nil, err
	}
	if err := l.loadDocuments(); err != nil {
		return nil, err
	}
	if err := l.loadTips(); err != nil {
		return nil, err
	}
	numbers, err := l.listSegments()
	if err != nil {
		return nil, err
	}
	c := &committer{log: l, ring: ring{limit: l.opts.TailBytes}}
	if err := l.loadSegments(c, numbers); err != nil {
		return nil, err
	}
	l.settle()
	if err := l.syncFound(); err != nil {
		return nil, err
	}
	for _, seg := range l.unsealed {
		l.seal(seg)
	}
	l.unsealed = nil
	l.trimFiles()
	l.written.Store(c.rounds)
	l.synced.Store(c.rounds)
	return c, nil
}

// names returns the files of a directory with a suffix, without what a crash has left half written.
func (l *Log) names(dir, suffix string) ([]string, error) {
	entries, err := l.fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, ".tmp") {
			if err := l.fs.Remove(filepath.Join(dir, name)); err != nil {
				l.opts.Logger.Warn("a half-written file stays", "file", name, "err", err)
			}
		} else if strings.HasSuffix(name, suffix) {
			out = append(out, name)
		}
	}
	return out, nil
}

func (l *Log) loadStreams() error {
	dir := filepath.Join(l.dir, streamsDir)
	names, err := l.names(dir, ".json")
	if err != nil {
		return err
	}
	if err := l.loadIdentity(); err != nil {
		return err
	}
	for _, name := range names {
		b, err := readKept(l.fs, filepath.Join(dir, name))
		if err != nil {
			return err
		}
		s, nextShard, err := decodeStream(b)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
		}
		l.addStream(s, nextShard)
	}
	return nil
}

// loadIdentity reads the identity that the next stream gets, where the streams do not tell.
func (l *Log) loadIdentity() error {
	l.nextID = 1
	b, err := readKept(l.fs, l.identityFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept struct {
		Next shard.StreamID `json:"next_stream"`
	}
	if err := json.Unmarshal(b, &kept); err != nil {
		return fmt.Errorf("%s: %w", l.identityFile(), err)
	}
	l.nextID = max(l.nextID, kept.Next)
	return nil
}

// addStream makes a stream that has been read known.
func (l *Log) addStream(s *shard.Stream, nextShard uint32) {
	st := &streamState{id: s.ID}
	v := &view{Stream: s, nextShard: nextShard, states: make([]*shardState, len(s.Shards))}
	for i := range s.Shards {
		v.states[i] = &shardState{ref: shard.Ref{Stream: s.ID, Shard: s.Shards[i].Index}, stream: st, closed: !s.Shards[i].Open()}
	}
	l.nextID = max(l.nextID, s.ID+1)
	l.publish(st, v)
}

func (l *Log) loadDocuments() error {
	dir := filepath.Join(l.dir, documentsDir)
	names, err := l.names(dir, ".json")
	if err != nil {
		return err
	}
	for _, name := range names {
		key, err := hex.DecodeString(strings.TrimSuffix(name, ".json"))
		if err != nil {
			return fmt.Errorf("%s is no document of the log: move it away", filepath.Join(dir, name))
		}
		if l.mu.documents[string(key)], err = readKept(l.fs, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) listSegments() ([]uint64, error) {
	names, err := l.names(l.segmentDir(), segmentSuffix)
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, name := range names {
		if number, ok := parseSegmentName(name); ok {
			out = append(out, number)
		}
	}
	return out, nil
}

// loadSegments takes sealed segments by their indexes and scans the others.
func (l *Log) loadSegments(c *committer, numbers []uint64) error {
	var scans []*scanned
	for _, number := range numbers {
		seg := newSegment(l.segmentDir(), number)
		c.number = number
		x, err := readIndex(l.fs, seg)
		switch {
		case err == nil:
			l.flushScans(scans, x.synced)
			scans = scans[:0]
			l.useSealed(seg, x)
			c.rounds = max(c.rounds, x.last)
			continue
		case errors.Is(err, errVersion):
			return fmt.Errorf("%s: %w", seg.indexPath(), err)
		case !errors.Is(err, fs.ErrNotExist):
			l.opts.Logger.Warn("the index of a segment is made anew from its frames", "file", seg.indexPath(), "err", err)
		}
		sc, err := l.scan(seg)
		if err != nil {
			return err
		}
		if sc != nil {
			scans = append(scans, sc)
			c.rounds = max(c.rounds, sc.last)
		}
	}
	l.flushScans(scans, 0)
	return nil
}

// useSealed takes over what the index of a segment says.
func (l *Log) useSealed(seg *segment, x *indexFile) {
	seg.salt, seg.last, seg.synced = x.salt, x.last, x.synced
	seg.end.Store(x.end)
	for i := range x.summaries {
		seg.payload += x.summaries[i].part.bytes
		if s, _, err := l.shard(x.summaries[i].ref); err == nil && !s.trimmed(x.summaries[i].part.next) {
			s.addPart(x.summaries[i].part)
		}
	}
	seg.sealed.Store(true)
	l.addSegment(seg)
}

// trimFiles cuts the latest segments, should the process have ended between the
// index and the cut.
func (l *Log) trimFiles() {
	segs := l.segments()
	for _, seg := range segs[max(0, len(segs)-2):] {
		if info, err := l.fs.Stat(seg.path); err == nil && info.Size() > seg.end.Load() {
			l.trimFile(seg)
		}
	}
}

// syncFound makes durable what was found. If only the process has ended and not the machine, it may
// be in the memory of the system so far; what is built on it now must not outlive it.
func (l *Log) syncFound() error {
	for _, seg := range l.unsealed {
		f, err := l.fs.OpenFile(seg.path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	for _, dir := range []string{".", segmentsDir, streamsDir, documentsDir} {
		if err := l.fs.SyncDir(filepath.Join(l.dir, dir)); err != nil {
			return err
		}
	}
	return nil
}

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
	cut := findCut(scans, synced)
	for i, sc := range scans {
		keep := len(sc.frames)
		if cut.at(i) {
			keep = cut.frame
		} else if cut.before(i) {
			keep = 0
		}
		l.useScanned(sc, keep)
	}
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
// A bad frame that a later one knows to be durable is damage.
func findCut(scans []*scanned, synced uint64) cut {
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
	return out
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
	if !s.trimmed(f.next()) {
		s.addFrame(seg, &f.header, f.offset)
	}
}

// trimmed reports whether all records before a counter had been trimmed.
func (s *shardState) trimmed(next uint64) bool { return next <= s.first && s.first > 0 }

// doubt is damage that does not tell whose records are lost.
type doubt struct {
	seg  *segment
	lost uint64 // at most so many records
	at   map[*shardState]uint64
}

// suspect notes such damage, and how far the shards had come before it.
func (l *Log) suspect(seg *segment, bytes int64) {
	d := doubt{seg: seg, lost: uint64(bytes), at: map[*shardState]uint64{}}
	if n := len(l.doubts); n > 0 {
		d.lost += l.doubts[n-1].lost
	}
	for _, v := range l.views() {
		for _, s := range v.states {
			d.at[s] = s.next
		}
	}
	l.doubts = append(l.doubts, d)
}

// settle makes what was read consistent, and ready for the committer.
func (l *Log) settle() {
	for _, d := range slices.Backward(l.doubts) { // the last one counts for all before it
		d.skip()
	}
	l.doubts = nil
	for _, v := range l.views() {
		for i, s := range v.states {
			if sh := &v.Shards[i]; !sh.Open() && s.next < sh.ClosedAt {
				l.settleClosed(s, sh)
			}
			s.assigned, s.arrival = s.next, s.last
		}
	}
}

// skip has shards without a record after the damage go on with counters that no
// lost record can have had: what was acknowledged under a number never
// comes to mean another record. Where later records are, their counters show what is lost.
func (d *doubt) skip() {
	for s, next := range d.at {
		if s.closed || s.next != next {
			continue
		}
		s.giveUp(d.seg, next+d.lost)
	}
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
