package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// source reads files. It implements operators.Source, Sized and Splitter.
type source struct {
	spec    connectors.SourceSpec
	opts    options
	format  format.Format
	env     operators.Env
	builder *batch.Builder
	tails   []*tail // by split
	last    *tail   // whose rows the caller may still hold
	retired []retired
	total   int64
	polls   int // since the last look for changes
	looks   int
}

// Open implements operators.Source.
func (s *source) Open(_ context.Context, env operators.Env) error {
	s.env = env
	s.builder = batch.NewBuilder(env.Alloc, s.spec.Out)
	files, err := list(s.opts.path)
	if err != nil {
		return err
	}
	if s.opts.follow {
		return s.followAll(files)
	}
	if len(files) == 0 {
		return s.missing()
	}
	for i, path := range files {
		if i%max(1, s.spec.Instances) == s.spec.Instance {
			s.add(path)
		}
	}
	return s.measure()
}

func (s *source) missing() error {
	if isGlob(s.opts.path) {
		return fmt.Errorf("stream %q: no file matches %q", s.spec.Stream, s.opts.path)
	}
	if _, err := os.Stat(s.opts.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("stream %q: %w", s.spec.Stream, err)
	}
	return fmt.Errorf("stream %q: file %q does not exist", s.spec.Stream, s.opts.path)
}

func (s *source) add(path string) *tail {
	t := &tail{split: len(s.tails), path: path, floor: window.Min}
	s.tails = append(s.tails, t)
	return t
}

// measure sums the sizes, and leaves the sum unknown if a file is compressed.
func (s *source) measure() error {
	for _, t := range s.tails {
		if err := s.open(t, 0, 1); err != nil {
			return err
		}
		if t.packed || s.total < 0 {
			s.total = -1
		} else {
			s.total += t.info.Size()
		}
	}
	return nil
}

// TotalBytes implements operators.Sized.
func (s *source) TotalBytes() int64 { return max(0, s.total) }

// Splits implements operators.Splitter.
func (s *source) Splits() int { return len(s.tails) }

// SplitName implements operators.Named.
func (s *source) SplitName(i int) string { return s.tails[i].path }

// InTurn implements operators.Splitter.
func (s *source) InTurn() bool { return !s.opts.follow }

// fillsAPoll bounds how many blocks without a row, all of one long record or
// dropped, a Poll reads.
const fillsAPoll = 64

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	if s.polls++; s.opts.follow && s.polls >= lookPolls {
		if err := s.look(); err != nil {
			return operators.Polled{}, err
		}
	}
	p, ok, err := s.poll(ctx)
	for pause := range followLooks {
		if ok || err != nil || !s.opts.follow {
			break
		}
		if pause > 0 {
			sleep(ctx, lookEvery)
		}
		if err = s.look(); err == nil {
			p, ok, err = s.poll(ctx)
		}
	}
	return p, err
}

// poll reads from whichever split has something.
func (s *source) poll(ctx context.Context) (p operators.Polled, ok bool, err error) {
	for range fillsAPoll {
		if ctx.Err() != nil {
			return p, false, context.Cause(ctx)
		}
		t := s.next()
		if t == nil && !s.opts.follow {
			return p, false, io.EOF
		}
		if t == nil {
			break
		}
		if p, ok, err = s.read(t); ok || err != nil {
			return p, ok, err
		}
	}
	return operators.Polled{MaxTime: window.Min}, false, nil
}

// next chooses the split to read: the one furthest behind in event time, or the
// first where there is no event time. The buffer of the one before is given
// back.
func (s *source) next() *tail {
	var t *tail
	for _, c := range s.tails {
		if c.file != nil && !c.quietlyWaiting(s.opts.follow) && (t == nil || s.behind(c, t)) {
			t = c
		}
	}
	if t != nil && t != s.last {
		if s.last != nil && s.last.stream != nil {
			s.last.stream.Park()
		}
		s.last = t
	}
	return t
}

func (t *tail) quietlyWaiting(follow bool) bool {
	return follow && t.quiet && t.stream.Hungry()
}

func (s *source) behind(a, b *tail) bool {
	return s.spec.Time >= 0 && a.maxTime() < b.maxTime()
}

// finish closes a file that is read to its end. It reports whether the split has
// ended with it.
func (s *source) finish(t *tail) (ended bool) {
	if s.opts.follow {
		return s.retire(t)
	}
	t.close()
	t.ended = true
	return true
}

// Snapshot implements operators.Source: the place of a file is its offset in
// bytes, after decompression.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	var places []operators.Position
	for _, t := range s.tails {
		if t.file != nil {
			places = append(places, operators.Position{Split: t.path, Place: strconv.AppendInt(nil, t.stream.Offset(), 10)})
		}
	}
	return places, nil
}

// Close implements operators.Source.
func (s *source) Close() error {
	for _, t := range s.tails {
		t.close()
	}
	if s.builder != nil {
		s.builder.Close()
	}
	return nil
}
