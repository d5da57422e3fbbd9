package shardlog

import (
	"io/fs"
	"strings"
	"sync"
	"testing"

	"kinesql/operators/vfs"
)

// advised notes what its files are told not to keep in memory.
type advised struct {
	vfs.FS
	mu     sync.Mutex
	ranges [][2]int64
}

type advisedFile struct {
	vfs.File
	fs *advised
}

func (a *advised) OpenFile(name string, flag int, perm fs.FileMode) (vfs.File, error) {
	f, err := a.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return advisedFile{f, a}, nil
}

func (f advisedFile) Uncache(off, n int64) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.fs.ranges = append(f.fs.ranges, [2]int64{off, off + n})
}

// TestLargeRoundsLeaveTheMemoryOfTheSystem writes a small round and then a large one.
func TestLargeRoundsLeaveTheMemoryOfTheSystem(t *testing.T) {
	for _, mode := range []Durability{Always, Interval, None} {
		disk := &advised{FS: vfs.NewMem()}
		l := openLog(t, disk, Options{Durability: mode})
		s := createStream(t, l, "clicks", 1)
		put(t, l, s.ID, group(0, strings.Repeat("x", 10_000)))
		start := l.activeSegment().end.Load()
		put(t, l, s.ID, group(0, strings.Repeat("y", uncacheAt)))
		if err := l.Close(); err != nil { // the advice comes after the answer
			t.Fatal(err)
		}
		if mode != Always {
			if len(disk.ranges) > 0 {
				t.Errorf("%v: advice before the sync: %v", mode, disk.ranges)
			}
			continue
		}
		if len(disk.ranges) != 1 {
			t.Fatalf("advice %v, want it for the large round only", disk.ranges)
		}
		if r := disk.ranges[0]; r[0] != start&^(pageBytes-1) || r[1] < start+uncacheAt {
			t.Errorf("advice for %v, want it for what is written from %d on, from the start of its page", r, start)
		}
	}
}
