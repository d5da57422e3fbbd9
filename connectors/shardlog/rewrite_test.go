package shardlog

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// mixed is a log with one record in ten of a stream that is kept.
func mixed(t *testing.T, c *clock, disk *vfs.Mem) (l *Log, short, long shard.StreamID) {
	l = openLog(t, disk, retention(c))
	short, long = createStream(t, l, "short", 2).ID, createStream(t, l, "long", 2).ID
	setRetention(t, l, long, 8760*time.Hour)
	for i := range 200 {
		put(t, l, short, group(uint32(i%2), strings.Repeat("x", 1000)))
		if i%10 == 0 {
			put(t, l, long, group(uint32(i/10%2), fmt.Sprint("kept ", i)))
		}
		c.add(time.Minute)
	}
	c.add(25 * time.Hour)
	return l, short, long
}

func wantKept(t *testing.T, l *Log, long shard.StreamID) {
	t.Helper()
	for index := range 2 {
		got := readAll(t, l, shard.Ref{Stream: long, Shard: uint32(index)}, 0)
		var want []string
		for i := 10 * index; i < 200; i += 20 {
			want = append(want, fmt.Sprint("kept ", i))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("read %q, want %q", got, want)
		}
	}
}

func TestSparseSegmentsAreRewritten(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l, short, long := mixed(t, c, disk)
	done := Retained{}
	for range 3 { // a pass is bounded
		r := retain(t, l)
		done.Rewritten += r.Rewritten
		done.Bytes += r.Bytes
	}
	if done.Rewritten < 10 || done.Bytes < 150_000 {
		t.Fatalf("freed %+v", done)
	}
	wantKept(t, l, long)
	if again := retain(t, l); again != (Retained{}) {
		t.Fatalf("another pass: %+v", again)
	}
	l = reopen(t, l, retention(c))
	wantKept(t, l, long)
	b, err := l.Bounds(shard.Ref{Stream: short})
	if err != nil || b.Next != 100 {
		t.Fatalf("%+v, %v", b, err)
	}
}

// TestRewriteSurvivesCrashes stops the machine at each step of a pass.
func TestRewriteSurvivesCrashes(t *testing.T) {
	for step, done := 1, false; !done; step++ {
		c, disk := newClock(), vfs.NewMem()
		l, short, long := mixed(t, c, disk)
		l.drain()
		disk.CrashAt(step)
		_, err := l.Retain()
		done = !errors.Is(err, vfs.ErrCrashed)
		l.Close()
		after := disk.Crash(rand.New(rand.NewPCG(uint64(step), 1)))
		l = openLog(t, after, retention(c))
		wantKept(t, l, long)
		retain(t, l)
		wantKept(t, l, long)
		if g := put(t, l, short, group(0, "more")); g[0].First != 100 {
			t.Fatalf("step %d: counter %d", step, g[0].First)
		}
		l.Close()
		if _, others := segmentFiles(t, after); slices.ContainsFunc(others, func(n string) bool { return strings.HasSuffix(n, ".tmp") }) {
			t.Fatalf("step %d: left behind: %v", step, others)
		}
	}
}

func TestFailedRewriteLosesNothing(t *testing.T) {
	for _, f := range []vfs.Fault{
		{Op: vfs.OpWrite, Pattern: "*.seg.tmp", Err: syscall.ENOSPC},
		{Op: vfs.OpSync, Pattern: "*.seg.tmp"},
		{Op: vfs.OpRename, Pattern: "*.seg"},
		{Op: vfs.OpRemove, Pattern: "*.idx"},
		{Op: vfs.OpSyncDir, Pattern: "log"},
	} {
		c, disk := newClock(), vfs.NewMem()
		l, _, long := mixed(t, c, disk)
		l.drain()
		remove := disk.Inject(f)
		if _, err := l.Retain(); err == nil {
			t.Fatalf("%+v: no error", f)
		}
		remove()
		wantKept(t, l, long)
		wantKept(t, reopen(t, l, retention(c)), long)
		for range 4 {
			retain(t, l)
		}
		wantKept(t, l, long)
		wantKept(t, reopen(t, l, retention(c)), long)
	}
}

// TestReadersMeetRewrites reads old records over and over while their segments change.
func TestReadersMeetRewrites(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l, _, long := mixed(t, c, disk)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for index := range uint32(2) {
					p, err := l.Read(shard.Ref{Stream: long, Shard: index}, 0, 100, 1<<20, nil)
					if err != nil || len(p.Records) != 10 {
						t.Errorf("read %d records, %v", len(p.Records), err)
						return
					}
				}
			}
		})
	}
	for range 4 {
		retain(t, l)
	}
	close(stop)
	wg.Wait()
}

func TestDamagedSegmentIsNotRewritten(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l, _, _ := mixed(t, c, disk)
	l.drain()
	spoil(t, disk, segmentName(2), framesAt+200)
	before, err := disk.Stat("data/log/" + segmentName(2))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		retain(t, l)
	}
	after, err := disk.Stat("data/log/" + segmentName(2))
	if errors.Is(err, fs.ErrNotExist) || after.Size() != before.Size() {
		t.Fatalf("%v, %v", after, err)
	}
}

// spoil changes bytes of a segment.
func spoil(t *testing.T, fsys vfs.FS, name string, at ...int64) {
	t.Helper()
	f, err := fsys.OpenFile("data/log/"+name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, off := range at {
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, off); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 0x40
		if _, err := f.WriteAt(b, off); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
}
