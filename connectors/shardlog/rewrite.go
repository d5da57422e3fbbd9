package shardlog

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

const (
	// A segment is written anew when less than one part in sparse of it is live: so a
	// frame that is kept for ever is written twice at most for each four times the log shrinks around it.
	sparse = 4
	// maxRewrites bounds the disk's work in one pass.
	maxRewrites = 8
)

// errDamaged says that a segment is left as it is for verify and repair to see.
var errDamaged = errors.New("the segment is damaged")

// rewriteSparse writes segments anew of which little is live.
func (l *Log) rewriteSparse(out *Retained) error {
	segs := l.finished()
	live := l.live()
	for _, seg := range segs {
		if out.Rewritten == maxRewrites {
			break
		}
		if live[seg]*sparse >= seg.payload || seg.damaged {
			continue
		}
		freed, err := l.rewrite(seg)
		if errors.Is(err, errDamaged) {
			seg.damaged = true
			l.opts.Logger.Error("a segment is damaged; run kinesql shards verify", "file", seg.path)
			continue
		}
		if err != nil {
			return fmt.Errorf("rewrite segment %s: %w", seg.path, err)
		}
		out.Rewritten++
		out.Bytes += freed
	}
	return nil
}

// rewriting is a segment that takes the place of another, with its live frames only.
//
// The steps are such that a crash between any two leaves all live frames: the new file is
// whole and durable under another name before it takes the name of the old one,
// and the index of the old one is durably gone before that. Without an index the segment is scanned.
type rewriting struct {
	log      *Log
	old, new *segment
	file     vfs.File
	buf      []byte // frames not yet written
	written  int64  // where in the file buf belongs
	parts    map[shard.Ref]*part
}

func (l *Log) rewrite(seg *segment) (freed int64, err error) {
	w := &rewriting{log: l, old: seg, new: newSegment(l.segmentDir(), seg.number), written: framesAt, parts: map[shard.Ref]*part{}}
	w.new.salt, w.new.last, w.new.synced = rand.Uint64(), seg.last, seg.synced
	tmp := seg.path + ".tmp"
	if err := w.checkHoles(); err != nil {
		return 0, err
	}
	if err := w.copy(tmp); err != nil {
		return 0, errors.Join(err, l.fs.Remove(tmp))
	}
	if err := w.replace(tmp); err != nil {
		return 0, err // should the new file be left under its other name, it is made anew next time
	}
	l.seal(w.new)
	return seg.end.Load() - w.new.end.Load(), nil
}

// checkHoles reports errDamaged if the index of the segment has entries for lost records:
// they are nowhere else, and only come from damage.
func (w *rewriting) checkHoles() error {
	for _, v := range w.log.views() {
		for _, s := range v.states {
			p, ok := s.partIn(w.old)
			if !ok {
				continue
			}
			spans, err := w.log.entries(s.ref, &p)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(spans, func(sp span) bool { return sp.length == 0 }) {
				return errDamaged
			}
		}
	}
	return nil
}

// copy writes the live frames to a file, durably.
func (w *rewriting) copy(tmp string) error {
	f, err := vfs.Create(w.log.fs, tmp, 0o600)
	if err != nil {
		return err
	}
	w.file = f
	_, err = f.WriteAt(w.new.head(shard.Millis(w.log.opts.Now())), 0)
	if err == nil {
		err = w.copyFrames()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (w *rewriting) copyFrames() error {
	f, err := vfs.Open(w.log.fs, w.old.path)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := scanSegment(w.old, f)
	if err != nil {
		return err
	}
	for {
		fr, ok, err := s.next()
		if err != nil {
			return err
		}
		if !ok || fr.offset >= w.old.end.Load() {
			break
		}
		if fr.bad != "" {
			return errDamaged
		}
		if err := w.keep(&fr); err != nil {
			return err
		}
	}
	w.new.end.Store(w.written + int64(len(w.buf)))
	return w.flush()
}

// keep copies a frame if it is live.
func (w *rewriting) keep(fr *found) error {
	s, _, err := w.log.shard(fr.ref)
	if err != nil || !s.holds(w.old, &fr.header) {
		return nil // of a stream or shard that is gone, or trimmed
	}
	p := w.parts[fr.ref]
	if p == nil {
		p = &part{seg: w.new, first: fr.first, arrival: fr.arrival, spans: new([]span)}
		w.parts[fr.ref] = p
		w.new.touched = append(w.new.touched, s)
	}
	offset := w.written + int64(len(w.buf))
	*p.spans = extend(*p.spans, &fr.header, offset)
	p.next, p.last = fr.next(), fr.arrival
	p.bytes += int64(fr.size)
	w.new.payload += int64(fr.size)
	w.buf = appendFrame(w.buf, &fr.header, fr.payload, w.new.salt, offset)
	if len(w.buf) < windowBytes {
		return nil
	}
	return w.flush()
}

// appendFrame appends a frame as it is to lie at an offset of a segment.
func appendFrame(dst []byte, h *header, payload []byte, salt uint64, offset int64) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, headerBytes)...)
	h.put(dst[at:])
	sealHeader(dst[at:], salt, offset)
	dst = append(dst, payload...)
	return append(dst, make([]byte, int(h.length())-headerBytes-len(payload))...)
}

func (w *rewriting) flush() error {
	_, err := w.file.WriteAt(w.buf, w.written)
	w.written += int64(len(w.buf))
	w.buf = w.buf[:0]
	return err
}

// holds reports whether records of a frame in a segment can be read.
func (s *shardState) holds(seg *segment, h *header) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if h.next() <= s.first {
		return false
	}
	for i := range s.parts {
		if p := &s.parts[i]; p.seg == seg {
			return p.first <= h.first && h.next() <= p.next
		}
	}
	return false
}

// replace puts the new file in the place of the old one, on the disk and in memory.
// Readers that come meanwhile wait, and find the new one.
func (w *rewriting) replace(tmp string) error {
	l := w.log
	l.removed = max(l.removed, w.old.last)
	if err := l.keepTips(); err != nil { // what only the old one's index told
		return err
	}
	// Without an index the old one is scanned, should it stay.
	if err := l.fs.Remove(w.old.indexPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	w.old.mu.Lock()
	defer w.old.mu.Unlock()
	err := l.fs.SyncDir(l.segmentDir())
	if err == nil && w.old.file != nil {
		err = w.old.file.Close()
		w.old.file = nil
	}
	if err == nil {
		err = l.fs.Rename(tmp, w.old.path)
	}
	if err != nil {
		return err
	}
	for _, s := range w.new.touched {
		s.movePart(w.old, w.parts[s.ref])
	}
	l.replaceInList(w.old, w.new)
	w.old.dropped = true
	l.spans.forget(w.old)
	return l.fs.SyncDir(l.segmentDir())
}

// movePart puts a part in the place of the one that the shard has in an old segment, unless that was trimmed meanwhile.
func (s *shardState) movePart(old *segment, to *part) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.parts {
		if s.parts[i].seg == old {
			s.bytes += to.bytes - s.parts[i].bytes
			s.parts[i] = *to
			return
		}
	}
}

func (l *Log) replaceInList(old, new *segment) {
	l.segs.Lock()
	defer l.segs.Unlock()
	for i, s := range l.segs.list {
		if s == old {
			l.segs.list[i] = new
		}
	}
}
