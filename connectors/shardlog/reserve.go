package shardlog

import (
	"errors"
	"io/fs"
	"path/filepath"

	"kinesql/operators/vfs"
)

// reserveBytes is set aside on the disk so that a full one can still be freed: to
// trim records, to let shards expire and to delete a stream the log first writes down that it does.
const reserveBytes = 1 << 20

func (l *Log) reserveFile() string { return filepath.Join(l.dir, "reserve") }

// keepReserve sets the reserve aside if it is not there. A disk without room for it now may have some later.
func (l *Log) keepReserve() {
	if _, err := l.fs.Stat(l.reserveFile()); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	f, err := vfs.Create(l.fs, l.reserveFile(), 0o600)
	if err == nil {
		err = errors.Join(f.Preallocate(reserveBytes), f.Close())
	}
	if err == nil {
		return
	}
	l.opts.Logger.Warn("no reserve was set aside on the disk", "file", l.reserveFile(), "err", err)
	if err := l.fs.Remove(l.reserveFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.opts.Logger.Warn("remove the reserve", "err", err)
	}
}

// frugal does what makes room in the end; if it fails it is tried again with the reserve given back.
func (l *Log) frugal(write func() error) error {
	err := write()
	if err == nil || l.fs.Remove(l.reserveFile()) != nil {
		return err
	}
	return write()
}
