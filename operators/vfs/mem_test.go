package vfs_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"kinesql/operators/vfs"
)

func TestCrashKeepsWhatWasSynced(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "old")
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	_, err := f.WriteAt([]byte("new and longer"), 0)
	check(t, err)
	check(t, create(t, m, "b", "unsynced name").Sync())
	after := m.Crash(nil)
	wantFile(t, after, "a", "old")
	_, err = after.Stat("b")
	wantIs(t, err, fs.ErrNotExist)
	wantFile(t, m, "a", "new and longer")
	wantFile(t, after.Crash(nil), "a", "old")
}

// TestCrashTears crashes many times and wants each way a write can be cut short.
func TestCrashTears(t *testing.T) {
	m := vfs.NewMem()
	old, new := strings.Repeat("o", 3*vfs.SectorSize), strings.Repeat("n", 3*vfs.SectorSize)
	f := create(t, m, "a", old)
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	_, err := f.WriteAt([]byte(new), 0)
	check(t, err)
	seen := map[string]int{}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		b, err := vfs.ReadFile(m.Crash(rng), "a")
		check(t, err)
		var shape []byte
		for s := range 3 {
			sector := b[s*vfs.SectorSize:][:vfs.SectorSize]
			if len(bytes.Trim(sector, string(sector[:1]))) > 0 {
				t.Fatalf("a sector is torn: %q", sector)
			}
			shape = append(shape, sector[0])
		}
		seen[string(shape)]++
	}
	if len(seen) != 8 {
		t.Fatalf("outcomes %v, want all 8", seen)
	}
	wantFile(t, m, "a", new)
}

func TestCrashMayForgetTheSize(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "1234")
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	check(t, f.Truncate(2))
	_, err := f.WriteAt([]byte("X"), 9)
	check(t, err)
	seen := map[string]bool{}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		b, err := vfs.ReadFile(m.Crash(rng), "a")
		check(t, err)
		seen[string(b)] = true
	}
	for _, want := range []string{"1234", "12\x00\x00", "12\x00\x00\x00\x00\x00\x00\x00X"} {
		if !seen[want] {
			t.Errorf("never %q in %v", want, seen)
		}
	}
	check(t, f.Sync())
	wantFile(t, m.Crash(nil), "a", "12\x00\x00\x00\x00\x00\x00\x00X")
}

// TestTruncatedPagesStayZero grows a file anew over pages that were durable once.
func TestTruncatedPagesStayZero(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", strings.Repeat("x", 20_000))
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	check(t, f.Truncate(0))
	check(t, f.Truncate(20_000))
	_, err := f.WriteAt([]byte("y"), 19_999)
	check(t, err)
	check(t, f.Sync())
	wantFile(t, m.Crash(nil), "a", strings.Repeat("\x00", 19_999)+"y")
}

func TestRenameIsOneStep(t *testing.T) {
	m := vfs.NewMem()
	check(t, create(t, m, "a", "old").Sync())
	check(t, create(t, m, "a.tmp", "new").Sync())
	check(t, m.SyncDir("/"))
	check(t, m.Rename("a.tmp", "a"))
	wantFile(t, m, "a", "new")
	rng := rand.New(rand.NewPCG(5, 6))
	seen := map[string]bool{}
	for range 50 {
		after := m.Crash(rng)
		b, err := vfs.ReadFile(after, "a")
		check(t, err)
		_, err = after.Stat("a.tmp")
		if (err == nil) != (string(b) == "old") {
			t.Fatalf("a holds %q and a.tmp: %v", b, err)
		}
		seen[string(b)] = true
	}
	if len(seen) != 2 {
		t.Fatalf("outcomes %v", seen)
	}
	check(t, m.SyncDir("/"))
	wantFile(t, m.Crash(nil), "a", "new")
}

func TestRemoveMayBeUndone(t *testing.T) {
	m := vfs.NewMem()
	check(t, create(t, m, "a", "data").Sync())
	check(t, m.SyncDir("/"))
	check(t, m.Remove("a"))
	wantFile(t, m.Crash(nil), "a", "data")
	check(t, m.SyncDir("/"))
	_, err := m.Crash(nil).Stat("a")
	wantIs(t, err, fs.ErrNotExist)
}

// TestWriteFileSurvives stops the machine at each operation of a replacement.
func TestWriteFileSurvives(t *testing.T) {
	for seed := range uint64(200) {
		m := vfs.NewMem()
		check(t, vfs.WriteFile(m, "doc", []byte("old"), 0o600))
		m.CrashAt(1 + int(seed%6))
		err := vfs.WriteFile(m, "doc", []byte("new"), 0o600)
		b, readErr := vfs.ReadFile(m.Crash(rand.New(rand.NewPCG(seed, 0))), "doc")
		check(t, readErr)
		if string(b) != "new" && (err == nil || string(b) != "old") {
			t.Fatalf("seed %d: doc holds %q after %v", seed, b, err)
		}
		if stops := seed%6 < 5; stops != errors.Is(err, vfs.ErrCrashed) {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestStoppedMachineDoesNothing(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "1")
	m.CrashAt(1)
	wantIs(t, f.Sync(), vfs.ErrCrashed)
	_, err := f.WriteAt([]byte("22"), 0)
	wantIs(t, err, vfs.ErrCrashed)
	wantIs(t, m.Rename("a", "b"), vfs.ErrCrashed)
	wantIs(t, m.Remove("a"), vfs.ErrCrashed)
	_, err = vfs.ReadFile(m, "a")
	wantIs(t, err, vfs.ErrCrashed)
	for seed := range uint64(50) {
		b, err := vfs.ReadFile(m.Crash(rand.New(rand.NewPCG(seed, 1))), "a")
		if err == nil && strings.Trim(string(b), "\x00") != "" && string(b) != "1" {
			t.Fatalf("a write after the stop was done: %q", b)
		}
	}
}

func TestFailedSyncDropsWhatItHad(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "log-1", "kept")
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	m.Inject(vfs.Fault{Op: vfs.OpSync, Pattern: "log-*", Times: 1})
	_, err := f.WriteAt([]byte("lost"), 0)
	check(t, err)
	wantIs(t, f.Sync(), syscall.EIO)
	check(t, f.Sync())
	wantFile(t, m, "log-1", "lost")
	wantFile(t, m.Crash(nil), "log-1", "kept")
	_, err = f.WriteAt([]byte("good"), 0)
	check(t, err)
	check(t, f.Sync())
	wantFile(t, m.Crash(nil), "log-1", "good")
}

func TestFaultsCount(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "")
	remove := m.Inject(vfs.Fault{Op: vfs.OpWrite, After: 1, Times: 2, Err: syscall.ENXIO, Partly: 50})
	var got []int
	for range 4 {
		n, err := f.WriteAt([]byte("1234"), 0)
		if (err != nil) != (n < 4) || err != nil && !errors.Is(err, syscall.ENXIO) {
			t.Fatalf("%d, %v", n, err)
		}
		got = append(got, n)
	}
	if want := []int{4, 2, 2, 4}; !equal(got, want) {
		t.Fatalf("written %v, want %v", got, want)
	}
	remove()
	m.Inject(vfs.Fault{Op: vfs.OpRead})
	if _, err := vfs.ReadFile(m, "a"); !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "read a") {
		t.Fatalf("read: %v", err)
	}
}

func equal(a, b []int) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestFaultMayWait(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "1")
	entered, leave := make(chan bool), make(chan bool)
	m.Inject(vfs.Fault{Op: vfs.OpSync, Times: 1, Do: func() error { close(entered); <-leave; return nil }})
	done := make(chan error)
	go func() { done <- f.Sync() }()
	<-entered
	wantFile(t, m, "a", "1") // others go on meanwhile
	close(leave)
	check(t, <-done)
}

func TestDiskFull(t *testing.T) {
	m := vfs.NewMem()
	m.SetCapacity(16 << 10)
	f := create(t, m, "a", "1")
	check(t, f.Preallocate(8<<10))
	g := create(t, m, "b", "")
	n, err := g.WriteAt(make([]byte, 12<<10), 0)
	if wantIs(t, err, syscall.ENOSPC); n != 8<<10 {
		t.Fatalf("%d bytes written", n)
	}
	_, err = f.WriteAt([]byte("in place"), 8000)
	check(t, err)
	wantIs(t, f.Preallocate(12<<10), syscall.ENOSPC)
	u, err := m.Usage("/")
	check(t, err)
	if u != (vfs.Usage{Total: 16 << 10}) {
		t.Fatalf("usage %+v", u)
	}
	check(t, m.Remove("b"))
	if u, _ := m.Usage("/"); u.Free != 0 {
		t.Fatal("an open file gave its space back")
	}
	check(t, g.Close())
	check(t, f.Preallocate(12<<10))
	if u, _ := m.Usage("/"); u.Free != 4<<10 {
		t.Fatalf("free %d", u.Free)
	}
	check(t, f.Truncate(0))
	if u, _ := m.Usage("/"); u.Free != 16<<10 {
		t.Fatalf("free %d", u.Free)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "1")
	m.SetReadOnly(true)
	_, err := f.WriteAt([]byte("2"), 0)
	wantIs(t, err, syscall.EROFS)
	wantIs(t, f.Sync(), syscall.EROFS)
	wantIs(t, m.Rename("a", "b"), syscall.EROFS)
	_, err = m.OpenFile("a", os.O_RDWR, 0)
	wantIs(t, err, syscall.EROFS)
	_, err = vfs.Create(m, "c", 0o600)
	wantIs(t, err, syscall.EROFS)
	wantFile(t, m, "a", "1")
	m.SetReadOnly(false)
	check(t, f.Sync())
}

func TestRestartKeepsWhatTheSystemHas(t *testing.T) {
	m := vfs.NewMem()
	f := create(t, m, "a", "old")
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	m.CrashAt(1)
	_, err := f.WriteAt([]byte("new"), 0)
	wantIs(t, err, vfs.ErrCrashed)
	m.Restart()
	wantFile(t, m, "a", "new")
	wantFile(t, m.Crash(nil), "a", "old")
	check(t, f.Sync())
	wantFile(t, m.Crash(nil), "a", "new")
}

func TestVolatileKeepsNothing(t *testing.T) {
	m := vfs.NewVolatile()
	f := create(t, m, "a", strings.Repeat("x", 10_000))
	check(t, f.Sync())
	check(t, m.SyncDir("/"))
	check(t, f.Truncate(5000))
	_, err := f.WriteAt([]byte("y"), 4999)
	check(t, err)
	wantFile(t, m, "a", strings.Repeat("x", 4999)+"y")
	if entries, err := m.Crash(nil).ReadDir("/"); err != nil || len(entries) > 0 {
		t.Fatalf("left: %v, %v", entries, err)
	}
}

// TestVolatileForgetsRemovedFiles writes and removes more than would fit if anything of them stayed.
func TestVolatileForgetsRemovedFiles(t *testing.T) {
	m := vfs.NewVolatile()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 200 {
		f := create(t, m, "a", "")
		_, err := f.WriteAt(make([]byte, 1<<20), 0)
		check(t, err)
		check(t, f.Close())
		check(t, m.Remove("a"))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Fatalf("%d bytes stay", grown)
	}
	runtime.KeepAlive(m)
}
