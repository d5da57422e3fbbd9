package vfs

import (
	"io/fs"

	"golang.org/x/sys/windows"
)

// syncDir has nothing to do: Windows journals names by itself and has no call to wait for it.
func syncDir(string) error { return nil }

func usage(name string) (Usage, error) {
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return Usage{}, &fs.PathError{Op: "disk space", Path: name, Err: err}
	}
	var free, total, all uint64
	if err := windows.GetDiskFreeSpaceEx(p, &free, &total, &all); err != nil {
		return Usage{}, &fs.PathError{Op: "disk space", Path: name, Err: err}
	}
	return Usage{Total: int64(total), Free: int64(free)}, nil
}
