package shardlog

import (
	"errors"
	"fmt"
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

// TestFullDiskIsFreed fills the disk to the last byte.
func TestFullDiskIsFreed(t *testing.T) {
	c, disk := newClock(), vfs.NewMem()
	disk.SetCapacity(reserveBytes + 40*minSegment)
	l := openLog(t, disk, retention(c))
	s, closed := createStream(t, l, "clicks", 1), createStream(t, l, "other", 1)
	if _, err := l.Reshard(closed.ID, []uint32{0}, shard.EvenRanges(2)); err != nil {
		t.Fatal(err)
	}
	var err error
	for err == nil {
		err = tryPut(l, s.ID, group(0, strings.Repeat("x", 3000)))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	l.drain()
	f, err := vfs.Create(disk, "ballast", 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		var size int64
		if size, err = f.Size(); err == nil {
			_, err = f.WriteAt([]byte("x"), size+4095)
		}
	}
	c.add(25 * time.Hour)
	if r := retain(t, l); r.Dropped < 30 || r.Shards != 1 {
		t.Fatalf("freed %+v", r)
	}
	put(t, l, s.ID, group(0, strings.Repeat("x", 3000)))
	if _, err := disk.Stat("data/reserve"); err != nil {
		t.Fatal(err)
	}
}
