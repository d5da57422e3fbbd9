package shardlog

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// A log that has lost its directory acknowledges nothing more.
func TestDirectoryGoes(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(dir string) error
		ends bool
	}{
		{"nothing happens", func(string) error { return nil }, false},
		{"removed", os.RemoveAll, true},
		{"moved", func(dir string) error { return os.Rename(dir, dir+".old") }, true},
		{"replaced", func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "LOCK"), nil, 0o600))
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			l, err := Open(dir, Options{FS: vfs.OS()})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			s := createStream(t, l, "clicks", 1)
			put(t, l, s.ID, group(0, "a"))
			if err := c.do(dir); err != nil {
				t.Fatal(err)
			}
			if err := l.CheckDirectory(); errors.Is(err, shard.ErrLogFailed) != c.ends || err == nil == c.ends {
				t.Errorf("the check says %v", err)
			}
			if err := tryPut(l, s.ID, group(0, "b")); errors.Is(err, shard.ErrLogFailed) != c.ends {
				t.Errorf("a put: %v", err)
			}
		})
	}
}

func TestDirectoryInMemoryStays(t *testing.T) {
	l := openLog(t, vfs.NewMem(), Options{})
	if err := l.CheckDirectory(); err != nil {
		t.Error(err)
	}
}
