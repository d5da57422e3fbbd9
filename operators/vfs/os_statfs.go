//go:build linux || darwin

package vfs

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

func usage(name string) (Usage, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(name, &s); err != nil {
		return Usage{}, &fs.PathError{Op: "statfs", Path: name, Err: err}
	}
	block := int64(s.Bsize)
	return Usage{Total: int64(s.Blocks) * block, Free: int64(s.Bavail) * block}, nil
}
