package shardlog

import (
	"container/list"
	"errors"
	"fmt"
	"os"
	"sync"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// maxOpenFiles bounds how many segments are open to be read.
const maxOpenFiles = 128

// files keeps segments open that were read lately.
type files struct {
	fs vfs.FS

	mu     sync.Mutex
	open   []*segment // the oldest first
	closed bool
}

func newFiles(fsys vfs.FS) *files { return &files{fs: fsys} }

// errDropped says that a segment is gone: its records have been trimmed, or are in another now.
var errDropped = errors.New("the segment has been removed")

// errCut says that a file ends before bytes that were written to it.
var errCut = errors.New("the file has been cut")

// read reads bytes of a segment that are known to be there.
func (c *files) read(s *segment, b []byte, offset int64) error {
	if err := c.lease(s); err != nil {
		return err
	}
	defer s.mu.RUnlock()
	n, err := readAt(s.file, b, offset)
	if err == nil && n < len(b) {
		err = fmt.Errorf("%s: %w: %d of %d bytes at %d", s.path, errCut, n, len(b), offset)
	}
	return err
}

// lease returns with the segment's file open and s.mu held for reading.
func (c *files) lease(s *segment) error {
	for {
		s.mu.RLock()
		if s.file != nil {
			return nil
		}
		s.mu.RUnlock()
		if err := c.openFile(s); err != nil {
			return err
		}
	}
}

func (c *files) openFile(s *segment) error {
	s.mu.Lock()
	if s.dropped {
		s.mu.Unlock()
		return errDropped
	}
	if s.file != nil {
		s.mu.Unlock()
		return nil
	}
	f, err := c.fs.OpenFile(s.path, os.O_RDONLY, 0)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	s.file = f
	s.mu.Unlock()
	return c.note(s)
}

// note counts a segment among the open ones, and closes the oldest beyond the bound.
func (c *files) note(s *segment) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errors.Join(shard.ErrLogClosed, s.closeFile())
	}
	c.open = append(c.open, s)
	var old *segment
	if len(c.open) > maxOpenFiles {
		old = c.open[0]
		c.open = append(c.open[:0], c.open[1:]...)
	}
	c.mu.Unlock()
	if old == nil {
		return nil
	}
	return old.closeFile()
}

func (s *segment) isDropped() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.dropped
}

func (s *segment) closeFile() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// close closes all and lets none be opened again.
func (c *files) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, s := range c.open {
		errs = append(errs, s.closeFile())
	}
	c.open, c.closed = nil, true
	return errors.Join(errs...)
}

// spanCacheBytes bounds the index entries in memory that came from index files.
const spanCacheBytes = 16 << 20

// spanCache keeps index entries that were used lately.
type spanCache struct {
	mu    sync.Mutex
	bytes int64
	byKey map[spanKey]*list.Element
	order *list.List // of *cachedSpans, the latest first
}

type spanKey struct {
	segment *segment // one that takes the place of another has spans of its own
	ref     shard.Ref
}

type cachedSpans struct {
	key   spanKey
	spans []span
}

func newSpanCache() *spanCache {
	return &spanCache{byKey: map[spanKey]*list.Element{}, order: list.New()}
}

func (c *spanCache) get(key spanKey) ([]span, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedSpans).spans, true
}

func (c *spanCache) put(key spanKey, spans []span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey[key] != nil {
		return
	}
	c.byKey[key] = c.order.PushFront(&cachedSpans{key, spans})
	c.bytes += cacheCost(spans)
	for c.bytes > spanCacheBytes && c.order.Len() > 1 {
		c.remove(c.order.Back())
	}
}

func (c *spanCache) remove(e *list.Element) {
	old := c.order.Remove(e).(*cachedSpans)
	delete(c.byKey, old.key)
	c.bytes -= cacheCost(old.spans)
}

// forget drops what is kept of a segment.
func (c *spanCache) forget(segment *segment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.byKey {
		if key.segment == segment {
			c.remove(e)
		}
	}
}

func cacheCost(spans []span) int64 { return int64(len(spans))*spanEntry + 200 }
