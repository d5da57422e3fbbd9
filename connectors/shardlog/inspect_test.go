package shardlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// recorded is a closed log: stream a of two shards, and b, encrypted, of one, with
// 60 records each shard in several segments.
func recorded(t testing.TB, disk *vfs.Mem) {
	t.Helper()
	keys, err := OpenKeyring(disk, "data/keys")
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	o := retention(c)
	o.Keys = keys
	l := openLog(t, disk, o)
	a, b := createStream(t, l, "a", 2), createStream(t, l, "b", 1)
	if _, err := l.Update(b.ID, func(s *shard.Stream) error { s.KeyID = "alias/b"; return nil }); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 60; i += 3 {
		for index := range uint32(2) {
			put(t, l, a.ID, group(index, padded(i), padded(i+1), padded(i+2)))
		}
		put(t, l, b.ID, group(0, padded(i), padded(i+1), padded(i+2)))
		c.add(time.Second)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func padded(i int) string { return fmt.Sprint("record ", i, strings.Repeat(" ", 300)) }

var all = []shard.Ref{{Stream: 1, Shard: 0}, {Stream: 1, Shard: 1}, {Stream: 2, Shard: 0}}

// inspected opens the log, with its keys.
func inspected(t testing.TB, disk *vfs.Mem) *Log {
	t.Helper()
	keys, err := OpenKeyring(disk, "data/keys")
	if err != nil {
		t.Fatal(err)
	}
	return openLog(t, disk, Options{Keys: keys, RetainInterval: -1, SegmentBytes: minSegment, Now: newClock().Now})
}

// readable returns the counters of records that can be read; what cannot is skipped.
// The records must be those that were written.
func readable(t testing.TB, l *Log, ref shard.Ref) (counters []uint64, corrupt int) {
	t.Helper()
	for next := uint64(0); ; {
		p, err := l.Read(ref, next, 5, 1<<20, nil)
		var bad *shard.CorruptError
		if errors.As(err, &bad) {
			if bad.To <= next {
				t.Fatalf("%v does not tell how to go on from %d", err, next)
			}
			next = bad.To
			corrupt++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Records {
			if string(r.Data) != padded(int(r.Counter)) {
				t.Fatalf("%v: record %d is %q", ref, r.Counter, r.Data)
			}
			counters = append(counters, r.Counter)
		}
		if p.Next == next {
			return counters, corrupt
		}
		next = p.Next
	}
}

func verified(t testing.TB, disk *vfs.Mem, o Inspect) *Report {
	t.Helper()
	o.FS = disk
	r, err := Verify("data", o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func repaired(t testing.TB, disk *vfs.Mem, o Inspect) *Report {
	t.Helper()
	o.FS = disk
	r, err := Repair("data", o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantTexts(t testing.TB, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Fatalf("got:\n%s\nwant:\n%s", got[i], want[i])
		}
	}
}

func TestVerifySoundLog(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	r := verified(t, disk, Inspect{})
	wantTexts(t, r.Problems)
	wantTexts(t, r.Notes)
	if r.Streams != 2 || r.Segments < 4 || r.Frames != 60 || r.Records != 180 {
		t.Fatalf("%+v", r)
	}
}

// locate finds the frame of a record in the segment files.
func locate(t testing.TB, disk *vfs.Mem, ref shard.Ref, counter uint64) (name string, offset int64, size int) {
	t.Helper()
	d, err := openDirectory("data", Inspect{FS: disk})
	if err != nil {
		t.Fatal(err)
	}
	for _, seg := range d.segs {
		err := d.scan(seg, func(fr *found) (bool, error) {
			if fr.ref == ref && fr.first <= counter && counter < fr.next() {
				name, offset, size = segmentName(seg.number), fr.offset, int(fr.size)
			}
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return name, offset, size
}

func TestRepairGivesUpADamagedFrame(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	name, offset, size := locate(t, disk, all[1], 31)
	spoil(t, disk, name, offset+headerBytes+20)
	lost := fmt.Sprintf("data/log/%s: bytes %d to %d: the checksum of the payload does not fit: records 30 to 32 of stream a, shardId-000000000001 are lost",
		name, offset, offset+frameLength(size))
	wantTexts(t, verified(t, disk, Inspect{}).Problems, lost)
	wantTexts(t, verified(t, disk, Inspect{Stream: "b"}).Problems)
	before, err := vfs.ReadFile(disk, "data/log/"+name)
	if err != nil {
		t.Fatal(err)
	}
	l := inspected(t, disk)
	if got, corrupt := readable(t, l, all[1]); corrupt == 0 || len(got) >= 60 {
		t.Fatalf("read %v, %d errors", got, corrupt)
	}
	l.Close()
	notes := repaired(t, disk, Inspect{}).Notes
	wantTexts(t, notes, "were copied to data/quarantine/"+strings.TrimSuffix(name, ".seg")+"-", "records 30 to 32 of stream a, shardId-000000000001 are lost; reading goes on after them", "indexes were made")
	r := verified(t, disk, Inspect{})
	wantTexts(t, r.Problems)
	wantTexts(t, r.Notes, lost+"; a repair has given them up")
	l = inspected(t, disk)
	got, corrupt := readable(t, l, all[1])
	if corrupt > 0 || len(got) != 57 || slices.Contains(got, 31) {
		t.Fatalf("read %v, %d errors", got, corrupt)
	}
	if counter, err := l.Seek(all[1], shard.Millis(newClock().Now().Add(10*time.Second))); err != nil || counter != 30 && counter != 33 {
		t.Fatalf("seek: %d, %v", counter, err)
	}
	l.Close()
	after, err := vfs.ReadFile(disk, "data/log/"+name)
	if err != nil || !bytes.Equal(before, after) {
		t.Fatalf("the segment has changed, or %v", err)
	}
	wantTexts(t, repaired(t, disk, Inspect{}).Notes, "indexes were made")
	report, err := vfs.ReadFile(disk, "data/quarantine/report.jsonl")
	if err != nil || bytes.Count(report, []byte("\n")) != 1 || !bytes.Contains(report, []byte(`"lost":"records 30 to 32 of stream a, shardId-000000000001"`)) {
		t.Fatalf("report %s, %v", report, err)
	}
}

func TestRepairOfOneStreamLeavesOthers(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	for _, ref := range []shard.Ref{all[0], all[2]} {
		name, offset, _ := locate(t, disk, ref, 40)
		spoil(t, disk, name, offset+headerBytes+20)
	}
	repaired(t, disk, Inspect{Stream: "b"})
	r := verified(t, disk, Inspect{})
	wantTexts(t, r.Problems, "records 39 to 41 of stream a, shardId-000000000000 are lost")
	index := uint32(0)
	repaired(t, disk, Inspect{Stream: "a", Shard: &index})
	wantTexts(t, verified(t, disk, Inspect{}).Problems)
}

func TestRepairOfAHeader(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	name, offset, _ := locate(t, disk, all[0], 10)
	spoil(t, disk, name, offset+3, offset+50)
	r := verified(t, disk, Inspect{})
	wantTexts(t, r.Problems, "no frame begins here", "records 9 to 11 of stream a, shardId-000000000000 are missing")
	repaired(t, disk, Inspect{})
	r = verified(t, disk, Inspect{})
	wantTexts(t, r.Problems)
	if got, corrupt := readable(t, inspected(t, disk), all[0]); corrupt > 0 || len(got) != 57 {
		t.Fatalf("read %v, %d errors", got, corrupt)
	}
}

func TestRepairOfSegmentHeaders(t *testing.T) {
	for _, index := range []bool{true, false} {
		disk := vfs.NewMem()
		recorded(t, disk)
		spoil(t, disk, segmentName(2), 20, headerCopyAt+20)
		if !index {
			if err := disk.Remove("data/log/000000000002.idx"); err != nil {
				t.Fatal(err)
			}
		}
		problems := verified(t, disk, Inspect{}).Problems
		wantTexts(t, problems[:1], "data/log/000000000002.seg: both copies of its header are damaged; run kinesql shards verify, then repair")
		repaired(t, disk, Inspect{})
		wantTexts(t, verified(t, disk, Inspect{}).Problems)
		got, corrupt := readable(t, inspected(t, disk), all[0])
		if corrupt > 0 || index != (len(got) == 60) {
			t.Fatalf("read %v, %d errors", got, corrupt)
		}
		if _, err := disk.Stat("data/quarantine/000000000002.seg"); index != (err != nil) {
			t.Fatalf("index %v: %v", index, err)
		}
	}
}

// TestVerifySeesEveryByteOfAnIndex changes each byte of an index in turn.
func TestVerifySeesEveryByteOfAnIndex(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	info, err := disk.Stat("data/log/000000000002.idx")
	if err != nil {
		t.Fatal(err)
	}
	for at := range info.Size() {
		hurt := disk.Crash(nil)
		spoil(t, hurt, "000000000002.idx", at)
		if r := verified(t, hurt, Inspect{}); len(r.Problems) == 0 {
			t.Errorf("byte %d: no problem", at)
		}
		if at%37 == 0 {
			repaired(t, hurt, Inspect{})
			wantTexts(t, verified(t, hurt, Inspect{}).Problems)
		}
	}
}

func TestMissingSegment(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	for _, name := range []string{"000000000003.seg", "000000000003.idx"} {
		if err := disk.Remove("data/log/" + name); err != nil {
			t.Fatal(err)
		}
	}
	r := verified(t, disk, Inspect{Stream: "b"})
	if len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "of stream b, shardId-000000000000 are missing") {
		t.Fatal(r.Problems)
	}
	repaired(t, disk, Inspect{})
	wantTexts(t, verified(t, disk, Inspect{}).Problems)
	for _, ref := range all {
		if got, corrupt := readable(t, inspected(t, disk.Crash(nil)), ref); corrupt > 0 || len(got) >= 60 || got[len(got)-1] != 59 {
			t.Fatalf("read %v, %d errors", got, corrupt)
		}
	}
}

// TestAllThatIsLeftIsReadAfterRepair damages logs at random. After a repair nothing is wrong any more, and every
// record that is read is the one that was written under its counter.
func TestAllThatIsLeftIsReadAfterRepair(t *testing.T) {
	whole := vfs.NewMem()
	recorded(t, whole)
	segs, others := segmentFiles(t, whole)
	files := slices.Concat(segs, others)
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 3))
		disk := whole.Crash(nil)
		for range 1 + rng.IntN(6) {
			name := files[rng.IntN(len(files))]
			info, err := disk.Stat("data/log/" + name)
			if err != nil {
				t.Fatal(err)
			}
			spoil(t, disk, name, rng.Int64N(info.Size()))
		}
		repaired(t, disk, Inspect{})
		if r := verified(t, disk, Inspect{}); len(r.Problems) > 0 {
			t.Fatalf("seed %d: %v", seed, r.Problems)
		}
		l := inspected(t, disk)
		for _, ref := range all {
			got, corrupt := readable(t, l, ref)
			if corrupt > 0 || len(got) < 20 {
				t.Fatalf("seed %d: read %v, %d errors", seed, got, corrupt)
			}
			b, err := l.Bounds(ref)
			if err != nil || b.Next < 60 {
				t.Fatalf("seed %d: %+v, %v: a counter would be used again", seed, b, err)
			}
		}
		l.Close()
	}
}

func TestInspectNeedsTheLock(t *testing.T) {
	disk := vfs.NewMem()
	l := openLog(t, disk, Options{})
	createStream(t, l, "a", 1)
	if _, err := Verify("data", Inspect{FS: disk}); !errors.Is(err, vfs.ErrLocked) || !strings.Contains(err.Error(), "in use by another process") {
		t.Fatalf("error %v", err)
	}
	if _, err := Repair("data", Inspect{FS: disk}); !errors.Is(err, vfs.ErrLocked) {
		t.Fatalf("error %v", err)
	}
	if err := Dump(&bytes.Buffer{}, "data", Inspect{FS: disk}); err != nil {
		t.Fatalf("error %v", err)
	}
	if _, err := Verify("nowhere", Inspect{FS: disk}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "nowhere holds no shard log") {
		t.Fatalf("error %v", err)
	}
	if _, err := Verify("data", Inspect{FS: disk, Stream: "x"}); err == nil || !strings.Contains(err.Error(), `data has no stream "x"`) {
		t.Fatalf("error %v", err)
	}
}

func TestVerifyTellsTheChecksum(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	name := "data/streams/0000000001.json"
	b, err := vfs.ReadFile(disk, name)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(b), `"retention": "24h0m0s"`, `"retention": "48h0m0s"`, 1)
	if err := vfs.WriteFile(disk, name, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	r := verified(t, disk, Inspect{})
	wantTexts(t, r.Problems[:1], name+": its checksum does not fit")
	_, sum, ok := strings.Cut(r.Problems[0], "that of what it holds now is ")
	if !ok {
		t.Fatal(r.Problems[0])
	}
	edited = edited[:strings.LastIndex(edited, "crc32c=")] + strings.TrimSuffix(sum, ")") + "\n"
	if err := vfs.WriteFile(disk, name, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, verified(t, disk, Inspect{}).Problems)
}

func TestVerifyWithoutTheKey(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	if err := disk.Remove("data/keys/master.key"); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, verified(t, disk, Inspect{}).Problems, "data/keys/master.key is missing, and records are encrypted under it")
	wantTexts(t, verified(t, disk, Inspect{Stream: "a"}).Problems)
}

func TestVerifyNotesATornTail(t *testing.T) {
	disk := vfs.NewMem()
	l := openLog(t, disk, Options{RetainInterval: -1})
	s := createStream(t, l, "a", 1)
	put(t, l, s.ID, group(0, "1"))
	put(t, l, s.ID, group(0, "2"))
	hurt := disk.Crash(nil)
	name, offset, _ := locate(t, hurt, shard.Ref{Stream: s.ID}, 1)
	spoil(t, hurt, name, offset+headerBytes+1)
	r := verified(t, hurt, Inspect{})
	wantTexts(t, r.Problems)
	wantTexts(t, r.Notes, fmt.Sprintf("what begins at byte %d was being written when the log stopped", offset), "no index; the next start makes it")
}

func TestDump(t *testing.T) {
	disk := vfs.NewMem()
	recorded(t, disk)
	index := uint32(1)
	var out bytes.Buffer
	if err := Dump(&out, "data", Inspect{FS: disk, Stream: "a", Shard: &index, Records: true}); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var l struct {
			Type, Stream, Name, Shard, Error, Key string
			Counter                               uint64
			Data                                  []byte
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Error != "" || l.Type != "segment" && l.Stream+l.Name != "a" {
			t.Fatal(line)
		}
		if l.Type == "record" && (string(l.Data) != padded(kinds["record"]) || l.Counter != uint64(kinds["record"]) || l.Key != "key") {
			t.Fatal(line)
		}
		kinds[l.Type]++
	}
	if kinds["stream"] != 1 || kinds["segment"] < 4 || kinds["frame"] != 20 || kinds["record"] != 60 {
		t.Fatal(kinds)
	}
	out.Reset()
	if err := Dump(&out, "data", Inspect{FS: disk, Stream: "b", Records: true}); err != nil || strings.Count(out.String(), `"type":"record"`) != 60 {
		t.Fatalf("%v, %d lines", err, strings.Count(out.String(), "\n"))
	}
}
