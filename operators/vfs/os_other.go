//go:build !linux

package vfs

import (
	"errors"
	"os"
)

// syncData syncs the whole file: Go asks macOS for F_FULLFSYNC, which reaches
// the disk's medium, and Windows for FlushFileBuffers.
func syncData(f *os.File) error { return f.Sync() }

// uncache leaves it to the system what it keeps in memory.
func uncache(*os.File, int64, int64) {}

func preallocate(*os.File, int64) error { return errors.ErrUnsupported }
