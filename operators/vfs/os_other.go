//go:build !linux

package vfs

import (
	"errors"
	"os"
)

// syncData syncs the whole file: Go asks macOS for F_FULLFSYNC, which reaches
// the disk's medium, and Windows for FlushFileBuffers.
func syncData(f *os.File) error { return f.Sync() }

func preallocate(*os.File, int64) error { return errors.ErrUnsupported }
