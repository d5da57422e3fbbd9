package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// SectorSize is what a disk writes in one piece.
const SectorSize = 512

// FS is a file system. Its methods may be called from any goroutine. Errors wrap
// those of io/fs (fs.ErrNotExist, fs.ErrExist) and name the file.
type FS interface {
	// OpenFile opens a file, with the flags of package os: O_RDONLY or O_RDWR, and
	// O_CREATE, O_EXCL, O_TRUNC. O_APPEND has no meaning here.
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	// Rename gives a file another name, in place of the file that has it, in one step.
	Rename(from, to string) error
	// Remove removes a file or an empty directory.
	Remove(name string) error
	// ReadDir lists a directory by name.
	ReadDir(name string) ([]fs.DirEntry, error)
	// MkdirAll makes a directory and those above it that do not exist.
	MkdirAll(name string, perm fs.FileMode) error
	// SyncDir makes the names in a directory last.
	SyncDir(name string) error
	// Stat tells the size and kind of a file.
	Stat(name string) (fs.FileInfo, error)
	// Lock takes the lock file of a name for this process until Close, and makes the file
	// if need be. It does not wait: ErrLocked if anyone has it, this process included.
	Lock(name string) (io.Closer, error)
	// Usage tells about the disk that holds a directory.
	Usage(name string) (Usage, error)
}

// File is an open file. ReadAt, WriteAt and Sync may be called together.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Sync makes what was written last, see the package comment. An error is final.
	Sync() error
	// Truncate sets the size. What is new reads as zeros.
	Truncate(size int64) error
	// Preallocate makes the file at least size bytes long and, where the system can, gives it
	// its place on the disk, so that a write within fails neither for want of space nor
	// needs more than its own bytes synced. What is new reads as zeros.
	Preallocate(size int64) error
	// Uncache tells the system that n bytes from an offset on, synced before, are not to be read
	// soon: it may use their memory for what is written next. It is advice, and
	// changes nothing that can be read.
	Uncache(off, n int64)
	// Size is the size now.
	Size() (int64, error)
	// Name is the name that the file was opened by.
	Name() string
}

// Usage is what a disk holds, in bytes.
type Usage struct {
	Total int64
	Free  int64 // for this user
}

// ErrLocked says that a lock file is held.
var ErrLocked = errors.New("locked by another process")

// Open opens a file to read.
func Open(fsys FS, name string) (File, error) { return fsys.OpenFile(name, os.O_RDONLY, 0) }

// Create makes a file, or empties the one there is, to read and write.
func Create(fsys FS, name string, perm fs.FileMode) (File, error) {
	return fsys.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, perm)
}

// ReadFile returns what a file holds.
func ReadFile(fsys FS, name string) ([]byte, error) {
	f, err := Open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	b := make([]byte, size)
	n, err := f.ReadAt(b, 0)
	if err != nil && !(err == io.EOF && n == len(b)) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}

// WriteFile puts a file in the place of the one there is, or of none, durably: after a crash the
// name has either all that it held before or all of data. A file of the name with .tmp appended is used and left behind
// only by a crash.
func WriteFile(fsys FS, name string, data []byte, perm fs.FileMode) error {
	tmp := name + ".tmp"
	f, err := Create(fsys, tmp, perm)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, fsys.Remove(tmp))
	}
	if err := fsys.Rename(tmp, name); err != nil {
		return err
	}
	return fsys.SyncDir(filepath.Dir(name))
}
