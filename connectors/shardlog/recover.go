package shardlog

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	c := &committer{log: l, rounds: l.removed, ring: ring{limit: l.opts.TailBytes}}
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
	// Rounds that were cut off are not used again, but nor are they durable: to say so
	// would make damage of what is lost after them.
	durable := l.removed
	for _, seg := range l.segments() {
		durable = max(durable, seg.last)
	}
	l.written.Store(durable)
	l.synced.Store(durable)
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
		seg.earliest = c.rounds + 1
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
		s, _, err := l.shard(x.summaries[i].ref)
		if err != nil {
			continue // of a stream that is gone
		}
		l.goesOn(s)
		if !s.trimmed(x.summaries[i].part.next) {
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
		// What is cut off goes for good: beside the rounds to come it would pass for damage, should the index get lost.
		if err := errors.Join(seg.rewriteTail(f), f.Truncate(seg.end.Load()), f.Sync(), f.Close()); err != nil {
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

// rewriteTail writes frames that no other one knows to be durable over themselves. Had their sync failed, the
// system may hold them for written although the disk has not got them, and
// would do nothing for another sync.
func (s *segment) rewriteTail(f vfs.File) error {
	end := s.end.Load()
	b := make([]byte, windowBytes)
	for at := s.unsure; at < end; at += int64(len(b)) {
		b = b[:min(int64(len(b)), end-at)]
		n, err := readAt(f, b, at)
		if err == nil {
			_, err = f.WriteAt(b[:n], at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
