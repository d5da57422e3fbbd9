package vfs

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
)

const pageSize = 4096

type page [pageSize]byte

// content is the bytes of a file: what is seen, and what a crash leaves. A page
// that is nil is zeros. Pages are shared between the two, and with the disks that
// Crash makes, until they are written: then the file has a copy, which is in fresh.
type content struct {
	size, durableSize int64
	pages, durable    []*page
	// fresh are the pages that may be written in place; true: a Sync makes them
	// last, false: a Sync of them has failed, so that nothing does but writing them again.
	fresh    map[int]bool
	reserved int // pages that have their place on the disk, from the front
	volatile bool
}

// allocated is the bytes that the file takes of the disk.
func (c *content) allocated() int64 {
	n := min(c.reserved, len(c.pages))
	for _, p := range c.pages[n:] {
		if p != nil {
			n++
		}
	}
	return int64(n) * pageSize
}

// writable returns a page to write on.
func (c *content) writable(i int) *page {
	for len(c.pages) <= i {
		c.pages = append(c.pages, nil)
	}
	if _, own := c.fresh[i]; !own && !c.volatile || c.pages[i] == nil {
		p := new(page)
		if c.pages[i] != nil {
			*p = *c.pages[i]
		}
		c.pages[i] = p
	}
	c.touch(i)
	return c.pages[i]
}

// touch marks a page as to be synced.
func (c *content) touch(i int) {
	if c.volatile {
		return
	}
	if c.fresh == nil {
		c.fresh = map[int]bool{}
	}
	c.fresh[i] = true
}

// sync makes what is seen last.
func (c *content) sync() {
	c.durableSize = c.size
	for i, good := range c.fresh {
		if !good {
			continue
		}
		for len(c.durable) <= i {
			c.durable = append(c.durable, nil)
		}
		c.durable[i] = c.at(i)
		delete(c.fresh, i)
	}
	if n := pagesOf(c.size); len(c.durable) > n {
		c.durable = c.durable[:n:n]
	}
}

// at returns a page to read, nil for zeros.
func (c *content) at(i int) *page {
	if i < len(c.pages) {
		return c.pages[i]
	}
	return nil
}

func pagesOf(size int64) int { return int((size + pageSize - 1) / pageSize) }

// memFile is a handle on a file.
type memFile struct {
	m      *Mem
	n      *node
	name   string
	write  bool
	closed bool
}

func (f *memFile) Name() string { return f.name }

// gate locks the disk for an operation that it lets pass or not; release with f.m.mu.Unlock.
func (f *memFile) gate(op Op) error {
	f.m.mu.Lock()
	if f.closed {
		return fail(op, f.name, fs.ErrClosed)
	}
	if changes[op] && op != OpSync && !f.write {
		return fail(op, f.name, syscall.EBADF)
	}
	return f.m.gate(op, f.name)
}

func (f *memFile) ReadAt(b []byte, off int64) (int, error) {
	err := f.gate(OpRead)
	defer f.m.mu.Unlock()
	if err != nil {
		return 0, err
	}
	if off < 0 {
		return 0, fail(OpRead, f.name, fs.ErrInvalid)
	}
	c := &f.n.content
	n := int(max(min(int64(len(b)), c.size-off), 0))
	for done := 0; done < n; {
		at := off + int64(done)
		part := b[done:min(n, done+pageSize-int(at%pageSize))]
		if p := c.at(int(at / pageSize)); p != nil {
			copy(part, p[at%pageSize:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt writes. When the machine stops at it, all of it was under way: a crash decides.
func (f *memFile) WriteAt(b []byte, off int64) (int, error) {
	err := f.gate(OpWrite)
	defer f.m.mu.Unlock()
	if off < 0 {
		return 0, fail(OpWrite, f.name, fs.ErrInvalid)
	}
	if !underWay(err) {
		n, _ := f.m.put(f.n, b[:len(b)*partly(err)/100], off)
		return n, err
	}
	n, full := f.m.put(f.n, b, off)
	if full != nil && err == nil {
		err = fail(OpWrite, f.name, full)
	}
	return n, err
}

// put writes until the disk is full.
func (m *Mem) put(n *node, b []byte, off int64) (int, error) {
	done := 0
	for done < len(b) {
		at := off + int64(done)
		i := int(at / pageSize)
		if n.content.at(i) == nil && i >= n.content.reserved {
			if err := m.take(pageSize); err != nil {
				return done, err
			}
		}
		done += copy(n.content.writable(i)[at%pageSize:], b[done:])
		n.content.size = max(n.content.size, off+int64(done))
	}
	return done, nil
}

// take counts space in use.
func (m *Mem) take(bytes int64) error {
	if m.mu.capacity > 0 && m.mu.used+bytes > m.mu.capacity {
		return syscall.ENOSPC
	}
	m.mu.used += bytes
	return nil
}

// Sync makes the file last. One that fails drops what was to be synced.
func (f *memFile) Sync() error {
	err := f.gate(OpSync)
	defer f.m.mu.Unlock()
	if err == nil {
		f.n.content.sync()
		return nil
	}
	if !errors.Is(err, ErrCrashed) {
		for i := range f.n.content.fresh {
			f.n.content.fresh[i] = false
		}
	}
	return err
}

func (f *memFile) Truncate(size int64) error {
	err := f.gate(OpTruncate)
	defer f.m.mu.Unlock()
	if size < 0 {
		return fail(OpTruncate, f.name, fs.ErrInvalid)
	}
	if underWay(err) {
		f.m.truncate(f.n, size)
	}
	return err
}

// truncate sets the size. What is beyond it reads as zeros if the file grows again.
func (m *Mem) truncate(n *node, size int64) {
	c := &n.content
	before := c.allocated()
	if size < c.size {
		if tail := int(size % pageSize); tail > 0 && c.at(int(size/pageSize)) != nil {
			clear(c.writable(int(size / pageSize))[tail:])
		}
		for i := pagesOf(size); i < len(c.pages); i++ {
			c.pages[i] = nil
			c.touch(i)
		}
		c.pages = c.pages[:min(pagesOf(size), len(c.pages))]
		c.reserved = min(c.reserved, pagesOf(size))
	}
	c.size = size
	m.mu.used += c.allocated() - before
}

func (f *memFile) Preallocate(size int64) error {
	err := f.gate(OpAllocate)
	defer f.m.mu.Unlock()
	if !underWay(err) {
		return err
	}
	c := &f.n.content
	before := c.allocated()
	pages, reserved := len(c.pages), c.reserved
	for len(c.pages) < pagesOf(size) {
		c.pages = append(c.pages, nil)
	}
	c.reserved = max(reserved, pagesOf(size))
	if full := f.m.take(c.allocated() - before); full != nil {
		c.pages, c.reserved = c.pages[:pages], reserved
		return fail(OpAllocate, f.name, full)
	}
	c.size = max(c.size, size)
	return err
}

// Uncache does nothing: all of it is memory.
func (f *memFile) Uncache(int64, int64) {}

func (f *memFile) Size() (int64, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, fail(OpStat, f.name, fs.ErrClosed)
	}
	return f.n.content.size, nil
}

func (f *memFile) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return fail(OpClose, f.name, fs.ErrClosed)
	}
	f.closed = true
	f.n.open--
	f.m.release(f.n)
	return nil
}
