package shardlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"kinesql/operators/vfs"
)

const quarantineDir = "quarantine"

// Repair makes a damaged log usable again. No bytes are lost by it:
//
//   - Damaged ranges are copied to the directory quarantine, with a line in its
//     report.jsonl that says what they are; they stay in their segments too.
//   - A segment whose header is damaged gets it back from its index; without one the segment is moved to quarantine.
//   - Indexes are made again from the frames.
//   - Records that are lost, of the streams and shards that o names, are given up: reading goes on after them.
//
// The report's notes say what was done; Verify tells afterwards what is still wrong.
func Repair(path string, o Inspect) (*Report, error) {
	d, err := openDirectory(path, o)
	if err != nil {
		return nil, err
	}
	lock, err := lockDirectory(d.fs, path)
	if err != nil {
		return nil, err
	}
	r := &repairer{directory: d}
	r.report.Streams, r.report.Segments = len(d.streams), len(d.segs)
	err = r.quarantine()
	// Opening the log takes the lock anew, and makes indexes where there are none.
	if err = errors.Join(err, lock.Close()); err != nil {
		return nil, err
	}
	l, err := Open(path, Options{FS: d.fs, Keys: d.keys, RetainInterval: -1})
	if err != nil {
		return nil, err
	}
	err = r.reindex(l)
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	return &r.report, nil
}

type repairer struct {
	*directory
	report Report
}

func (r *repairer) note(format string, args ...any) {
	r.report.Notes = append(r.report.Notes, fmt.Sprintf(format, args...))
}

// quarantine copies what is damaged.
func (r *repairer) quarantine() error {
	for _, seg := range r.segs {
		if err := r.quarantineIndex(seg); err != nil {
			return err
		}
		err := r.scan(seg, func(fr *found) (bool, error) {
			if fr.bad == "" {
				r.report.Frames++
				return true, nil
			}
			return true, r.copyRange(seg, fr)
		})
		switch {
		case err == nil || errors.Is(err, errBlank):
		case errors.Is(err, errHeads):
			err = r.mendHead(seg)
		}
		if err != nil && !errors.Is(err, errBlank) {
			return err
		}
	}
	return nil
}

// quarantineIndex keeps a copy of an index that is damaged before it is made again.
func (r *repairer) quarantineIndex(seg *segment) error {
	bad := r.badIdx[seg]
	if x := r.indexes[seg]; x != nil {
		for i := range x.summaries {
			if _, err := readSpans(r.fs, seg, x.summaries[i].part.index); err != nil {
				bad = err
			}
		}
	}
	if bad == nil {
		return nil
	}
	if errors.Is(bad, errVersion) {
		return fmt.Errorf("%s: %w", seg.indexPath(), bad)
	}
	b, err := vfs.ReadFile(r.fs, seg.indexPath())
	if err != nil {
		return err
	}
	name := filepath.Join(r.path, quarantineDir, filepath.Base(seg.indexPath()))
	return r.setAside(name, b, aside{File: seg.indexPath(), Bytes: int64(len(b)), Reason: bad.Error()})
}

// aside is a line of quarantine/report.jsonl.
type aside struct {
	Time   time.Time `json:"time"`
	File   string    `json:"file"`
	Offset int64     `json:"offset"`
	Bytes  int64     `json:"bytes"`
	Reason string    `json:"reason"`
	Copy   string    `json:"copy"`
	Lost   string    `json:"lost,omitempty"`
}

func (r *repairer) copyRange(seg *segment, fr *found) error {
	f, err := vfs.Open(r.fs, seg.path)
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, fr.end-fr.offset)
	n, err := readAt(f, b, fr.offset)
	if err != nil {
		return err
	}
	line := aside{File: seg.path, Offset: fr.offset, Bytes: int64(n), Reason: fr.bad}
	if fr.count > 0 {
		line.Lost = fmt.Sprintf("records %d to %d of %s", fr.first, fr.next()-1, r.name(fr.ref))
	}
	return r.setAside(r.quarantined(seg, fr.offset), b[:n], line)
}

// setAside writes a copy, and a line about it, unless an earlier repair has done so.
func (r *repairer) setAside(name string, b []byte, line aside) error {
	if _, err := r.fs.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Join(r.path, quarantineDir)
	if err := makeDir(r.fs, dir); err != nil {
		return err
	}
	line.Time, line.Copy = time.Now().UTC().Truncate(time.Second), filepath.Base(name)
	if err := r.addLine(filepath.Join(dir, "report.jsonl"), line); err != nil {
		return err
	}
	r.note("%s: %d bytes at %d (%s) were copied to %s", line.File, line.Bytes, line.Offset, line.Reason, name)
	return vfs.WriteFile(r.fs, name, b, 0o600)
}

// addLine adds a line to a report.
func (r *repairer) addLine(name string, line aside) error {
	old, err := vfs.ReadFile(r.fs, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	return vfs.WriteFile(r.fs, name, slices.Concat(old, b, []byte("\n")), 0o600)
}

// mendHead gives a segment its header back, or moves it away.
func (r *repairer) mendHead(seg *segment) error {
	line := aside{File: seg.path, Bytes: framesAt, Reason: errHeads.Error()}
	x := r.indexes[seg]
	if x == nil {
		return r.moveAway(seg, line)
	}
	f, err := r.fs.OpenFile(seg.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, framesAt)
	if _, err := readAt(f, b, 0); err != nil {
		return err
	}
	if err := r.setAside(r.quarantined(seg, 0), b, line); err != nil {
		return err
	}
	seg.salt = x.salt
	if _, err := f.WriteAt(seg.head(0), 0); err != nil {
		return err
	}
	r.note("%s: its header was made again from its index", seg.path)
	return f.Sync()
}

func (r *repairer) moveAway(seg *segment, line aside) error {
	dir := filepath.Join(r.path, quarantineDir)
	if err := makeDir(r.fs, dir); err != nil {
		return err
	}
	line.Copy = filepath.Base(seg.path)
	line.Time = time.Now().UTC().Truncate(time.Second)
	if err := r.addLine(filepath.Join(dir, "report.jsonl"), line); err != nil {
		return err
	}
	to := filepath.Join(dir, line.Copy)
	if err := r.fs.Rename(seg.path, to); err != nil {
		return err
	}
	r.note("%s: it has neither a header nor an index, and was moved to %s", seg.path, to)
	return errors.Join(r.fs.SyncDir(dir), r.fs.SyncDir(filepath.Dir(seg.path)))
}
