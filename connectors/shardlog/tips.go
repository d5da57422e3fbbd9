package shardlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"kinesql/connectors/shard"
)

// tip is how far a shard is trimmed. Segments do not go in their order, so what is left of
// them does not tell it; and of a shard whose records are all trimmed nothing else tells how far its
// counters had come.
type tip struct {
	Stream shard.StreamID `json:"stream"`
	Shard  uint32         `json:"shard"`
	First  uint64         `json:"first"` // the trim horizon
	Next   uint64         `json:"next"`  // the same, if there are records
	Last   int64          `json:"last"`
}

// keptTips is tips.json. Round is the last round of all segments that were removed: those
// of the next one come after it.
type keptTips struct {
	Version int    `json:"version"`
	Round   uint64 `json:"round"`
	Tips    []tip  `json:"tips"`
}

func (l *Log) tipsFile() string { return filepath.Join(l.dir, "tips.json") }

// keepTips writes the tips of shards that were trimmed. It is called before records are
// trimmed: what is left of them in segments would tell of holes otherwise.
func (l *Log) keepTips() error {
	tips := keptTips{Version: 1, Round: l.removed}
	for _, st := range l.Streams(shard.Scope{}) {
		for i := range st.Shards {
			s, _, err := l.shard(shard.Ref{Stream: st.ID, Shard: st.Shards[i].Index})
			if err != nil {
				continue // deleted meanwhile
			}
			if t, ok := s.tip(); ok {
				tips.Tips = append(tips.Tips, t)
			}
		}
	}
	b, err := json.Marshal(tips)
	if err != nil {
		return err
	}
	if old, err := readKept(l.fs, l.tipsFile()); err == nil && bytes.Equal(old, b) {
		return nil
	}
	return writeKept(l.fs, l.tipsFile(), b)
}

func (s *shardState) tip() (tip, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	first := max(s.first, s.planned)
	t := tip{s.ref.Stream, s.ref.Shard, first, first, s.last}
	if len(s.parts) == 0 {
		t.First, t.Next = s.next, s.next
	}
	return t, t.First > 0
}

func (l *Log) loadTips() error {
	b, err := readKept(l.fs, l.tipsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept keptTips
	if err := json.Unmarshal(b, &kept); err != nil {
		return fmt.Errorf("%s: %w", l.tipsFile(), err)
	}
	if kept.Version != 1 {
		return fmt.Errorf("%s: version %d, want 1: %w", l.tipsFile(), kept.Version, errVersion)
	}
	l.removed = kept.Round
	for _, t := range kept.Tips {
		if s, _, err := l.shard(shard.Ref{Stream: t.Stream, Shard: t.Shard}); err == nil {
			s.first, s.next, s.last = t.First, t.Next, t.Last
		}
	}
	return nil
}

// dropSegment removes a segment that holds no records that can be read: the
// caller has trimmed them or their streams are gone. It is not for the active one.
func (l *Log) dropSegment(seg *segment) error {
	l.removed = max(l.removed, seg.last)
	if err := l.frugal(l.keepTips); err != nil {
		return err
	}
	l.removeFromList(seg)
	seg.mu.Lock()
	seg.dropped = true
	var err error
	if seg.file != nil {
		err = seg.file.Close()
		seg.file = nil
	}
	seg.mu.Unlock()
	l.spans.forget(seg)
	// The index goes first: a segment without one is scanned, an index without a
	// segment is nothing.
	if e := l.fs.Remove(seg.indexPath()); e != nil && !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return errors.Join(err, l.fs.Remove(seg.path), l.fs.SyncDir(l.segmentDir()))
}

func (l *Log) removeFromList(seg *segment) {
	l.segs.Lock()
	defer l.segs.Unlock()
	for i, s := range l.segs.list {
		if s == seg {
			l.segs.list = append(l.segs.list[:i:i], l.segs.list[i+1:]...)
			return
		}
	}
}
