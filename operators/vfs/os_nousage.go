//go:build !linux && !darwin && !windows

package vfs

import (
	"errors"
	"io/fs"
)

func usage(name string) (Usage, error) {
	return Usage{}, &fs.PathError{Op: "disk space", Path: name, Err: errors.ErrUnsupported}
}
