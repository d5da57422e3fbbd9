package file

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// sink writes one file a commit.
type sink struct {
	spec    connectors.SinkSpec
	opts    options
	part    *part // being written; nil: nothing since the last Prepare
	parts   *parts
	waiting map[string]bool
}

// parts numbers the files of each path, so that no sink of a process replaces
// what another wrote.
type parts struct {
	mu    sync.Mutex
	begun map[string]int
}

// next returns the number of the next file of a path, from 1.
func (p *parts) next(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	path = filepath.Clean(path)
	p.begun[path]++
	return p.begun[path]
}

func newSink(spec connectors.SinkSpec, opts options, parts *parts) (*sink, error) {
	if spec.Schema == nil {
		return nil, fmt.Errorf("stream %q: writing needs declared columns", spec.Stream)
	}
	return &sink{spec: spec, opts: opts, parts: parts, waiting: map[string]bool{}}, nil
}

// Open implements operators.Sink. The first file is begun at once: a query
// without a row leaves an empty one, and a directory that is not there is an
// error before the query runs.
func (s *sink) Open(context.Context, operators.Env) (err error) {
	s.part, err = s.begin()
	return err
}

func (s *sink) begin() (*part, error) {
	p, err := newPart(s.target(s.parts.next(s.opts.path)), s.opts.format, s.spec)
	if err != nil {
		return nil, fmt.Errorf("stream %q: %w", s.spec.Stream, err)
	}
	return p, nil
}

// target is the name of a part: the path, then path with .2, .3 ... before its
// endings.
func (s *sink) target(number int) string {
	if number == 1 {
		return s.opts.path
	}
	dir, base := filepath.Split(s.opts.path)
	stem, endings := base, ""
	if i := strings.IndexByte(base[1:], '.'); i >= 0 {
		stem, endings = base[:i+1], base[i+1:]
	}
	return filepath.Join(dir, fmt.Sprintf("%s.%d%s", stem, number, endings))
}

// Write implements operators.Sink.
func (s *sink) Write(_ context.Context, b batch.Batch) (err error) {
	if s.part == nil {
		if s.part, err = s.begin(); err != nil {
			return err
		}
	}
	if err := s.part.enc.Encode(b); err != nil {
		return fmt.Errorf("writing %q: %w", s.part.Target, err)
	}
	return nil
}

// handle is what Commit needs, also in another process.
type handle struct {
	Temporary string `json:"temporary"`
	Target    string `json:"target"`
}

// Prepare implements operators.Sink.
func (s *sink) Prepare(context.Context, uint64) ([]byte, error) {
	if s.part == nil {
		return nil, nil
	}
	p := s.part
	s.part = nil
	s.waiting[p.Temporary] = true
	if err := p.seal(); err != nil {
		return nil, fmt.Errorf("writing %q: %w", p.Target, err)
	}
	return json.Marshal(p.handle)
}

// Commit implements operators.Sink.
func (s *sink) Commit(_ context.Context, _ uint64, prepared []byte) error {
	if prepared == nil {
		return nil
	}
	var h handle
	if err := json.Unmarshal(prepared, &h); err != nil {
		return fmt.Errorf("stream %q: handle of a prepared file: %w", s.spec.Stream, err)
	}
	err := os.Rename(h.Temporary, h.Target)
	if errors.Is(err, os.ErrNotExist) {
		if _, there := os.Stat(h.Target); there == nil {
			err = nil // committed before
		}
	}
	if err != nil {
		return fmt.Errorf("stream %q: %w", s.spec.Stream, err)
	}
	delete(s.waiting, h.Temporary)
	return syncDir(filepath.Dir(h.Target))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close implements operators.Sink.
func (s *sink) Close() error {
	if s.part != nil {
		s.waiting[s.part.Temporary] = true
		s.part.file.Close()
		s.part = nil
	}
	var err error
	for name := range s.waiting {
		err = errors.Join(err, os.Remove(name))
	}
	clear(s.waiting)
	return err
}

// part is a file that is being written under a temporary name.
type part struct {
	handle
	file   *os.File
	buffer *bufio.Writer
	packer io.WriteCloser // nil: not compressed
	enc    format.Encoder
}

// writeBuffer is how much small writes are gathered to. The text encoders write
// more at once, which goes to the file as it is.
const writeBuffer = 128 << 10

func newPart(target, name string, spec connectors.SinkSpec) (*part, error) {
	dir, base := filepath.Split(target)
	f, err := os.CreateTemp(filepath.Clean(dir), "."+base+".tmp-*")
	if err != nil {
		return nil, err
	}
	p := &part{handle: handle{Temporary: f.Name(), Target: target}, file: f, buffer: bufio.NewWriterSize(f, writeBuffer)}
	if err = p.encode(name, spec); err != nil {
		f.Close()
		return nil, errors.Join(err, os.Remove(f.Name()))
	}
	return p, nil
}

func (p *part) encode(name string, spec connectors.SinkSpec) (err error) {
	var w io.Writer = p.buffer
	switch ending := strings.ToLower(filepath.Ext(p.Target)); {
	case name == "parquet" || name == "arrow":
	case ending == ".gz":
		p.packer = gzip.NewWriter(w)
	case ending == ".zst":
		p.packer, err = zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	}
	if err != nil {
		return err
	}
	if p.packer != nil {
		w = p.packer
	}
	switch {
	case name == "json":
		name = "jsonl"
	case name == "arrow" && !strings.EqualFold(filepath.Ext(p.Target), ".arrows"):
		name = "arrow_file"
	}
	p.enc, err = encode.New(name, w, spec.Schema, format.EncodeOptions{Changes: spec.Changes, Options: spec.Options})
	return err
}

// seal makes the file complete and durable.
func (p *part) seal() error {
	err := p.enc.Close()
	if p.packer != nil {
		err = errors.Join(err, p.packer.Close())
	}
	return errors.Join(err, p.buffer.Flush(), p.file.Chmod(0o644), p.file.Sync(), p.file.Close())
}
