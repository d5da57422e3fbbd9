package vfs_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/operators/vfs"
)

// both runs a test on the machine's disk and on that of memory.
func both(t *testing.T, test func(t *testing.T, fsys vfs.FS, dir string)) {
	t.Run("os", func(t *testing.T) { test(t, vfs.OS(), t.TempDir()) })
	t.Run("volatile", func(t *testing.T) {
		m := vfs.NewVolatile()
		check(t, m.MkdirAll("/data", 0o755))
		test(t, m, "/data")
	})
	t.Run("mem", func(t *testing.T) {
		m := vfs.NewMem()
		check(t, m.MkdirAll("/data", 0o755))
		test(t, m, "/data")
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantIs(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

func create(t *testing.T, fsys vfs.FS, name, text string) vfs.File {
	t.Helper()
	f, err := vfs.Create(fsys, name, 0o600)
	check(t, err)
	_, err = f.WriteAt([]byte(text), 0)
	check(t, err)
	return f
}

func wantFile(t *testing.T, fsys vfs.FS, name, want string) {
	t.Helper()
	got, err := vfs.ReadFile(fsys, name)
	check(t, err)
	if string(got) != want {
		t.Fatalf("%s holds %q, want %q", name, got, want)
	}
}

func TestFileReadsWhatWasWritten(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := filepath.Join(dir, "a")
		f := create(t, fsys, name, "hello")
		far := bytes.Repeat([]byte("x"), 10_000)
		_, err := f.WriteAt(far, 5000)
		check(t, err)
		check(t, f.Sync())
		b := make([]byte, 20_000)
		n, err := f.ReadAt(b, 0)
		if n != 15_000 || err != io.EOF {
			t.Fatalf("read %d bytes, %v", n, err)
		}
		want := append(append([]byte("hello"), make([]byte, 4995)...), far...)
		if !bytes.Equal(b[:n], want) {
			t.Fatal("other bytes than were written")
		}
		if n, err := f.ReadAt(b[:1], 15_000); n != 0 || err != io.EOF {
			t.Fatalf("read at the end: %d, %v", n, err)
		}
		check(t, f.Close())
		wantIs(t, f.Close(), fs.ErrClosed)
		_, err = f.ReadAt(b, 0)
		wantIs(t, err, fs.ErrClosed)
	})
}

func TestTruncateLeavesZeros(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := filepath.Join(dir, "a")
		f := create(t, fsys, name, "abcdef")
		check(t, f.Truncate(2))
		check(t, f.Truncate(4))
		check(t, f.Close())
		wantFile(t, fsys, name, "ab\x00\x00")
	})
}

func TestUncacheKeepsTheBytes(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name, want := filepath.Join(dir, "a"), strings.Repeat("0123456789abcdef", 4096)
		f := create(t, fsys, name, want)
		check(t, f.Sync())
		f.Uncache(0, int64(len(want)))
		f.Uncache(100, 5000)
		f.Uncache(int64(len(want)), 1<<20) // beyond the end
		check(t, f.Close())
		wantFile(t, fsys, name, want)
	})
}

func TestPreallocateKeepsTheBytes(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		f := create(t, fsys, filepath.Join(dir, "a"), "ab")
		check(t, f.Preallocate(9000))
		check(t, f.Preallocate(100))
		if size, err := f.Size(); size != 9000 || err != nil {
			t.Fatalf("size %d, %v", size, err)
		}
		b := make([]byte, 3)
		_, err := f.ReadAt(b, 0)
		check(t, err)
		if string(b) != "ab\x00" {
			t.Fatalf("read %q", b)
		}
		check(t, f.Close())
	})
}

func TestNames(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		a, b, sub := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "x", "y")
		_, err := vfs.Open(fsys, a)
		wantIs(t, err, fs.ErrNotExist)
		wantIs(t, fsys.Remove(a), fs.ErrNotExist)
		wantIs(t, fsys.Rename(a, b), fs.ErrNotExist)
		_, err = fsys.Stat(a)
		wantIs(t, err, fs.ErrNotExist)
		_, err = vfs.Create(fsys, filepath.Join(sub, "f"), 0o600)
		wantIs(t, err, fs.ErrNotExist)
		check(t, create(t, fsys, a, "1").Close())
		check(t, create(t, fsys, b, "22").Close())
		_, err = fsys.OpenFile(a, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		wantIs(t, err, fs.ErrExist)
		check(t, fsys.Rename(a, b))
		wantFile(t, fsys, b, "1")
		check(t, fsys.MkdirAll(sub, 0o755))
		check(t, fsys.MkdirAll(sub, 0o755))
		check(t, fsys.SyncDir(dir))
		entries, err := fsys.ReadDir(dir)
		check(t, err)
		if len(entries) != 2 || entries[0].Name() != "b" || entries[0].IsDir() || entries[1].Name() != "x" || !entries[1].IsDir() {
			t.Fatalf("entries %v", entries)
		}
		if fsys.Remove(filepath.Join(dir, "x")) == nil {
			t.Fatal("a directory that is not empty was removed")
		}
		check(t, fsys.Remove(sub))
		info, err := fsys.Stat(b)
		check(t, err)
		if info.Size() != 1 || info.IsDir() || info.Mode().Perm() != 0o600 {
			t.Fatalf("stat %v", info)
		}
	})
}

func TestReadOnlyHandleDoesNotWrite(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := filepath.Join(dir, "a")
		check(t, create(t, fsys, name, "1").Close())
		f, err := vfs.Open(fsys, name)
		check(t, err)
		if _, err := f.WriteAt([]byte("2"), 0); err == nil {
			t.Fatal("written through a handle to read")
		}
		check(t, f.Close())
		wantFile(t, fsys, name, "1")
	})
}

func TestLockIsHeldOnce(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := filepath.Join(dir, "lock")
		l, err := fsys.Lock(name)
		check(t, err)
		_, err = fsys.Lock(name)
		wantIs(t, err, vfs.ErrLocked)
		check(t, l.Close())
		l, err = fsys.Lock(name)
		check(t, err)
		check(t, l.Close())
	})
}

func TestWriteFileReplaces(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		name := filepath.Join(dir, "doc.json")
		check(t, vfs.WriteFile(fsys, name, []byte("one"), 0o600))
		check(t, vfs.WriteFile(fsys, name, []byte("2"), 0o600))
		wantFile(t, fsys, name, "2")
		entries, err := fsys.ReadDir(dir)
		check(t, err)
		if len(entries) != 1 {
			t.Fatalf("left behind: %v", entries)
		}
	})
}

func TestUsage(t *testing.T) {
	both(t, func(t *testing.T, fsys vfs.FS, dir string) {
		u, err := fsys.Usage(dir)
		check(t, err)
		if u.Total <= 0 || u.Free <= 0 || u.Free > u.Total {
			t.Fatalf("usage %+v", u)
		}
		_, err = fsys.Usage(filepath.Join(dir, "nowhere"))
		wantIs(t, err, fs.ErrNotExist)
	})
}
