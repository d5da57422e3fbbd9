package shardlog

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// Inspect says what Dump, Verify and Repair look at.
type Inspect struct {
	FS      vfs.FS  // default: the disk of the machine
	Stream  string  // only streams of this name; empty: all
	Shard   *uint32 // only shards of this index; nil: all
	Records bool    // Dump: the records too
}

// directory is a log's directory as it is on the disk, without a Log.
type directory struct {
	fs      vfs.FS
	path    string
	opts    Inspect
	streams map[shard.StreamID]*shard.Stream
	tips    map[shard.Ref]tip
	removed uint64 // the last round of segments that are gone
	keys    Keys
	keysErr error    // why there are none
	faults  []string // files that cannot be read
	segs    []*segment
	indexes map[*segment]*indexFile
	badIdx  map[*segment]error
}

// openDirectory reads all but the segments.
func openDirectory(path string, o Inspect) (*directory, error) {
	if o.FS == nil {
		o.FS = vfs.OS()
	}
	d := &directory{fs: o.FS, path: path, opts: o, streams: map[shard.StreamID]*shard.Stream{}, tips: map[shard.Ref]tip{},
		indexes: map[*segment]*indexFile{}, badIdx: map[*segment]error{}}
	if _, err := d.fs.Stat(filepath.Join(path, segmentsDir)); err != nil {
		return nil, fmt.Errorf("%s holds no shard log: %w", path, err)
	}
	for _, load := range []func() error{d.loadStreams, d.loadDocuments, d.loadTips, d.loadSegments} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	if ring, err := OpenKeyring(d.fs, filepath.Join(path, "keys")); err != nil {
		d.keysErr = err
	} else {
		d.keys = ring
	}
	if o.Stream != "" && !d.hasStream(o.Stream) {
		return nil, fmt.Errorf("%s has no stream %q", path, o.Stream)
	}
	return d, nil
}

func (d *directory) hasStream(name string) bool {
	for _, s := range d.streams {
		if s.Name == name {
			return true
		}
	}
	return false
}

// shows reports whether a shard is one to look at.
func (d *directory) shows(ref shard.Ref) bool {
	if d.opts.Shard != nil && *d.opts.Shard != ref.Shard {
		return false
	}
	s := d.streams[ref.Stream]
	return d.opts.Stream == "" || s != nil && s.Name == d.opts.Stream
}

// name says which shard it is, to people.
func (d *directory) name(ref shard.Ref) string {
	if s := d.streams[ref.Stream]; s != nil {
		return fmt.Sprintf("stream %s, %s", s.Name, shard.Name(ref.Shard))
	}
	return fmt.Sprintf("deleted stream %d, %s", ref.Stream, shard.Name(ref.Shard))
}

// files returns the files of a directory with a suffix.
func (d *directory) files(sub, suffix string) ([]string, error) {
	entries, err := d.fs.ReadDir(filepath.Join(d.path, sub))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			out = append(out, filepath.Join(d.path, sub, e.Name()))
		}
	}
	return out, err
}

// kept reads a kept file, or notes why not and how it can be corrected.
func (d *directory) kept(name string) []byte {
	b, err := readKept(d.fs, name)
	if err == nil {
		return b
	}
	text := err.Error()
	if raw, err := vfs.ReadFile(d.fs, name); err == nil {
		if i := strings.LastIndex(string(raw), "\ncrc32c="); i >= 0 {
			text += fmt.Sprintf(" (that of what it holds now is crc32c=%08x)", crc32.Checksum(raw[:i], castagnoli))
		}
	}
	d.faults = append(d.faults, text)
	return nil
}

func (d *directory) loadStreams() error {
	names, err := d.files(streamsDir, ".json")
	for _, name := range names {
		b := d.kept(name)
		if b == nil {
			continue
		}
		s, _, err := decodeStream(b)
		if err != nil {
			d.faults = append(d.faults, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		d.streams[s.ID] = s
	}
	return err
}

func (d *directory) loadDocuments() error {
	names, err := d.files(documentsDir, ".json")
	for _, name := range names {
		d.kept(name)
	}
	if _, missing := d.fs.Stat(filepath.Join(d.path, "identity.json")); missing == nil {
		d.kept(filepath.Join(d.path, "identity.json"))
	}
	return err
}

func (d *directory) loadTips() error {
	name := filepath.Join(d.path, "tips.json")
	if _, err := d.fs.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var kept keptTips
	b := d.kept(name)
	if b == nil {
		return nil
	}
	if err := json.Unmarshal(b, &kept); err != nil {
		d.faults = append(d.faults, fmt.Sprintf("%s: %v", name, err))
	}
	d.removed = kept.Round
	for _, t := range kept.Tips {
		d.tips[shard.Ref{Stream: t.Stream, Shard: t.Shard}] = t
	}
	return nil
}

func (d *directory) loadSegments() error {
	dir := filepath.Join(d.path, segmentsDir)
	names, err := d.files(segmentsDir, segmentSuffix)
	for _, name := range names {
		number, ok := parseSegmentName(filepath.Base(name))
		if !ok {
			continue
		}
		seg := newSegment(dir, number)
		d.segs = append(d.segs, seg)
		x, err := readIndex(d.fs, seg)
		switch {
		case err == nil:
			d.indexes[seg] = x
			seg.end.Store(x.end)
		case !errors.Is(err, fs.ErrNotExist):
			d.badIdx[seg] = err
		}
	}
	return err
}

// sortedStreams returns the streams to look at, by identity.
func (d *directory) sortedStreams() []*shard.Stream {
	var out []*shard.Stream
	for _, s := range d.streams {
		if d.opts.Stream == "" || s.Name == d.opts.Stream {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *shard.Stream) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// scan shows what is found in a segment, frame by frame, until see returns false.
func (d *directory) scan(seg *segment, see func(*found) (bool, error)) error {
	f, err := vfs.Open(d.fs, seg.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := seg.readHead(f); err != nil {
		return err
	}
	s, err := scanSegment(seg, f)
	if err != nil {
		return err
	}
	for {
		fr, ok, err := s.next()
		if err != nil || !ok {
			return err
		}
		if more, err := see(&fr); err != nil || !more {
			return err
		}
	}
}

// plain returns the payload of a frame as it was before it was sealed.
func (d *directory) plain(fr *found) ([]byte, error) {
	if fr.flags&flagSealed == 0 {
		return fr.payload, nil
	}
	if d.keys == nil {
		return nil, d.keysErr
	}
	var head [headerBytes]byte
	fr.put(head[:])
	return d.keys.Open(nil, fr.payload, head[identityAt:identityEnd])
}

// tails tells of segments without an index where the tail begins that the next
// start cuts off, because it was being written when the log stopped.
func (d *directory) tails() map[*segment]int64 {
	out := map[*segment]int64{}
	var scans []*scanned
	last := d.removed
	judge := func(synced uint64) {
		cut, _ := findCut(scans, synced)
		for i, sc := range scans {
			if cut.at(i) {
				out[sc.seg] = sc.frames[cut.frame].offset
			} else if cut.before(i) {
				out[sc.seg] = framesAt
			}
		}
		scans = scans[:0]
	}
	for _, seg := range d.segs {
		if x := d.indexes[seg]; x != nil {
			judge(x.synced)
			last = max(last, x.last)
			continue
		}
		sc := &scanned{seg: seg}
		seg.earliest = last + 1
		err := d.scan(seg, func(fr *found) (bool, error) {
			light := *fr
			if fr.bad == "" {
				last = max(last, fr.round)
			}
			light.payload = nil
			sc.frames = append(sc.frames, light)
			return true, nil
		})
		if err == nil { // else Verify tells
			scans = append(scans, sc)
		}
	}
	judge(0)
	return out
}
