package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"kinesql/operators/vfs"
)

const (
	segmentMagic   = "KSQLSEG1"
	segmentVersion = 1
	segmentSuffix  = ".seg"
	indexSuffix    = ".idx"
	// framesAt is where frames begin. The segment's header is before it, twice, in
	// sectors apart.
	framesAt     = 4096
	headerCopyAt = 2048
	segmentHead  = 64
)

// segment is a file of frames.
type segment struct {
	number uint64
	salt   uint64
	path   string

	end     atomic.Int64  // where its frames end
	size    int64         // set aside on the disk while it is being written
	touched []*shardState // those with frames in it, while it is being written: the committer's
	last    uint64        // its last round, and the last round that was known to be synced then
	synced  uint64
	payload int64 // of all its frames
	// earliest is a round that none of its frames comes before, if that is known from the segment before it.
	earliest uint64
	sealed   atomic.Bool // it takes no more frames, and its index is made
	damaged  bool        // retention has met damage in it
	unsure   int64       // found by recovery: from here on nothing tells that it is durable

	mu      sync.RWMutex // held to read while the file is in use
	file    vfs.File     // nil: not open now
	dropped bool
}

func segmentName(number uint64) string { return fmt.Sprintf("%012d%s", number, segmentSuffix) }

// parseSegmentName returns the number in the name of a segment file.
func parseSegmentName(name string) (number uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok || len(digits) != 12 {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, err == nil
}

func newSegment(dir string, number uint64) *segment {
	return &segment{number: number, path: filepath.Join(dir, segmentName(number))}
}

func (s *segment) indexPath() string { return strings.TrimSuffix(s.path, segmentSuffix) + indexSuffix }

// createSegment makes a segment file with its place on the disk, durably: all that
// can fail for want of space fails here, before anything depends on it.
func createSegment(fsys vfs.FS, dir string, number uint64, size, created int64) (*segment, error) {
	s := newSegment(dir, number)
	s.salt, s.size = rand.Uint64(), size
	s.end.Store(framesAt)
	f, err := fsys.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	s.file = f
	err = f.Preallocate(size)
	if err == nil {
		_, err = f.WriteAt(s.head(created), 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = fsys.SyncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), fsys.Remove(s.path))
	}
	return s, nil
}

// head is all that comes before the frames.
func (s *segment) head(created int64) []byte {
	b := make([]byte, framesAt)
	le := binary.LittleEndian
	copy(b, segmentMagic)
	le.PutUint32(b[12:], segmentVersion)
	le.PutUint64(b[16:], s.number)
	le.PutUint64(b[24:], s.salt)
	le.PutUint64(b[32:], uint64(created))
	le.PutUint32(b[8:], crc32.Checksum(b[12:segmentHead], castagnoli))
	copy(b[headerCopyAt:], b[:segmentHead])
	return b
}

// errBlank says that a segment file was never used: the process ended while it was made.
var errBlank = errors.New("the segment is blank")

// readHead finds the salt of a segment in its file. errBlank: it has no frames.
func (s *segment) readHead(f vfs.File) error {
	b := make([]byte, framesAt)
	n, _ := readAt(f, b, 0) // what cannot be read fails the checks below
	b = b[:n]
	for _, at := range []int{0, headerCopyAt} {
		if at+segmentHead > n {
			break
		}
		if err := s.parseHead(b[at : at+segmentHead]); !errors.Is(err, errHead) {
			return err
		}
	}
	size, err := f.Size()
	if err != nil {
		return err
	}
	if size <= framesAt || isBlank(f, size) {
		return errBlank
	}
	return fmt.Errorf("%s: %w; run kinesql shards verify, then repair", s.path, errHeads)
}

// errHeads says that nothing tells the salt of a segment, without which its frames are not to be told from other bytes.
var errHeads = errors.New("both copies of its header are damaged")

var (
	errHead    = errors.New("damaged")
	errVersion = errors.New("written by a later version of kinesql")
)

func (s *segment) parseHead(b []byte) error {
	le := binary.LittleEndian
	if string(b[:8]) != segmentMagic || le.Uint32(b[8:]) != crc32.Checksum(b[12:], castagnoli) {
		return errHead
	}
	if v := le.Uint32(b[12:]); v != segmentVersion {
		return fmt.Errorf("%s: version %d, want %d: %w", s.path, v, segmentVersion, errVersion)
	}
	if n := le.Uint64(b[16:]); n != s.number {
		return fmt.Errorf("%s: the file says that it is segment %d; give it its name back", s.path, n)
	}
	s.salt = le.Uint64(b[24:])
	return nil
}

// isBlank reports whether a file has nothing where frames would be.
func isBlank(f vfs.File, size int64) bool {
	b := make([]byte, 1<<20)
	for off := int64(framesAt); off < size; off += int64(len(b)) {
		n, err := readAt(f, b[:min(int64(len(b)), size-off)], off)
		if err != nil || !isZero(b[:n]) {
			return false
		}
	}
	return true
}

// readAt is ReadAt to which the end of the file is no error.
func readAt(f vfs.File, b []byte, off int64) (int, error) {
	n, err := f.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}
