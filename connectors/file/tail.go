package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"kinesql/connectors/format"
	"kinesql/connectors/format/blocks"
	"kinesql/operators"
	"kinesql/window"
)

// tail is a split: a file, or while following the files that had its name one
// after the other.
type tail struct {
	split  int
	path   string
	floor  window.Micros // greatest event time of earlier files of the split
	file   *os.File      // nil: not open
	info   os.FileInfo   // of the open file
	body   io.ReadCloser
	packed bool
	stream *blocks.Stream

	ended   bool // no more will come of the split
	quiet   bool // at its end when last looked at
	leaving bool // the name leads to another file now: finish this one
	gone    int  // how many looks found no file of the name
	ends    int  // how many reads in a row found the end while leaving
}

// open opens the file of the path at a place, 0 and 1 for the start.
func (s *source) open(t *tail, offset, line int64) error {
	f, err := os.Open(t.path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("stream %q: %q: %w", s.spec.Stream, t.path, os.ErrNotExist)
	} else if err != nil {
		return fmt.Errorf("stream %q: %w", s.spec.Stream, err)
	}
	if t.info, err = f.Stat(); err == nil && t.info.IsDir() {
		err = fmt.Errorf("%q is a directory; name its files by a pattern such as %q", t.path, t.path+"/*")
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("stream %q: %w", s.spec.Stream, err)
	}
	t.file = f
	t.quiet, t.leaving, t.gone, t.ends = false, false, 0, 0
	return s.start(t, offset, line)
}

// start makes the decoder of an open file and goes to a place.
func (s *source) start(t *tail, offset, line int64) error {
	dec, err := s.format.NewDecoder(s.spec, s.env.Faults)
	if err != nil {
		return err
	}
	t.stream = blocks.New(blocks.Config{
		Split: t.path, MaxRecord: s.opts.maxRecord, Offset: offset, Line: line, Faults: s.env.Faults,
	}, dec)
	if t.body, t.packed, err = blocks.Unpack(t.file); err != nil {
		s.corrupt(t, err)
		t.body, t.packed = io.NopCloser(bytes.NewReader(nil)), true
		return nil
	}
	if offset > 0 {
		prime(dec, t.file)
		_, err = t.file.Seek(offset, io.SeekStart)
	}
	return err
}

// primer is a decoder that must see the start of a file, its header, though it
// decodes from a later place.
type primer interface {
	format.Decoder
	Prime(start []byte)
}

func prime(dec format.Decoder, f *os.File) {
	if p, ok := dec.(primer); ok {
		head := make([]byte, blocks.Size)
		n, _ := f.ReadAt(head, 0)
		p.Prime(head[:n])
	}
}

// corrupt reports the rest of a compressed file as lost.
func (s *source) corrupt(t *tail, err error) {
	s.env.Faults.RowError(operators.RowError{
		Where:    operators.Where{Split: t.path, Line: t.stream.Line()},
		Operator: "decode", Code: operators.CodeCorrupt,
		Message: fmt.Sprintf("the compressed file cannot be read on: %s", err),
	})
}

func (t *tail) close() {
	if t.file == nil {
		return
	}
	if t.packed {
		t.body.Close()
	}
	t.file.Close()
	t.file, t.stream = nil, nil
}

func (t *tail) maxTime() window.Micros {
	if t.stream == nil {
		return t.floor
	}
	return max(t.floor, t.stream.MaxTime())
}

// read takes the next rows of a tail. It is not ok if there are none yet.
func (s *source) read(t *tail) (p operators.Polled, ok bool, err error) {
	p = operators.Polled{Split: t.split, MaxTime: window.Min}
	if t.stream.Hungry() {
		if err := s.fill(t); err != nil {
			return p, false, err
		}
	}
	if !t.stream.Hungry() {
		s.builder.Reset(t.stream.Rows(s.env.BatchRows))
		piece := t.stream.Decode(s.builder)
		p.Records, p.Bytes = piece.Records, piece.Bytes
		if s.spec.Time >= 0 {
			p.MaxTime = t.maxTime()
		}
		if s.builder.Rows > 0 {
			raise(s.builder.Marks, t.floor)
			p.Batch = s.builder.Finish(piece.Origin)
		}
	}
	if t.stream.Done() {
		p.Ended = s.finish(t)
	}
	return p, p.Records > 0 || p.Bytes > 0 || p.Ended, nil
}

// raise keeps marks from falling below what earlier files of a split reached.
func raise(marks []window.Micros, floor window.Micros) {
	for i := range marks {
		if marks[i] >= floor {
			return // marks never fall
		}
		marks[i] = floor
	}
}

// fill reads once.
func (s *source) fill(t *tail) error {
	n, err := t.stream.Fill(t.body)
	switch {
	case n > 0:
		t.ends = 0
	case err == io.EOF:
		s.atEnd(t)
		return nil
	}
	if err == nil || err == io.EOF {
		return nil
	}
	if t.packed {
		s.corrupt(t, err)
		t.stream.End()
		return nil
	}
	return fmt.Errorf("stream %q: %w", s.spec.Stream, err)
}

func (s *source) atEnd(t *tail) {
	t.quiet = true
	if t.leaving {
		t.ends++
	}
	if !s.opts.follow || t.packed || !t.info.Mode().IsRegular() || t.ends >= graceReads {
		t.stream.End()
	}
}

// lastLine returns the place behind the last newline of a file, and how many
// lines are before it.
func lastLine(f *os.File) (offset, line int64, err error) {
	block := make([]byte, blocks.Size)
	for at, lines := int64(0), int64(1); ; {
		n, err := f.ReadAt(block, at)
		if i := bytes.LastIndexByte(block[:n], '\n'); i >= 0 {
			lines += int64(bytes.Count(block[:n], []byte{'\n'}))
			offset, line = at+int64(i)+1, lines
		}
		at += int64(n)
		if err == io.EOF {
			return offset, max(line, 1), nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}
