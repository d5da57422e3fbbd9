package vfs

import (
	"errors"
	"fmt"
	"path"
	"syscall"
)

// Op names an operation of a file system, as errors and faults tell it.
type Op string

// The operations. Those of a file and those of names.
const (
	OpOpen     Op = "open"
	OpRead     Op = "read"
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpTruncate Op = "truncate"
	OpAllocate Op = "preallocate"
	OpClose    Op = "close"
	OpCreate   Op = "create"
	OpRename   Op = "rename"
	OpRemove   Op = "remove"
	OpMkdir    Op = "mkdir"
	OpSyncDir  Op = "syncdir"
	OpReadDir  Op = "readdir"
	OpStat     Op = "stat"
	OpLock     Op = "lock"
	OpUsage    Op = "usage"
)

// changes are the operations that change the disk: those that Ops counts and CrashAt stops at.
var changes = map[Op]bool{OpWrite: true, OpSync: true, OpTruncate: true, OpAllocate: true,
	OpCreate: true, OpRename: true, OpRemove: true, OpMkdir: true, OpSyncDir: true}

// Fault makes operations fail.
type Fault struct {
	Op      Op     // which operation; empty: any that changes the disk
	Pattern string // which files: path.Match on the last part of the name; empty: any
	After   int    // how many pass first
	Times   int    // how many fail then; 0: all
	Err     error  // with what; nil: EIO
	// Partly is how much of a failing write is done all the same, in percent.
	Partly int
	// Do, if set, is called in place of failing with Err, while the operation waits; nil lets the
	// operation pass. It may block, and may use the file system.
	Do func() error

	seen int
}

// ErrCrashed is the error of every operation on a machine that has stopped.
var ErrCrashed = errors.New("the machine has stopped")

// errStop is that of the operation at which it stops: nobody knows how much of it is done.
var errStop = fmt.Errorf("%w here", ErrCrashed)

// underWay reports whether an operation was begun: it goes well, or the machine stops at it.
func underWay(err error) bool { return err == nil || errors.Is(err, errStop) }

// partialError is a write that fails in its middle.
type partialError struct {
	error
	percent int
}

func (e *partialError) Unwrap() error { return e.error }

// partly is how much of a failing write is done, in percent.
func partly(err error) int {
	var p *partialError
	if errors.As(err, &p) {
		return p.percent
	}
	return 0
}

// Inject adds a fault, which counts from now. The returned function takes it away.
func (m *Mem) Inject(f Fault) (remove func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.faults = append(m.mu.faults, &f)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		for i, other := range m.mu.faults {
			if other == &f {
				m.mu.faults = append(m.mu.faults[:i:i], m.mu.faults[i+1:]...)
				return
			}
		}
	}
}

// SetCapacity bounds the space on the disk, in bytes; 0 lifts the bound. Beyond it writes
// are cut short with ENOSPC. What is written in place needs no space.
func (m *Mem) SetCapacity(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.capacity = bytes
}

// SetReadOnly makes all that changes the disk fail with EROFS, or no longer.
func (m *Mem) SetReadOnly(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.readOnly = on
}

// Ops counts the operations so far that changed the disk, or would have.
func (m *Mem) Ops() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.ops
}

// CrashAt stops the machine at the n-th operation from now, counted from 1, that changes the disk. That one and all after it fail
// with ErrCrashed; whether that one has happened is for Crash to decide.
func (m *Mem) CrashAt(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.crashAt = m.mu.ops + n
}

// gate lets an operation pass, or says why not. The lock is let go while a fault does its work.
func (m *Mem) gate(op Op, name string) error {
	if m.mu.dead {
		return fail(op, name, ErrCrashed)
	}
	for _, f := range m.mu.faults {
		if f.hits(op, name) {
			if err := m.run(f); err != nil {
				return &partialError{fail(op, name, err), f.Partly}
			}
		}
	}
	if !changes[op] {
		return nil
	}
	if m.mu.readOnly {
		return fail(op, name, syscall.EROFS)
	}
	if m.mu.ops++; m.mu.ops == m.mu.crashAt {
		m.mu.dead = true
		return fail(op, name, errStop)
	}
	return nil
}

func (m *Mem) run(f *Fault) error {
	if f.Do != nil {
		m.mu.Unlock()
		defer m.mu.Lock()
		return f.Do()
	}
	if f.Err != nil {
		return f.Err
	}
	return syscall.EIO
}

// hits counts an operation and reports whether the fault is for it.
func (f *Fault) hits(op Op, name string) bool {
	if f.Op != op && (f.Op != "" || !changes[op]) {
		return false
	}
	if ok, err := path.Match(f.Pattern, path.Base(clean(name))); f.Pattern != "" && (err != nil || !ok) {
		return false
	}
	f.seen++
	return f.seen > f.After && (f.Times == 0 || f.seen <= f.After+f.Times)
}
