package shardlog

import (
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"kinesql/operators/vfs"
)

// Durability is what an acknowledgement promises; see the package comment.
type Durability uint8

// The durability modes.
const (
	Always   Durability = iota // synced to the disk before it is acknowledged
	Interval                   // synced within SyncInterval
	None                       // left to the operating system
)

var durabilityNames = []string{"always", "interval", "none"}

// String is the mode's name in options and flags.
func (d Durability) String() string { return durabilityNames[d] }

// ParseDurability reads a mode's name.
func ParseDurability(name string) (Durability, error) {
	for i, n := range durabilityNames {
		if n == name {
			return Durability(i), nil
		}
	}
	return 0, fmt.Errorf("durability %q: want always, interval or none", name)
}

// Options of Open. The zero Options are those of a store that loses nothing.
type Options struct {
	FS         vfs.FS // default: the disk of the machine
	Durability Durability
	// SyncInterval is how long Interval leaves records unsynced; default 100 ms.
	SyncInterval time.Duration
	// SegmentBytes is the size of a segment, default 64 MiB: it is what start-up
	// after a crash reads at most (some tens of milliseconds), what retention frees at a time, and what
	// an idle log takes of the disk; and a hundred gigabytes still are few files.
	SegmentBytes int64
	// TailBytes bounds the memory that keeps the latest records for readers; default 64 MiB.
	TailBytes int64
	// PendingBytes bounds the records that wait to be written; more appends wait their turn. Default 64 MiB.
	PendingBytes int64
	// DiskCap bounds the bytes of segments on the disk; 0: only retention does.
	// The oldest records go first, even before their time.
	DiskCap int64
	// RetainInterval is how often the log looks for records whose time has come; default 30 s.
	// DiskCap is looked at when a segment is full as well. Negative: only Retain does.
	RetainInterval time.Duration
	// Keys encrypts streams that have a KeyID. Without it nothing can be appended to them.
	Keys Keys
	// Now is the clock of arrivals; default time.Now. It may go back: arrivals do not.
	Now    func() time.Time
	Logger *slog.Logger // default: none
}

// Keys seals the payloads of streams that are encrypted. Its methods may be called
// from any goroutine.
type Keys interface {
	// Seal appends to dst the payload, encrypted under the key of a name. The frame's
	// identity is authenticated with it: Open fails with any other.
	Seal(dst []byte, key string, payload, identity []byte) ([]byte, error)
	// Open appends to dst what was sealed, which tells its key by itself.
	Open(dst, sealed, identity []byte) ([]byte, error)
}

const (
	maxSegment = 2 << 30 // offsets are 32 bits wide
	maxAppend  = 64 << 20
	minSegment = 16 << 10
)

func (o Options) withDefaults() (Options, error) {
	if o.FS == nil {
		o.FS = vfs.OS()
	}
	if o.Durability == None {
		o.FS = unsynced{o.FS}
	}
	if o.SyncInterval == 0 {
		o.SyncInterval = 100 * time.Millisecond
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.RetainInterval == 0 {
		o.RetainInterval = 30 * time.Second
	}
	if o.TailBytes == 0 {
		o.TailBytes = 64 << 20
	}
	if o.PendingBytes == 0 {
		o.PendingBytes = maxAppend
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, o.validate()
}

func (o Options) validate() error {
	switch {
	case int(o.Durability) >= len(durabilityNames):
		return fmt.Errorf("shardlog: durability %d: want Always, Interval or None", o.Durability)
	case o.SyncInterval < 0:
		return fmt.Errorf("shardlog: sync interval %s: want more than 0", o.SyncInterval)
	case o.SegmentBytes < minSegment || o.SegmentBytes > maxSegment:
		return fmt.Errorf("shardlog: segments of %d bytes: want %d to %d", o.SegmentBytes, minSegment, maxSegment)
	case o.TailBytes < 0 || o.PendingBytes < 0 || o.DiskCap < 0:
		return fmt.Errorf("shardlog: sizes may not be negative: tail %d, pending %d, disk cap %d", o.TailBytes, o.PendingBytes, o.DiskCap)
	}
	return nil
}

// unsynced is a file system for durability None: it leaves it to the operating
// system when anything reaches the disk.
type unsynced struct{ vfs.FS }

type unsyncedFile struct{ vfs.File }

func (unsynced) SyncDir(string) error { return nil }
func (unsyncedFile) Sync() error      { return nil }

func (u unsynced) OpenFile(name string, flag int, perm fs.FileMode) (vfs.File, error) {
	f, err := u.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}
