package shardlog

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

const firstSegment = "data/log/000000000001.seg"

// seedLog returns a disk with a stream of two shards and a segment that was never
// sealed, and the segment's bytes without the blank rest.
func seedLog(t testing.TB) (*vfs.Mem, []byte, shard.StreamID) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{SegmentBytes: 32 << 10})
	s := createStream(t, l, "clicks", 2)
	for i := range 6 {
		put(t, l, s.ID, group(uint32(i%2), numbered(i, i+3)...), group(uint32(1-i%2), numbered(i, i+1)...))
	}
	after := fsys.Crash(nil)
	b, err := vfs.ReadFile(after, firstSegment)
	if err != nil {
		f, err2 := vfs.Open(after, firstSegment)
		t.Fatal(err, f, err2)
	}
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return after, b, s.ID
}

// A segment of any bytes is recovered without a panic, and what is then read is
// whole records in ascending order; what cannot be read is a CorruptError, after
// which reading goes on. New records follow, and a second recovery finds the same.
func FuzzRecovery(f *testing.F) {
	_, seed, _ := seedLog(f)
	f.Add(seed, uint16(0), byte(0))
	f.Add(seed, uint16(200), byte(1))
	f.Add(seed[:len(seed)-40], uint16(900), byte(7))
	f.Add([]byte{}, uint16(0), byte(0))
	f.Fuzz(func(t *testing.T, tail []byte, flip uint16, with byte) {
		disk, b, id := seedLog(t)
		// Bytes of the fuzzer take the place of frames; the salt is of this run, so that
		// most are good until one is changed.
		b = append(b[:framesAt:framesAt], mend(b, tail)...)
		if at := framesAt + int(flip); at < len(b) {
			b[at] ^= with
		}
		write(t, disk, firstSegment, b)
		o := Options{SegmentBytes: 32 << 10}
		l := openLog(t, disk, o)
		first := readAround(t, l, id)
		tip := put(t, l, id, group(0, "new"))[0].First
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = openLog(t, disk, o)
		second := readAround(t, l, id)
		if second[0] != first[0]+1 || second[1] != first[1] {
			t.Fatalf("read %v, then %v", first, second)
		}
		if g := put(t, l, id, group(0, "newer")); g[0].First != tip+1 {
			t.Fatalf("got counter %d after %d", g[0].First, tip)
		}
	})
}

// mend returns frames with the checksums of headers made good for the salt of a segment.
func mend(seg, frames []byte) []byte {
	salt := binary.LittleEndian.Uint64(seg[24:])
	if len(frames) <= framesAt {
		return seg[framesAt:]
	}
	out := append([]byte(nil), frames[framesAt:]...)
	for at := 0; at+headerBytes <= len(out); {
		size := int64(binary.LittleEndian.Uint32(out[at+12:]))
		sealHeader(out[at:], salt, int64(framesAt+at))
		at += int(min(frameLength(int(size)), int64(len(out))))
	}
	return out
}

func write(t testing.TB, fsys vfs.FS, name string, b []byte) {
	t.Helper()
	f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// readAround reads both shards, past damage, and returns how many records each has.
func readAround(t *testing.T, l *Log, id shard.StreamID) (counts [2]int) {
	t.Helper()
	for index := range counts {
		from := uint64(0)
		for {
			p, err := l.Read(shard.Ref{Stream: id, Shard: uint32(index)}, from, 3, 1000, nil)
			var lost *shard.CorruptError
			if errors.As(err, &lost) {
				if lost.From < from || lost.To <= from {
					t.Fatalf("from %d: lost %d to %d", from, lost.From, lost.To)
				}
				from = lost.To
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Records {
				if r.Counter < from {
					t.Fatalf("got counter %d, want %d or more", r.Counter, from)
				}
				from = r.Counter + 1
			}
			counts[index] += len(p.Records)
			if len(p.Records) == 0 {
				break
			}
			from = p.Next
		}
	}
	return counts
}

// An index of any bytes is taken or refused, and if taken names entries that can be looked for.
func FuzzIndex(f *testing.F) {
	spans := []span{{0, 5, 1000, framesAt, 128}, {5, 9, 1001, 8192, 200}}
	x := &indexFile{number: 1, salt: 42, end: 9000, last: 3, synced: 2, summaries: []summary{{
		ref: shard.Ref{Stream: 1}, part: part{first: 0, next: 9, arrival: 1000, last: 1001, bytes: 300},
	}}}
	f.Add(encodeIndex(x, [][]span{spans}))
	f.Add([]byte(indexMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		fsys := vfs.NewMem()
		if err := fsys.MkdirAll("log", 0o700); err != nil {
			t.Fatal(err)
		}
		seg := newSegment("log", 1)
		write(t, fsys, seg.indexPath(), b)
		x, err := readIndex(fsys, seg)
		if err != nil {
			return
		}
		for i := range x.summaries {
			if _, err := readSpans(fsys, seg, x.summaries[i].part.index); err != nil && !errors.Is(err, errIndex) {
				t.Errorf("summary %d: %v", i, err)
			}
		}
	})
}

func TestIndexRoundTrip(t *testing.T) {
	fsys := vfs.NewMem()
	if err := fsys.MkdirAll("log", 0o700); err != nil {
		t.Fatal(err)
	}
	seg := newSegment("log", 1)
	spans := [][]span{{{0, 5, 1000, framesAt, 128}, {5, 9, 1001, 8192, 200}}, {{7, 8, 1002, 9000, 72}}}
	x := &indexFile{number: 1, salt: 42, end: 9072, last: 3, synced: 2, summaries: []summary{
		{shard.Ref{Stream: 1}, part{seg: seg, next: 9, arrival: 1000, last: 1001, bytes: 300}},
		{shard.Ref{Stream: 1, Shard: 3}, part{seg: seg, first: 7, next: 8, arrival: 1002, last: 1002, bytes: 8}},
	}}
	write(t, fsys, seg.indexPath(), encodeIndex(x, spans))
	got, err := readIndex(fsys, seg)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range spans {
		if got.summaries[i].ref != x.summaries[i].ref || got.summaries[i].part != x.summaries[i].part {
			t.Errorf("summary %d: got %+v, want %+v", i, got.summaries[i], x.summaries[i])
		}
		entries, err := readSpans(fsys, seg, got.summaries[i].part.index)
		if err != nil || len(entries) != len(want) || entries[0] != want[0] {
			t.Errorf("entries %d: got %+v, %v, want %+v", i, entries, err, want)
		}
	}
}

// A stream's file of any bytes is taken or refused; what is taken is kept again alike.
func FuzzStreamFile(f *testing.F) {
	f.Add([]byte(`{"version":1,"id":3,"account":"000000000000","region":"us-east-1","name":"s","retention":"24h0m0s","next_shard":1,"shards":[{"index":0,"start":"0","end":"5"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, next, err := decodeStream(b)
		if err != nil {
			return
		}
		again, err := encodeStream(&view{Stream: s, nextShard: next})
		if err != nil {
			return // a time that JSON does not take
		}
		s2, next2, err := decodeStream(again)
		if err != nil || next2 != next || s2.Name != s.Name || len(s2.Shards) != len(s.Shards) {
			t.Errorf("%s became %s: %v", b, again, err)
		}
	})
}
