package kds

import (
	"bytes"
	"io/fs"

	"kinesql/operators/vfs"
)

// sparse is the file system of the machine on which blocks of zeros are not
// written but left out: a file of zeros takes no place on the disk.
type sparse struct{ vfs.FS }

// OpenFile implements vfs.FS.
func (s sparse) OpenFile(name string, flag int, perm fs.FileMode) (vfs.File, error) {
	f, err := s.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return sparseFile{f}, nil
}

type sparseFile struct{ vfs.File }

const block = 4096

var zeros [block]byte

// Preallocate implements vfs.File: it sets the size and reserves nothing.
func (f sparseFile) Preallocate(size int64) error {
	now, err := f.Size()
	if err != nil || now >= size {
		return err
	}
	return f.Truncate(size)
}

// WriteAt implements vfs.File. It relies on what it leaves out not having been
// written before.
func (f sparseFile) WriteAt(b []byte, off int64) (int, error) {
	from := 0
	for at := 0; at <= len(b); {
		end := min(len(b), at+block-int((off+int64(at))%block))
		if end > at && end-at == block && bytes.Equal(b[at:end], zeros[:]) {
			if err := f.write(b[from:at], off+int64(from)); err != nil {
				return from, err
			}
			from = end
		}
		if end == len(b) {
			break
		}
		at = end
	}
	if err := f.write(b[from:], off+int64(from)); err != nil {
		return from, err
	}
	return len(b), nil
}

func (f sparseFile) write(b []byte, off int64) error {
	if len(b) == 0 {
		return nil
	}
	_, err := f.File.WriteAt(b, off)
	return err
}
