package file

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"time"

	"kinesql/window"
)

const (
	// lookEvery is the pause between looks at quiet files.
	lookEvery = 20 * time.Millisecond
	// followLooks is how many looks a Poll without rows takes, a pause before
	// each but the first: within MaxPoll.
	followLooks = 2
	// listEvery is how many looks pass between searches for new files.
	listEvery = 10
	// lookPolls is how many polls with rows pass between looks.
	lookPolls = 64
	// graceReads is how many reads must find the end of a file whose name leads
	// to another: whoever writes may hold the old one a little longer.
	graceReads = 3
	// gonePatience is how many looks a file may be without a name before it is
	// given up.
	gonePatience = 250
)

// retired is a file that was read to its end and left its name. It may still be
// in the glob under another name.
type retired struct {
	info         os.FileInfo
	packed       bool
	offset, line int64
	floor        window.Micros
}

// followAll begins to follow the files that exist.
func (s *source) followAll(files []string) error {
	s.total = -1
	for _, path := range files {
		if !s.mine(path) {
			continue
		}
		t := s.add(path)
		if err := s.open(t, 0, 1); err != nil {
			return err
		}
		if !s.opts.fromEnd || t.packed {
			continue
		}
		offset, line, err := lastLine(t.file)
		if err != nil {
			return err
		}
		if err := s.start(t, offset, line); err != nil {
			return err
		}
	}
	return nil
}

// mine divides the names, also those to come, among the instances.
func (s *source) mine(path string) bool {
	h := fnv.New32a()
	h.Write([]byte(path))
	return int(h.Sum32())%max(1, s.spec.Instances) == s.spec.Instance
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// look finds out what became of the files, and which are new.
func (s *source) look() error {
	for _, t := range s.tails {
		if t.file != nil {
			if err := s.lookAt(t); err != nil {
				return err
			}
		}
	}
	s.looks, s.polls = s.looks+1, 0
	if isGlob(s.opts.path) && s.looks%listEvery != 1 {
		return nil
	}
	files, err := list(s.opts.path)
	if err != nil {
		return err
	}
	present := make([]bool, len(s.retired))
	for _, path := range files {
		if err := s.found(path, present); err != nil {
			return err
		}
	}
	s.forget(present)
	return nil
}

// lookAt finds out whether a file has grown, was truncated, or left its name.
func (s *source) lookAt(t *tail) error {
	info, err := os.Stat(t.path)
	switch {
	case err != nil:
		t.gone++
		t.leaving = t.leaving || t.gone > gonePatience
		if info, err = t.file.Stat(); err != nil {
			return fmt.Errorf("stream %q: %w", s.spec.Stream, err)
		}
		t.quiet = t.quiet && !t.leaving && info.Size() == t.stream.ReadOffset()
		return nil
	case !os.SameFile(info, t.info):
		t.leaving = true
	default:
		t.gone = 0
		if !t.packed && info.Mode().IsRegular() && info.Size() < t.stream.ReadOffset() {
			return s.truncated(t)
		}
		if info.Size() == t.stream.ReadOffset() {
			return nil // still quiet
		}
	}
	t.quiet = false
	return nil
}

// truncated begins a file again. What it held of an unfinished last line is
// gone with the rest.
func (s *source) truncated(t *tail) error {
	t.floor = t.maxTime()
	t.quiet = false
	if _, err := t.file.Seek(0, 0); err != nil {
		return err
	}
	return s.start(t, 0, 1)
}

// found takes in a file of a name, unless it is known already.
func (s *source) found(path string, present []bool) error {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || s.reading(info) {
		return nil
	}
	for i := range present {
		if r := s.retired[i]; os.SameFile(r.info, info) && (r.packed || info.Size() >= r.offset) {
			present[i] = r.packed || info.Size() == r.offset
			if !present[i] {
				return s.revive(path, r)
			}
			return nil
		}
	}
	t := s.slot(path)
	if t == nil || !s.mine(path) {
		return nil
	}
	return ignoreVanished(s.open(t, 0, 1))
}

// ignoreVanished lets a file go that was removed between two looks at it.
func ignoreVanished(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func (s *source) reading(info os.FileInfo) bool {
	for _, t := range s.tails {
		if t.file != nil && os.SameFile(t.info, info) {
			return true
		}
	}
	return false
}

// slot returns the split that a new file of a name continues, or a new one; nil
// if the old file of the name is still being read.
func (s *source) slot(path string) *tail {
	for _, t := range s.tails {
		if t.path == path && t.file != nil {
			return nil
		}
		if t.path == path && !t.ended {
			return t
		}
	}
	if !s.mine(path) {
		return nil
	}
	return s.add(path)
}

// revive reads on in a file that grew after it was left.
func (s *source) revive(path string, r retired) error {
	t := s.add(path)
	t.floor = r.floor
	return ignoreVanished(s.open(t, r.offset, r.line))
}

// retire closes a file that left its name. The split goes on with the next file
// of the name, unless there was none for long.
func (s *source) retire(t *tail) (ended bool) {
	s.retired = append(s.retired, retired{t.info, t.packed, t.stream.Offset(), t.stream.Line(), t.maxTime()})
	t.floor = t.maxTime()
	t.ended = t.gone > gonePatience || t.packed
	t.close()
	return t.ended
}

// forget drops retired files that are in the glob no longer: their numbers may
// be given to new files. The list may have grown while present was filled.
func (s *source) forget(present []bool) {
	kept := s.retired[:0]
	for i, r := range s.retired {
		if i >= len(present) || present[i] {
			kept = append(kept, r)
		}
	}
	s.retired = kept
}
