package vfs

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Mem is a file system in memory that forgets what was not synced, see Crash,
// and fails on demand, see Inject, CrashAt, SetCapacity and SetReadOnly. Names are cleaned; a
// relative name is one below the root. Permissions are kept, not heeded. Times are zero.
type Mem struct {
	mu struct {
		sync.Mutex
		root    *node
		pending []change // of names, not yet synced, in their order
		locks   map[string]bool
		faults  []*Fault
		ops     int // that change the disk, so far
		crashAt int // the op at which the machine stops; 0: never
		dead    bool

		volatile bool // nothing is kept for a crash
		readOnly bool
		capacity int64 // in bytes; 0: no bound
		used     int64 // pages
	}
}

// node is a file or a directory.
type node struct {
	perm fs.FileMode
	// Of a directory: what is seen, and what a crash leaves.
	dir            bool
	names, durable map[string]*node
	// Of a file.
	content content
	// linked counts the names that are seen, open the handles: space is free when both are 0.
	linked, open int
}

// change is a change of names that a crash may undo: the names of old are gone and
// those of new are there, in one step.
type change struct {
	removed, added entry
}

// entry is a name in a directory.
type entry struct {
	in   *node
	name string
	is   *node // for an added one
}

func newDir(perm fs.FileMode) *node {
	return &node{dir: true, perm: perm, names: map[string]*node{}, durable: map[string]*node{}}
}

// NewMem returns an empty file system with a root directory.
func NewMem() *Mem {
	m := &Mem{}
	m.mu.root = newDir(0o755)
	m.mu.locks = map[string]bool{}
	return m
}

// NewVolatile returns a file system in memory for use rather than for tests: all of it is lost with the process, so
// it keeps no second state for a Crash, which leaves nothing.
func NewVolatile() *Mem {
	m := NewMem()
	m.mu.volatile = true
	return m
}

func clean(name string) string { return path.Clean("/" + filepath.ToSlash(name)) }

func fail(op Op, name string, err error) error {
	return &fs.PathError{Op: string(op), Path: name, Err: err}
}

// find returns the node of a name, or nil.
func (m *Mem) find(name string) *node {
	n := m.mu.root
	for _, part := range split(name) {
		if n == nil || !n.dir {
			return nil
		}
		n = n.names[part]
	}
	return n
}

func split(name string) []string {
	var parts []string
	for name = clean(name); name != "/"; name = path.Dir(name) {
		parts = append([]string{path.Base(name)}, parts...)
	}
	return parts
}

// parent returns the directory that holds a name, and its last part.
func (m *Mem) parent(op Op, name string) (*node, string, error) {
	dir := m.find(path.Dir(clean(name)))
	if dir == nil {
		return nil, "", fail(op, name, fs.ErrNotExist)
	}
	if !dir.dir {
		return nil, "", fail(op, name, syscall.ENOTDIR)
	}
	return dir, path.Base(clean(name)), nil
}

// OpenFile implements FS.
func (m *Mem) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.gate(OpOpen, name); err != nil {
		return nil, err
	}
	n := m.find(name)
	if n != nil && n.dir {
		return nil, fail(OpOpen, name, syscall.EISDIR)
	}
	write := flag&(os.O_WRONLY|os.O_RDWR) != 0
	var err error
	switch {
	case n == nil && flag&os.O_CREATE == 0:
		return nil, fail(OpOpen, name, fs.ErrNotExist)
	case n == nil:
		n, err = m.create(name, perm)
	case flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return nil, fail(OpOpen, name, fs.ErrExist)
	case write && m.mu.readOnly:
		err = fail(OpOpen, name, syscall.EROFS)
	case flag&os.O_TRUNC != 0:
		if err = m.gate(OpTruncate, name); err == nil {
			m.truncate(n, 0)
		}
	}
	if err != nil {
		return nil, err
	}
	n.open++
	return &memFile{m: m, n: n, name: name, write: write}, nil
}

// create makes an empty file. A machine that stops at it may still have made it.
func (m *Mem) create(name string, perm fs.FileMode) (*node, error) {
	dir, base, err := m.parent(OpCreate, name)
	if err != nil {
		return nil, err
	}
	n := &node{perm: perm.Perm(), content: content{volatile: m.mu.volatile}}
	err = m.gate(OpCreate, name)
	if underWay(err) {
		m.link(change{added: entry{dir, base, n}})
	}
	return n, err
}

// link makes a change of names to what is seen, and remembers it for SyncDir.
func (m *Mem) link(c change) {
	if c.added.in != nil {
		c.added.is.linked++
		m.unlinked(c.added.in.names[c.added.name])
	}
	if c.removed.in != nil {
		m.unlinked(c.removed.in.names[c.removed.name])
	}
	c.apply(func(n *node) map[string]*node { return n.names })
	if !m.mu.volatile {
		m.mu.pending = append(m.mu.pending, c)
	}
}

func (m *Mem) unlinked(n *node) {
	if n != nil {
		n.linked--
		m.release(n)
	}
}

// release gives the space of a file back that has no name and no handle. Its bytes stay: a crash may bring it back.
func (m *Mem) release(n *node) {
	if n.linked == 0 && n.open == 0 && !n.dir {
		m.mu.used -= n.content.allocated()
	}
}

// Rename implements FS.
func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	source, oldBase, err := m.parent(OpRename, from)
	if err != nil {
		return err
	}
	target, newBase, err := m.parent(OpRename, to)
	if err != nil {
		return err
	}
	n := source.names[oldBase]
	if n == nil {
		return fail(OpRename, from, fs.ErrNotExist)
	}
	if old := target.names[newBase]; old != nil && (old.dir || n.dir) && old != n {
		return fail(OpRename, to, fs.ErrExist)
	}
	err = m.gate(OpRename, to)
	if underWay(err) && source.names[oldBase] != target.names[newBase] {
		m.link(change{entry{source, oldBase, nil}, entry{target, newBase, n}})
	}
	return err
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parent(OpRemove, name)
	if err != nil {
		return err
	}
	n := dir.names[base]
	if n == nil {
		return fail(OpRemove, name, fs.ErrNotExist)
	}
	if n.dir && len(n.names) > 0 {
		return fail(OpRemove, name, syscall.ENOTEMPTY)
	}
	err = m.gate(OpRemove, name)
	if underWay(err) {
		m.link(change{removed: entry{dir, base, nil}})
	}
	return err
}

// MkdirAll implements FS.
func (m *Mem) MkdirAll(name string, perm fs.FileMode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.mu.root
	for _, part := range split(name) {
		next := at.names[part]
		if next == nil {
			next = newDir(perm.Perm())
			err := m.gate(OpMkdir, name)
			if underWay(err) {
				m.link(change{added: entry{at, part, next}})
			}
			if err != nil {
				return err
			}
		}
		if !next.dir {
			return fail(OpMkdir, name, syscall.ENOTDIR)
		}
		at = next
	}
	return nil
}

// SyncDir implements FS.
func (m *Mem) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir := m.find(name)
	if dir == nil || !dir.dir {
		return fail(OpSyncDir, name, fs.ErrNotExist)
	}
	if err := m.gate(OpSyncDir, name); err != nil {
		return err
	}
	var rest []change
	for _, c := range m.mu.pending {
		if c.removed.in == dir || c.added.in == dir {
			c.apply(func(n *node) map[string]*node { return n.durable })
		} else {
			rest = append(rest, c)
		}
	}
	m.mu.pending = rest
	return nil
}

// apply makes the change in a view of the directories.
func (c change) apply(view func(*node) map[string]*node) {
	if c.removed.in != nil {
		delete(view(c.removed.in), c.removed.name)
	}
	if c.added.in != nil {
		view(c.added.in)[c.added.name] = c.added.is
	}
}

// Lock implements FS.
func (m *Mem) Lock(name string) (io.Closer, error) {
	f, err := m.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.locks[clean(name)] {
		f.(*memFile).n.open--
		return nil, fail(OpLock, name, ErrLocked)
	}
	m.mu.locks[clean(name)] = true
	return &memLock{f.(*memFile)}, nil
}

type memLock struct{ *memFile }

// Close releases the lock.
func (l *memLock) Close() error {
	err := l.memFile.Close()
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if err == nil {
		delete(l.m.mu.locks, clean(l.name))
	}
	return err
}

// Usage implements FS. Without SetCapacity the disk is of 1 TiB.
func (m *Mem) Usage(name string) (Usage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(name) == nil {
		return Usage{}, fail(OpUsage, name, fs.ErrNotExist)
	}
	total := m.mu.capacity
	if total == 0 {
		total = 1 << 40
	}
	return Usage{Total: total, Free: max(total-m.mu.used, 0)}, nil
}

// info is what Stat and ReadDir tell.
type info struct {
	name string
	size int64
	mode fs.FileMode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

func (n *node) info(name string) info {
	if n.dir {
		return info{name, 0, n.perm | fs.ModeDir}
	}
	return info{name, n.content.size, n.perm}
}

// Stat implements FS.
func (m *Mem) Stat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.gate(OpStat, name); err != nil {
		return nil, err
	}
	n := m.find(name)
	if n == nil {
		return nil, fail(OpStat, name, fs.ErrNotExist)
	}
	return n.info(path.Base(clean(name))), nil
}

// ReadDir implements FS.
func (m *Mem) ReadDir(name string) ([]fs.DirEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.gate(OpReadDir, name); err != nil {
		return nil, err
	}
	dir := m.find(name)
	if dir == nil {
		return nil, fail(OpReadDir, name, fs.ErrNotExist)
	}
	if !dir.dir {
		return nil, fail(OpReadDir, name, syscall.ENOTDIR)
	}
	var out []fs.DirEntry
	for _, base := range sortedNames(dir.names) {
		out = append(out, fs.FileInfoToDirEntry(dir.names[base].info(base)))
	}
	return out, nil
}
