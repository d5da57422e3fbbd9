package shardlog

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// retention is a log of small segments whose time the test makes.
func retention(c *clock) Options {
	return Options{SegmentBytes: minSegment, Now: c.Now, RetainInterval: -1, TailBytes: 1}
}

func retain(t *testing.T, l *Log) Retained {
	t.Helper()
	l.drain()
	r, err := l.Retain()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// drain waits for the indexes of segments that are full.
func (l *Log) drain() {
	done := make(chan struct{})
	l.keeper.do(func() { close(done) })
	<-done
}

func segmentFiles(t *testing.T, fsys vfs.FS) (segs, others []string) {
	t.Helper()
	entries, err := fsys.ReadDir("data/log")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), segmentSuffix) {
			segs = append(segs, e.Name())
		} else {
			others = append(others, e.Name())
		}
	}
	return segs, others
}

func wantBounds(t *testing.T, l *Log, ref shard.Ref, first, next uint64) {
	t.Helper()
	b, err := l.Bounds(ref)
	if err != nil {
		t.Fatal(err)
	}
	if b.First != first || b.Next != next {
		t.Fatalf("%v: records %d to %d, want %d to %d", ref, b.First, b.Next, first, next)
	}
	if got := readAll(t, l, ref, 0); len(got) != int(next-first) {
		t.Fatalf("%v: read %d records, want %d", ref, len(got), next-first)
	}
}

func TestRetentionTrimsByTime(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l := openLog(t, disk, retention(c))
	s := createStream(t, l, "clicks", 2)
	for range 24 { // one an hour
		put(t, l, s.ID, group(0, strings.Repeat("x", 3000)))
		c.add(time.Hour)
	}
	ref := shard.Ref{Stream: s.ID}
	if r := retain(t, l); r.Dropped != 0 {
		t.Fatalf("freed %+v before its time", r)
	}
	wantBounds(t, l, ref, 0, 24)
	c.add(10*time.Hour + time.Millisecond)
	before, _ := segmentFiles(t, disk)
	r := retain(t, l)
	after, _ := segmentFiles(t, disk)
	if r.Dropped == 0 || len(before)-len(after) != r.Dropped || r.Bytes < int64(r.Dropped)*9000 {
		t.Fatalf("freed %+v: %v, then %v", r, before, after)
	}
	wantBounds(t, l, ref, 11, 24)
	for _, l := range []*Log{l, reopen(t, l, retention(c))} {
		retain(t, l)
		wantBounds(t, l, ref, 11, 24)
	}
}

// reopen opens the log that a crash of the machine leaves.
func reopen(t *testing.T, l *Log, o Options) *Log {
	t.Helper()
	return openLog(t, l.fs.(*vfs.Mem).Crash(nil), o)
}

func TestLongerRetentionBringsNothingBack(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l := openLog(t, disk, retention(c))
	s, keeper := createStream(t, l, "a", 1), createStream(t, l, "b", 1)
	for i := range 40 { // the first of keeper's records hold the first segment
		if i < 4 {
			put(t, l, keeper.ID, group(0, strings.Repeat("k", 2000)))
		}
		put(t, l, s.ID, group(0, strings.Repeat("x", 1000)))
		c.add(time.Hour)
	}
	setRetention(t, l, keeper.ID, 8760*time.Hour)
	retain(t, l)
	ref := shard.Ref{Stream: s.ID}
	wantBounds(t, l, ref, 16, 40)
	setRetention(t, l, s.ID, 8760*time.Hour)
	l = reopen(t, l, retention(c))
	wantBounds(t, l, ref, 16, 40)
	retain(t, l)
	wantBounds(t, l, ref, 16, 40)
	wantBounds(t, l, shard.Ref{Stream: keeper.ID}, 0, 4)
}

func setRetention(t *testing.T, l *Log, id shard.StreamID, d time.Duration) {
	t.Helper()
	if _, err := l.Update(id, func(s *shard.Stream) error { s.Retention = d; return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestDiskCapRemovesTheOldest(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	o := retention(c)
	o.DiskCap = 5 * minSegment
	l := openLog(t, disk, o)
	s := createStream(t, l, "clicks", 1)
	for i := range 100 {
		put(t, l, s.ID, group(0, fmt.Sprint(i)+strings.Repeat(" ", 3000)))
	}
	if r := retain(t, l); r.Dropped < 10 {
		t.Fatalf("freed %+v", r)
	}
	segs, _ := segmentFiles(t, disk)
	if len(segs) > 6 || len(segs) < 4 {
		t.Fatalf("left: %v", segs)
	}
	b, err := l.Bounds(shard.Ref{Stream: s.ID})
	if err != nil || b.First == 0 || b.Next != 100 {
		t.Fatalf("%+v, %v", b, err)
	}
	got := readAll(t, l, shard.Ref{Stream: s.ID}, 0)
	if want := fmt.Sprint(b.First); strings.TrimSpace(got[0]) != want || len(got) != int(100-b.First) {
		t.Fatalf("%d records from %q on, want %s", len(got), got[0][:10], want)
	}
	l = reopen(t, l, o)
	wantBounds(t, l, shard.Ref{Stream: s.ID}, b.First, 100)
}

func TestDeletedStreamFreesItsSegments(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l := openLog(t, disk, retention(c))
	s := createStream(t, l, "clicks", 1)
	for range 30 {
		put(t, l, s.ID, group(0, strings.Repeat("x", 3000)))
	}
	if err := l.Delete(s.ID); err != nil {
		t.Fatal(err)
	}
	retain(t, l)
	if segs, others := segmentFiles(t, disk); len(segs) > 2 || len(others) > 0 { // the active one and the next
		t.Fatalf("left: %v %v", segs, others)
	}
}

func TestCountersGoOnAfterAllIsTrimmed(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l := openLog(t, disk, retention(c))
	s, other := createStream(t, l, "clicks", 1), createStream(t, l, "other", 1)
	put(t, l, s.ID, group(0, numbered(0, 7)...))
	for range 30 {
		put(t, l, other.ID, group(0, strings.Repeat("x", 3000)))
	}
	c.add(48 * time.Hour)
	retain(t, l)
	if segs, _ := segmentFiles(t, disk); slices.Contains(segs, segmentName(1)) {
		t.Fatalf("left: %v", segs)
	}
	wantBounds(t, l, shard.Ref{Stream: s.ID}, 7, 7)
	l = reopen(t, l, retention(c))
	wantBounds(t, l, shard.Ref{Stream: s.ID}, 7, 7)
	if g := put(t, l, s.ID, group(0, "more")); g[0].First != 7 {
		t.Fatalf("counter %d", g[0].First)
	}
}

func TestExpiredShardsLeave(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	l := openLog(t, disk, retention(c))
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "a"))
	if _, err := l.Reshard(s.ID, []uint32{0}, shard.EvenRanges(2)); err != nil {
		t.Fatal(err)
	}
	put(t, l, s.ID, group(2, "b"))
	c.add(24 * time.Hour)
	if r := retain(t, l); r.Shards != 0 {
		t.Fatalf("freed %+v", r)
	}
	c.add(2 * time.Second)
	if r := retain(t, l); r.Shards != 1 {
		t.Fatalf("freed %+v", r)
	}
	for _, l := range []*Log{l, reopen(t, l, retention(c))} {
		now, err := l.Stream(s.ID)
		if err != nil || len(now.Shards) != 2 || now.Shards[0].Index != 1 || !slices.Equal(now.Shards[0].Parents, []uint32{0}) {
			t.Fatalf("%+v, %v", now, err)
		}
		if _, err := l.Bounds(shard.Ref{Stream: s.ID}); !errors.Is(err, shard.ErrNoShard) {
			t.Fatalf("error %v", err)
		}
	}
	if g := put(t, l, s.ID, group(2, "c")); g[0].First != 1 {
		t.Fatalf("counter %d", g[0].First)
	}
}

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

func TestRetentionRunsByItself(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	o := retention(c)
	o.RetainInterval = time.Hour // what starts a pass here is the end of a segment
	o.DiskCap = 1
	l := openLog(t, disk, o)
	s := createStream(t, l, "clicks", 1)
	for b := (shard.Bounds{}); b.First == 0; {
		put(t, l, s.ID, group(0, strings.Repeat("x", 3000)))
		var err error
		if b, err = l.Bounds(shard.Ref{Stream: s.ID}); err != nil {
			t.Fatal(err)
		}
	}
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
	f, err := fsys.OpenFile("data/log/"+name, 2, 0)
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
