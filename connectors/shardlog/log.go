package shardlog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// Directories of a log.
const (
	segmentsDir  = "log"
	streamsDir   = "streams"
	documentsDir = "documents"
)

// Log is a shard.Log in a directory.
type Log struct {
	dir   string
	opts  Options
	fs    vfs.FS
	lock  io.Closer
	home  fs.FileInfo // of the lock file
	queue *queue
	stats stats

	control sync.Mutex     // held to change streams, one after the other
	nextID  shard.StreamID // guarded by control

	mu struct {
		sync.RWMutex
		byID      map[shard.StreamID]*streamState
		byName    map[streamName]*streamState
		documents map[string][]byte
	}
	segs struct {
		sync.Mutex
		list []*segment // by number; the last may be the active one
	}

	files  *files
	spans  *spanCache
	keeper *keeper

	failed    atomic.Pointer[error]
	written   atomic.Uint64 // the last round written
	synced    atomic.Uint64 // the last round known to be durable
	committed chan struct{} // closed when the committer has ended
	closeErr  error         // of the committer, after committed

	retaining sync.Mutex    // held by a pass of retention, before control
	removed   uint64        // the last round of the segments that are gone; guarded by retaining
	capSoon   chan struct{} // has a value when the size of the log should be looked at

	unsealed []*segment // found by recovery
	doubt    *doubt     // likewise

	background sync.WaitGroup
	closing    sync.Once
}

var _ shard.Log = (*Log)(nil)

// Open opens the log in a directory, or makes one. Only one process may have it open.
func Open(dir string, o Options) (*Log, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, opts: o, fs: o.FS, queue: newQueue(o.PendingBytes), committed: make(chan struct{}), capSoon: make(chan struct{}, 1)}
	l.mu.byID, l.mu.byName, l.mu.documents = map[shard.StreamID]*streamState{}, map[streamName]*streamState{}, map[string][]byte{}
	l.files, l.spans = newFiles(l.fs), newSpanCache()
	if err := l.takeDirectory(); err != nil {
		return nil, err
	}
	c, err := l.recover()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open shard log %s: %w", dir, err), l.files.close(), l.lock.Close())
	}
	l.start(c)
	return l, nil
}

// takeDirectory makes the directories and locks out other processes.
func (l *Log) takeDirectory() (err error) {
	for _, sub := range []string{segmentsDir, streamsDir, documentsDir} {
		if err := makeDir(l.fs, filepath.Join(l.dir, sub)); err != nil {
			return fmt.Errorf("make shard log: %w", err)
		}
	}
	l.lock, err = l.fs.Lock(l.lockFile())
	if errors.Is(err, vfs.ErrLocked) {
		return fmt.Errorf("the shard log in %s is in use by another process: stop that one, or choose another directory: %w", l.dir, err)
	}
	if err != nil {
		return fmt.Errorf("lock the shard log in %s: %w", l.dir, err)
	}
	if l.home, err = l.fs.Stat(l.lockFile()); err != nil {
		return errors.Join(fmt.Errorf("the lock of the shard log: %w", err), l.lock.Close())
	}
	return nil
}

// makeDir makes a directory and those above it, durably.
func makeDir(fsys vfs.FS, name string) error {
	_, err := fsys.Stat(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(name)
	if above != name {
		if err := makeDir(fsys, above); err != nil {
			return err
		}
	}
	if err := fsys.MkdirAll(name, 0o700); err != nil {
		return err
	}
	return fsys.SyncDir(above)
}

func (l *Log) start(c *committer) {
	l.keepReserve()
	l.keeper = newKeeper()
	go func() {
		defer close(l.committed)
		c.run()
	}()
	if l.opts.RetainInterval > 0 {
		l.background.Add(1)
		go l.retainEvery(l.opts.RetainInterval)
	}
	if l.opts.Durability == Interval {
		l.background.Add(1)
		go l.syncEvery(l.opts.SyncInterval)
	}
}

// Close writes what waits, ends readers' waits and lets go of the directory. It
// returns why the last records may not be durable, if so.
func (l *Log) Close() error {
	var err error
	l.closing.Do(func() {
		l.control.Lock() // let a change of streams end first
		l.queue.close()
		l.control.Unlock()
		<-l.committed
		l.background.Wait()
		l.keeper.close()
		err = errors.Join(l.closeErr, l.files.close(), l.lock.Close())
	})
	return err
}

// addSegment notes the new active segment.
func (l *Log) addSegment(s *segment) {
	l.segs.Lock()
	defer l.segs.Unlock()
	l.segs.list = append(l.segs.list, s)
}

// activeSegment returns the segment that is or was written last; nil: none was.
func (l *Log) activeSegment() *segment {
	l.segs.Lock()
	defer l.segs.Unlock()
	if len(l.segs.list) == 0 {
		return nil
	}
	return l.segs.list[len(l.segs.list)-1]
}

func (l *Log) segments() []*segment {
	l.segs.Lock()
	defer l.segs.Unlock()
	return slices.Clone(l.segs.list)
}

func (l *Log) segmentDir() string { return filepath.Join(l.dir, segmentsDir) }

// newSegment makes a segment that takes at least so many bytes.
func (l *Log) newSegment(number uint64, bytes int64) (*segment, error) {
	return createSegment(l.fs, l.segmentDir(), number, max(l.opts.SegmentBytes, bytes), shard.Millis(l.opts.Now()))
}

// discard removes a segment that was made and is not needed.
func (l *Log) discard(s *segment) {
	if err := errors.Join(s.file.Close(), l.fs.Remove(s.path)); err != nil {
		l.opts.Logger.Warn("an unused segment stays on the disk until the next start", "file", s.path, "err", err)
	}
}
