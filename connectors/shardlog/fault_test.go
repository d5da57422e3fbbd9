package shardlog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// tryPut appends and returns what the one group or the append got.
func tryPut(l *Log, id shard.StreamID, g shard.Group) error {
	groups := []shard.Group{g}
	return errors.Join(l.Append(context.Background(), id, groups), groups[0].Err)
}

func TestFailedWriteOrSyncIsFinal(t *testing.T) {
	for _, op := range []vfs.Op{vfs.OpWrite, vfs.OpSync} {
		t.Run(string(op), func(t *testing.T) {
			fsys := vfs.NewMem()
			l := openLog(t, fsys, Options{})
			s := createStream(t, l, "clicks", 1)
			put(t, l, s.ID, group(0, "kept"))
			fsys.Inject(vfs.Fault{Op: op, Pattern: "*.seg", Times: 1})
			for range 2 { // the second time the disk would take it
				err := tryPut(l, s.ID, group(0, "lost"))
				if !errors.Is(err, shard.ErrLogFailed) || !errors.Is(err, syscall.EIO) {
					t.Fatalf("got %v", err)
				}
			}
			if _, err := l.Update(s.ID, func(*shard.Stream) error { return nil }); !errors.Is(err, shard.ErrLogFailed) {
				t.Errorf("update: got %v", err)
			}
			if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 1 {
				t.Errorf("read %q", got)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			l = openLog(t, fsys.Crash(nil), Options{})
			if g := put(t, l, s.ID, group(0, "next")); g[0].First != 1 {
				t.Errorf("after recovery: got counter %d", g[0].First)
			}
			if got := fmt.Sprint(readAll(t, l, shard.Ref{Stream: s.ID}, 0)); got != "[kept next]" {
				t.Errorf("after recovery: read %s", got)
			}
		})
	}
}

func TestIntervalSyncFails(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{Durability: Interval, SyncInterval: time.Millisecond})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "x"))
	fsys.Inject(vfs.Fault{Op: vfs.OpSync, Pattern: "*.seg"})
	for {
		if err := tryPut(l, s.ID, group(0, "y")); err != nil {
			if !errors.Is(err, shard.ErrLogFailed) {
				t.Errorf("got %v", err)
			}
			return
		}
	}
}

func TestDiskFullAtNextSegment(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{SegmentBytes: 16 << 10})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "first"))
	remove := fsys.Inject(vfs.Fault{Op: vfs.OpAllocate, Err: syscall.ENOSPC})
	n := 1
	var err error
	for ; err == nil; n++ {
		err = tryPut(l, s.ID, group(0, strings.Repeat("x", 3000)))
	}
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, shard.ErrLogFailed) || n < 3 {
		t.Fatalf("append %d: got %v", n, err)
	}
	if err := tryPut(l, s.ID, group(0, "small")); err != nil { // there is room for it in the segment yet
		t.Errorf("a small append: %v", err)
	}
	remove()
	if err := tryPut(l, s.ID, group(0, strings.Repeat("x", 3000))); err != nil {
		t.Errorf("after space was freed: %v", err)
	}
	want := n + 1 // all but the one that failed, and two more
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != want {
		t.Errorf("read %d records, want %d", len(got), want)
	}
	b, err := l.Bounds(shard.Ref{Stream: s.ID})
	if err != nil || b.Next != uint64(want) || b.Records != uint64(want) {
		t.Errorf("bounds %+v, %v", b, err)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "kept"))
	fsys.SetReadOnly(true)
	if err := tryPut(l, s.ID, group(0, "lost")); !errors.Is(err, syscall.EROFS) {
		t.Errorf("append: got %v", err)
	}
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 1 {
		t.Errorf("read %q", got)
	}
	l.Close()
	fsys.SetReadOnly(false)
	l = openLog(t, fsys, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 1 {
		t.Errorf("read again %q", got)
	}
}

func TestSecondProcessIsLockedOut(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	_, err := Open("data", Options{FS: fsys})
	if !errors.Is(err, vfs.ErrLocked) || !strings.Contains(err.Error(), "data is in use by another process") {
		t.Errorf("got %v", err)
	}
	l.Close()
	openLog(t, fsys, Options{})
}

func TestClockGoesBack(t *testing.T) {
	fsys := vfs.NewMem()
	var clock atomic.Int64
	clock.Store(1_700_000_000_000)
	o := Options{Now: func() time.Time { return time.UnixMilli(clock.Load()) }}
	l := openLog(t, fsys, o)
	s := createStream(t, l, "clicks", 1)
	first := put(t, l, s.ID, group(0, "a"))[0].Arrival
	clock.Add(-3_600_000)
	if got := put(t, l, s.ID, group(0, "b"))[0].Arrival; got != first {
		t.Errorf("got arrival %d after %d", got, first)
	}
	l.Close()
	l = openLog(t, fsys, o)
	if got := put(t, l, s.ID, group(0, "c"))[0].Arrival; got != first {
		t.Errorf("after opening again: got arrival %d after %d", got, first)
	}
	if _, err := l.Reshard(s.ID, []uint32{0}, shard.EvenRanges(2)); err != nil {
		t.Fatal(err)
	}
	st, err := l.Stream(s.ID)
	if err != nil || st.Shards[0].Closed.UnixMilli() < first || !st.Shards[1].Created.After(st.Shards[0].Closed) {
		t.Errorf("shards %+v, %v", st.Shards, err)
	}
}

// damage changes a byte of the only segment at an offset from the n-th frame on.
func damage(t *testing.T, fsys vfs.FS, path string, offset int64) {
	t.Helper()
	f, err := fsys.OpenFile(path, 2, 0) // os.O_RDWR
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, offset); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x40
	if _, err := f.WriteAt(b, offset); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
}

// Five frames of one record, of which the third is damaged: in the middle of a segment with an index and
// of one without, in its payload and in its header.
func TestDamageInTheMiddle(t *testing.T) {
	const frame = 96 // header, key, data of 20 bytes, padding
	for _, sealed := range []bool{true, false} {
		for _, at := range []int64{20, 70} { // header, payload
			t.Run(fmt.Sprintf("sealed=%v,at=%d", sealed, at), func(t *testing.T) {
				fsys := vfs.NewMem()
				l := openLog(t, fsys, Options{})
				s := createStream(t, l, "clicks", 1)
				for i := range 5 {
					put(t, l, s.ID, group(0, fmt.Sprintf("%20d", i)))
				}
				after := fsys.Crash(nil)
				if sealed {
					l.Close()
					after = fsys
				}
				damage(t, after, "data/log/000000000001.seg", framesAt+2*frame+at)
				l = openLog(t, after, Options{})
				checkDamaged(t, l, shard.Ref{Stream: s.ID})
				l.Close()
				l = openLog(t, after, Options{}) // by the index that the recovery has written
				checkDamaged(t, l, shard.Ref{Stream: s.ID})
				if g := put(t, l, s.ID, group(0, "next")); g[0].First != 5 {
					t.Errorf("got counter %d, want 5", g[0].First)
				}
			})
		}
	}
}

func checkDamaged(t *testing.T, l *Log, ref shard.Ref) {
	t.Helper()
	p, err := l.Read(ref, 0, 100, 1<<20, nil)
	if err != nil || len(p.Records) != 2 || p.Next != 2 {
		t.Fatalf("before the damage: %d records, next %d, %v", len(p.Records), p.Next, err)
	}
	if p.BehindArrival == 0 {
		t.Fatal("the page before the damage says that nothing comes after it")
	}
	_, err = l.Read(ref, 2, 100, 1<<20, nil)
	var lost *shard.CorruptError
	if !errors.As(err, &lost) || lost.From != 2 || lost.To < 3 || !strings.Contains(lost.Error(), "000000000001.seg") {
		t.Fatalf("at the damage: %v", err)
	}
	p, err = l.Read(ref, lost.To, 100, 1<<20, nil)
	if want := 5 - int(lost.To); err != nil || len(p.Records) != want {
		t.Fatalf("after the damage, from %d on: %d records, %v", lost.To, len(p.Records), err)
	}
}

// The last frame is damaged beyond reading: what it held was being written.
func TestTornTail(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	for i := range 3 {
		put(t, l, s.ID, group(0, fmt.Sprintf("%20d", i)))
	}
	after := fsys.Crash(nil)
	damage(t, after, "data/log/000000000001.seg", framesAt+2*96+70)
	l = openLog(t, after, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 2 {
		t.Errorf("read %q", got)
	}
	info, err := after.Stat("data/log/000000000001.seg")
	if err != nil || info.Size() != framesAt+2*96 {
		t.Errorf("the segment has %d bytes, %v", info.Size(), err)
	}
}

// Both headers of a segment that has no index are damaged: nothing is thrown away.
func TestDamagedSegmentHead(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "x"))
	after := fsys.Crash(nil)
	damage(t, after, "data/log/000000000001.seg", 30)
	l = openLog(t, after, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 1 {
		t.Errorf("with one header: read %q", got)
	}
	after = fsys.Crash(nil)
	damage(t, after, "data/log/000000000001.seg", 30)
	damage(t, after, "data/log/000000000001.seg", headerCopyAt+30)
	if _, err := Open("data", Options{FS: after}); err == nil || !strings.Contains(err.Error(), "both copies of its header are damaged") {
		t.Errorf("got %v", err)
	}
}

// A frame of a log that a client has put into a record passes for none, even
// where the frame around it is damaged.
func TestFrameInARecord(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "a"))
	inner, err := vfs.ReadFile(fsys, "data/log/000000000001.seg")
	if err != nil {
		t.Fatal(err)
	}
	put(t, l, s.ID, group(0, string(inner[framesAt-4:framesAt+200])))
	put(t, l, s.ID, group(0, "b"))
	after := fsys.Crash(nil)
	damage(t, after, "data/log/000000000001.seg", framesAt+80+20) // the header of the second
	l = openLog(t, after, Options{})
	var lost *shard.CorruptError
	if _, err := l.Read(shard.Ref{Stream: s.ID}, 1, 10, 1000, nil); !errors.As(err, &lost) || lost.To != 2 {
		t.Errorf("got %v", err)
	}
}

func TestDamagedStreamFile(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	createStream(t, l, "clicks", 1)
	l.Close()
	damage(t, fsys, "data/streams/0000000001.json", 40)
	if _, err := Open("data", Options{FS: fsys}); err == nil || !strings.Contains(err.Error(), "0000000001.json: its checksum does not fit") {
		t.Errorf("got %v", err)
	}
}

func TestSegmentOfAnotherVersionOrName(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "a"))
	after := fsys.Crash(nil)
	if err := after.Rename("data/log/000000000001.seg", "data/log/000000000007.seg"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("data", Options{FS: after}); err == nil || !strings.Contains(err.Error(), "says that it is segment 1") {
		t.Errorf("got %v", err)
	}
}

func TestMissingIndexIsMadeAgain(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, numbered(0, 100)...))
	l.Close()
	damage(t, fsys, "data/log/000000000001.idx", 60)
	l = openLog(t, fsys, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 100 {
		t.Errorf("with a damaged index: %d records", len(got))
	}
	l.Close()
	damage(t, fsys, "data/log/000000000001.idx", indexHead+summaryBytes+3) // an entry
	l = openLog(t, fsys, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 100 {
		t.Errorf("with a damaged entry: %d records", len(got))
	}
	l.Close()
	if err := fsys.Remove("data/log/000000000001.idx"); err != nil {
		t.Fatal(err)
	}
	l = openLog(t, fsys, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 100 {
		t.Errorf("without an index: %d records", len(got))
	}
	if _, err := fsys.Stat("data/log/000000000001.idx"); errors.Is(err, fs.ErrNotExist) {
		t.Error("the index was not made again")
	}
}

// A header is damaged, and nothing tells that the frame was of shard 1: no later
// record of that shard gets a counter that a lost one had, before or after another start.
func TestLostHeaderKeepsCountersApart(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 3)
	put(t, l, s.ID, group(1, "a"))
	put(t, l, s.ID, group(1, "lost", "lost"))
	put(t, l, s.ID, group(0, "b"))
	put(t, l, s.ID, group(0, "c"))
	after := fsys.Crash(nil)
	damage(t, after, firstSegment, framesAt+80+20)
	for want := uint64(3); want < 5; want++ {
		l = openLog(t, after, Options{})
		g := put(t, l, s.ID, group(0, "d"), group(1, "d"))
		if g[0].First != want-1 || g[1].First < want {
			t.Errorf("got counters %d and %d", g[0].First, g[1].First)
		}
		got := readAll(t, l, shard.Ref{Stream: s.ID, Shard: 1}, 0)
		if len(got) != int(want)-1 || got[0] != "a" {
			t.Errorf("read %q", got)
		}
		if got := readAll(t, l, shard.Ref{Stream: s.ID, Shard: 2}, 0); len(got) != 0 {
			t.Errorf("an empty shard has %q", got)
		}
		l.Close()
	}
}

// What recovery finds at the end of a segment is written again before it is synced:
// a sync that failed may have left it in the memory of the system alone.
func TestRecoveryWritesTheEndAgain(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	for i := range 3 {
		put(t, l, s.ID, group(0, fmt.Sprintf("%20d", i)))
	}
	writes := func(fsys *vfs.Mem) (n int) {
		remove := fsys.Inject(vfs.Fault{Op: vfs.OpWrite, Pattern: "*.seg", Do: func() error { n++; return nil }})
		defer remove()
		openLog(t, fsys, Options{}).Close()
		return n
	}
	after := fsys.Crash(nil)
	if got := writes(after); got != 1 {
		t.Errorf("after a crash: %d writes, want 1", got)
	}
	if got := writes(after); got != 0 {
		t.Errorf("after a good end: %d writes, want none", got)
	}
}
