package vfs

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncData leaves out times of change, which nobody here reads: with the file
// preallocated that saves a write of the journal each time.
func syncData(f *os.File) error { return withFd(f, unix.Fdatasync) }

func preallocate(f *os.File, size int64) error {
	return withFd(f, func(fd int) error { return unix.Fallocate(fd, 0, 0, size) })
}

// uncache drops the pages that lie in the range as a whole. A system that keeps
// them all the same is no failure.
func uncache(f *os.File, off, n int64) {
	_ = withFd(f, func(fd int) error { return unix.Fadvise(fd, off, n, unix.FADV_DONTNEED) })
}

// withFd calls again what a signal has interrupted.
func withFd(f *os.File, call func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		for failed = unix.EINTR; failed == unix.EINTR; {
			failed = call(int(fd))
		}
	})
	return errors.Join(err, failed)
}
