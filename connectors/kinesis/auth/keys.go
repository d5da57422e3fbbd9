package auth

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Keys is an Authenticator over a key file. It takes only requests that a key of
// the file has signed.
type Keys struct {
	path   string
	hosts  []string
	logger *slog.Logger
	table  atomic.Pointer[table]
	seen   stamp // of the file when it was last read; used by one goroutine at a time
	mu     sync.Mutex
}

// Options is what Keys may be told.
type Options struct {
	// Hosts are other names of the server, with port where one is sent, under which
	// clients may sign: those that a proxy in front has rewritten.
	Hosts  []string
	Logger *slog.Logger // default: none
}

// table is the keys of one reading of the file.
type table struct {
	keys    map[string]*Key
	derived derivedKeys
}

// stamp tells one state of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// OpenKeys reads a key file.
func OpenKeys(path string, o Options) (*Keys, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	k := &Keys{path: path, hosts: o.Hosts, logger: o.Logger}
	return k, k.Reload()
}

// NewKeys is OpenKeys without a file.
func NewKeys(keys []Key, o Options) *Keys {
	k := &Keys{hosts: o.Hosts, logger: o.Logger}
	k.set(keys)
	return k
}

func (k *Keys) set(keys []Key) {
	t := &table{keys: make(map[string]*Key, len(keys))}
	for i := range keys {
		t.keys[keys[i].AccessKeyID] = &keys[i]
	}
	k.table.Store(t)
}

// Reload reads the file anew. After an error the keys are those of before.
func (k *Keys) Reload() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if info, err := os.Stat(k.path); err == nil {
		k.seen = stamp{info.ModTime(), info.Size()}
	}
	keys, err := ReadKeys(k.path)
	if err != nil {
		return err
	}
	k.set(keys)
	k.logger.Info("keys read", "file", k.path, "keys", len(keys))
	return nil
}

// Changed reports whether the file is another than the one last read.
func (k *Keys) Changed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.path)
	return err == nil && k.seen != stamp{info.ModTime(), info.Size()}
}

// String says where the keys are from; it shows none.
func (k *Keys) String() string {
	return fmt.Sprintf("%d keys of %s", len(k.table.Load().keys), k.path)
}
