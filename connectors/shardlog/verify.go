package shardlog

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// Report is what Verify or Repair found and did.
type Report struct {
	Streams, Segments, Frames int
	Records                   uint64
	Bytes                     int64 // of frames
	// Problems are what is damaged or missing, Notes what is well though it may look
	// odd, and what Repair did. Each names its place.
	Problems, Notes []string
}

// Verify reads all of a log's directory: every frame with its records, every index
// against the frames, and the counters of each shard from one frame to the
// next. It changes nothing, and needs the lock. An error says that it could not look.
func Verify(path string, o Inspect) (*Report, error) {
	d, err := openDirectory(path, o)
	if err != nil {
		return nil, err
	}
	lock, err := lockDirectory(d.fs, path)
	if err != nil {
		return nil, err
	}
	r, err := d.verify()
	return r, errors.Join(err, lock.Close())
}

func (d *directory) verify() (*Report, error) {
	v := &verifier{directory: d, next: map[shard.Ref]uint64{}, holes: map[shard.Ref][]span{}, tails: d.tails()}
	v.report.Streams, v.report.Segments = len(d.streams), len(d.segs)
	v.report.Problems = append(v.report.Problems, d.faults...)
	v.loadHoles()
	for _, seg := range d.segs {
		if err := v.segment(seg); err != nil {
			return nil, err
		}
	}
	v.ends()
	return &v.report, nil
}

type verifier struct {
	*directory
	report Report
	tails  map[*segment]int64
	next   map[shard.Ref]uint64 // the counter that the next frame should begin with
	holes  map[shard.Ref][]span // lost records that have been given up
	seen   map[shard.Ref][]span // of the segment: one per frame
	// keyless: it has been told that there are no keys
	keyless bool
}

func (v *verifier) problem(format string, args ...any) {
	v.report.Problems = append(v.report.Problems, fmt.Sprintf(format, args...))
}

func (v *verifier) note(format string, args ...any) {
	v.report.Notes = append(v.report.Notes, fmt.Sprintf(format, args...))
}

// loadHoles finds what indexes say is given up.
func (v *verifier) loadHoles() {
	for _, seg := range v.segs {
		x := v.indexes[seg]
		if x == nil {
			continue
		}
		for i := range x.summaries {
			spans, err := readSpans(v.fs, seg, x.summaries[i].part.index)
			if err != nil {
				continue // told with the segment
			}
			for _, sp := range spans {
				if sp.length == 0 {
					v.holes[x.summaries[i].ref] = append(v.holes[x.summaries[i].ref], sp)
				}
			}
		}
	}
}

// givenUp reports whether lost records are known to be.
func (v *verifier) givenUp(ref shard.Ref, from, to uint64) bool {
	for _, sp := range v.holes[ref] {
		if sp.first <= from && from < sp.next {
			from = sp.next
		}
	}
	return from >= to
}

// segment verifies the frames of a segment, then its index.
func (v *verifier) segment(seg *segment) error {
	v.seen = map[shard.Ref][]span{}
	tail, torn := v.tails[seg]
	err := v.scan(seg, func(fr *found) (bool, error) {
		if torn && fr.offset >= tail {
			v.note("%s: what begins at byte %d was being written when the log stopped, and was not acknowledged; the next start drops it", seg.path, tail)
			return false, nil
		}
		v.frame(seg, fr)
		return true, nil
	})
	switch {
	case errors.Is(err, errBlank):
		v.note("%s: set aside, and not used", seg.path)
		return nil
	case errors.Is(err, errVersion):
		return err
	case err != nil:
		v.problem("%v", err)
		return nil
	}
	v.index(seg)
	return nil
}

// frame verifies a frame.
func (v *verifier) frame(seg *segment, fr *found) {
	if fr.bad != "" {
		v.bad(seg, fr)
		return
	}
	v.report.Frames++
	v.report.Bytes += fr.length()
	if _, exists := v.streams[fr.ref.Stream]; !exists || !v.shows(fr.ref) {
		return
	}
	v.payload(seg, fr)
	v.order(seg, fr)
	v.seen[fr.ref] = append(v.seen[fr.ref], span{first: fr.first, next: fr.next(), offset: uint32(fr.offset), length: uint32(fr.length())})
}

// bad tells of a damaged range.
func (v *verifier) bad(seg *segment, fr *found) {
	where := fmt.Sprintf("%s: bytes %d to %d: %s", seg.path, fr.offset, fr.end, fr.bad)
	if fr.count == 0 {
		if _, err := v.fs.Stat(v.quarantined(seg, fr.offset)); err == nil {
			v.note("%s; a repair has set it aside", where)
			return
		}
		v.problem("%s", where)
		return
	}
	if _, exists := v.streams[fr.ref.Stream]; !exists || !v.shows(fr.ref) || fr.next() <= v.tips[fr.ref].First {
		v.note("%s; its records are not of use any more", where)
		return
	}
	lost := fmt.Sprintf("%s: records %d to %d of %s are lost", where, fr.first, fr.next()-1, v.name(fr.ref))
	if v.givenUp(fr.ref, fr.first, fr.next()) {
		v.note("%s; a repair has given them up", lost)
	} else {
		v.problem("%s", lost)
	}
	if v.expected(fr.ref) == fr.first {
		v.next[fr.ref] = fr.next() // told, so not to be told again as missing
	}
}

// quarantined is where Repair keeps a copy of what it found damaged.
func (d *directory) quarantined(seg *segment, offset int64) string {
	return filepath.Join(d.path, quarantineDir, fmt.Sprintf("%012d-%d.bin", seg.number, offset))
}

// payload verifies that a frame holds the records that it says.
func (v *verifier) payload(seg *segment, fr *found) {
	plain, err := v.plain(fr)
	if err != nil && v.keys == nil {
		if !v.keyless { // once: all encrypted frames have it
			v.keyless = true
			v.problem("%v; records of encrypted streams are not verified", err)
		}
		return
	}
	if err != nil {
		v.problem("%s: frame at byte %d: %v", seg.path, fr.offset, err)
		return
	}
	var n uint32
	for ; len(plain) > 0; n++ {
		if _, _, plain, err = shard.NextRecord(plain); err != nil {
			v.problem("%s: frame at byte %d: record %d: %v", seg.path, fr.offset, fr.first+uint64(n), err)
			return
		}
	}
	if n != fr.count {
		v.problem("%s: frame at byte %d: %d records, want %d", seg.path, fr.offset, n, fr.count)
	}
	v.report.Records += uint64(n)
}

// expected is the counter that the next frame of a shard should begin with.
func (v *verifier) expected(ref shard.Ref) uint64 { return max(v.next[ref], v.tips[ref].First) }

// order verifies that the frames of a shard follow each other.
func (v *verifier) order(seg *segment, fr *found) {
	want := v.expected(fr.ref)
	switch trimmed := v.tips[fr.ref].First; {
	case fr.first > want:
		v.missing(fr.ref, want, fr.first, fmt.Sprintf("%s: frame at byte %d", seg.path, fr.offset))
	case fr.first < want && fr.next() > trimmed && v.next[fr.ref] > fr.first:
		v.problem("%s: frame at byte %d: records %d to %d of %s come again", seg.path, fr.offset, fr.first, min(fr.next(), want)-1, v.name(fr.ref))
	}
	v.next[fr.ref] = max(v.next[fr.ref], fr.next())
}

func (v *verifier) missing(ref shard.Ref, from, to uint64, where string) {
	text := fmt.Sprintf("%s: records %d to %d of %s are missing", where, from, to-1, v.name(ref))
	if v.givenUp(ref, from, to) {
		v.note("%s; they have been given up", text)
	} else {
		v.problem("%s", text)
	}
}

// ends verifies that closed shards are whole, and that nothing is known of later records than there are.
func (v *verifier) ends() {
	for _, s := range v.sortedStreams() {
		for i := range s.Shards {
			sh := &s.Shards[i]
			ref := shard.Ref{Stream: s.ID, Shard: sh.Index}
			if want := v.expected(ref); v.shows(ref) && !sh.Open() && want < sh.ClosedAt {
				v.missing(ref, want, sh.ClosedAt, filepath.Join(v.path, segmentsDir))
			}
		}
	}
}

// index verifies the index of a segment against its frames.
func (v *verifier) index(seg *segment) {
	if err := v.badIdx[seg]; err != nil {
		v.problem("%s: %v; repair makes it again", seg.indexPath(), err)
		return
	}
	x := v.indexes[seg]
	if x == nil {
		v.note("%s: no index; the next start makes it", seg.path)
		return
	}
	if x.salt != seg.salt {
		v.problem("%s: it is the index of another segment; repair makes it again", seg.indexPath())
		return
	}
	indexed := map[shard.Ref][]span{}
	for i := range x.summaries {
		sum := &x.summaries[i]
		spans, err := readSpans(v.fs, seg, sum.part.index)
		if err != nil {
			v.problem("%v; repair makes it again", err)
			return
		}
		indexed[sum.ref] = spans
	}
	for ref, frames := range v.seen {
		v.covered(seg, ref, frames, indexed[ref])
	}
}

// covered verifies that the entries of a shard lead to its frames.
func (v *verifier) covered(seg *segment, ref shard.Ref, frames, spans []span) {
	for _, fr := range frames {
		if fr.next <= v.tips[ref].First {
			continue
		}
		i := spanFor(spans, fr.first)
		if i == len(spans) || spans[i].length == 0 || spans[i].first > fr.first || spans[i].offset > fr.offset || fr.offset+fr.length > spans[i].offset+spans[i].length {
			v.problem("%s: it does not lead to the frame at byte %d of its segment, records %d to %d of %s; repair makes it again",
				seg.indexPath(), fr.offset, fr.first, fr.next-1, v.name(ref))
			return
		}
	}
}

// lockDirectory keeps other processes from the log.
func lockDirectory(fsys vfs.FS, path string) (io.Closer, error) {
	lock, err := fsys.Lock(filepath.Join(path, "LOCK"))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("the shard log in %s is in use by another process: stop that one first: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the shard log in %s: %w", path, err)
	}
	return lock, nil
}
