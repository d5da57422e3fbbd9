package shardlog

import (
	"cmp"
	"errors"
	"os"
	"slices"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// seal writes the index of a segment that takes no more frames, and gives back
// what the segment does not need of the disk. Should that fail, the entries stay in
// memory, and the next start makes the index from the frames.
func (l *Log) seal(seg *segment) {
	defer l.retired(seg)
	if err := l.writeIndex(seg); err != nil {
		l.opts.Logger.Warn("the index of a segment was not written; it stays in memory", "file", seg.indexPath(), "err", err)
		return
	}
	l.trimFile(seg)
}

// writeIndex writes the index of a segment from what is in memory, which can go then.
func (l *Log) writeIndex(seg *segment) error {
	slices.SortFunc(seg.touched, func(a, b *shardState) int {
		return cmp.Or(cmp.Compare(a.ref.Stream, b.ref.Stream), cmp.Compare(a.ref.Shard, b.ref.Shard))
	})
	// One that was trimmed and written to again is there twice.
	seg.touched = slices.Compact(seg.touched)
	x := &indexFile{number: seg.number, salt: seg.salt, end: seg.end.Load(), last: seg.last, synced: seg.synced}
	var spans [][]span
	for _, s := range seg.touched {
		if sum, entries, ok := s.summarize(seg); ok {
			x.summaries, spans = append(x.summaries, sum), append(spans, entries)
		}
	}
	if err := vfs.WriteFile(l.fs, seg.indexPath(), encodeIndex(x, spans), 0o600); err != nil {
		return err
	}
	for i := range x.summaries {
		l.useIndex(seg, &x.summaries[i])
	}
	seg.touched = nil
	return nil
}

// summarize returns what the index of a segment is to say about the shard.
func (s *shardState) summarize(seg *segment) (summary, []span, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range s.parts {
		if p := &s.parts[i]; p.seg == seg {
			return summary{s.ref, *p}, slices.Clone(*p.spans), true
		}
	}
	if s.gone || len(s.parts) > 0 {
		return summary{}, nil, false
	}
	// All its records are trimmed: what is left to tell is how far it had come.
	return summary{s.ref, part{seg: seg, first: s.next, next: s.next, arrival: s.last, last: s.last}}, nil, true
}

// useIndex lets go of entries that are in the index file now.
func (l *Log) useIndex(seg *segment, sum *summary) {
	s, _, err := l.shard(sum.ref)
	if err != nil {
		return // deleted meanwhile
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.parts {
		if p := &s.parts[i]; p.seg == seg {
			l.spans.put(spanKey{seg, sum.ref}, *p.spans)
			p.index, p.spans = sum.part.index, nil
		}
	}
}

// trimFile cuts what was set aside for frames that never came.
func (l *Log) trimFile(seg *segment) {
	f, err := l.fs.OpenFile(seg.path, os.O_RDWR, 0)
	if err == nil {
		err = errors.Join(f.Truncate(seg.end.Load()), f.Close())
	}
	if err != nil {
		l.opts.Logger.Warn("a segment keeps more of the disk than it needs", "file", seg.path, "err", err)
	}
}

// retired leaves a segment to those that read and to retention.
func (l *Log) retired(seg *segment) {
	seg.sealed.Store(true)
	l.pokeRetention()
	seg.mu.RLock()
	open := seg.file != nil
	seg.mu.RUnlock()
	if !open {
		return
	}
	if err := l.files.note(seg); err != nil {
		l.opts.Logger.Warn("a segment was not closed well", "file", seg.path, "err", err)
	}
}

// spansOf returns the index entries of a part; the caller does not hold the shard's lock.
func (l *Log) spansOf(ref shard.Ref, p *part) ([]span, error) {
	key := spanKey{p.seg, ref}
	if spans, ok := l.spans.get(key); ok {
		return spans, nil
	}
	spans, err := readSpans(l.fs, p.seg, p.index)
	if err != nil && p.seg.isDropped() {
		return nil, errDropped
	}
	if err != nil {
		indexErr := err
		if spans, err = l.rescan(p.seg, ref); err != nil {
			return nil, err // errDropped: another index belongs to another segment now
		}
		l.opts.Logger.Warn("an index is read anew from its segment; kinesql shards repair writes it again", "file", p.seg.indexPath(), "err", indexErr)
	}
	l.spans.put(key, spans)
	return spans, nil
}
