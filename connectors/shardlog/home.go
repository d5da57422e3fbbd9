package shardlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func (l *Log) lockFile() string { return filepath.Join(l.dir, "LOCK") }

// CheckDirectory ends the log's writing if its directory has been removed, or another
// has been put in its place: writes to files without a name go on well, and
// everything that they acknowledge is gone at the next start. It is to be called now and then.
func (l *Log) CheckDirectory() error {
	if err := l.broken(); err != nil {
		return err
	}
	now, err := l.fs.Stat(l.lockFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l.fail(fmt.Errorf("the directory %s was removed while it was in use: %w", l.dir, err))
	case err != nil:
		return err // which may pass
	case os.SameFile(l.home, l.home) && !os.SameFile(l.home, now): // files in memory are never the same
		return l.fail(fmt.Errorf("another directory was put in the place of %s while it was in use", l.dir))
	}
	return nil
}
