package httpget

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/blocks"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// seen is what the last complete answer said of its version.
type seen struct {
	etag, modified string
}

// source reads one answer. It implements operators.Source.
type source struct {
	spec    connectors.SourceSpec
	opts    options
	format  format.Format
	builder *batch.Builder
	stream  *blocks.Stream
	body    bytes.Reader
	answer  seen
	rows    int
	ended   bool
}

// Open implements operators.Source: it takes the whole answer.
func (s *source) Open(ctx context.Context, env operators.Env) error {
	s.rows = env.BatchRows
	data, err := s.get(ctx)
	if err != nil {
		return err
	}
	dec, err := s.format.NewDecoder(s.spec, env.Faults)
	if err != nil {
		return err
	}
	s.body.Reset(data)
	s.builder = batch.NewBuilder(env.Alloc, s.spec.Out)
	s.stream = blocks.New(blocks.Config{Split: s.shown(), MaxRecord: s.opts.maxRecord, Faults: env.Faults}, dec)
	return nil
}

// shown is the URL without what may be secret.
func (s *source) shown() string {
	u := *s.opts.url
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// get makes the request.
func (s *source) get(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.opts.url.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("stream %q: %s is no URL to get", s.spec.Stream, s.shown())
	}
	before := s.before()
	for name, value := range map[string]string{
		"Authorization": s.opts.authorization, "If-None-Match": before.etag, "If-Modified-Since": before.modified,
	} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, s.failed(err)
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotModified:
		return nil, operators.ErrUnchanged
	default:
		return nil, fmt.Errorf("stream %q: GET %s: the answer is %s", s.spec.Stream, s.shown(), resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, s.opts.maxBytes+1))
	if err != nil {
		return nil, s.failed(err)
	}
	if int64(len(data)) > s.opts.maxBytes {
		return nil, fmt.Errorf("stream %q: GET %s: the answer is longer than %d bytes; raise the option max_bytes",
			s.spec.Stream, s.shown(), s.opts.maxBytes)
	}
	s.answer = seen{etag: resp.Header.Get("ETag"), modified: resp.Header.Get("Last-Modified")}
	return data, nil
}

// failed is the error of a request, without the URL that net/http puts into it.
func (s *source) failed(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stream %q: GET %s: no whole answer within %s; raise the option timeout", s.spec.Stream, s.shown(), s.opts.timeout)
	}
	return fmt.Errorf("stream %q: GET %s: %w", s.spec.Stream, s.shown(), err)
}

// before is what the last answer that was read to its end said.
func (s *source) before() *seen {
	if s.spec.Shared == nil {
		return &seen{}
	}
	return s.spec.Shared.Get(func() any { return &seen{} }).(*seen)
}

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	for !s.ended {
		if ctx.Err() != nil {
			return operators.Polled{MaxTime: window.Min}, context.Cause(ctx)
		}
		if s.stream.Hungry() {
			if _, err := s.stream.Fill(&s.body); err == io.EOF {
				s.stream.End()
			} else if err != nil {
				return operators.Polled{MaxTime: window.Min}, err
			}
		}
		if p, ok := s.decode(); ok {
			return p, nil
		}
	}
	*s.before() = s.answer
	return operators.Polled{MaxTime: window.Min}, io.EOF
}

func (s *source) decode() (operators.Polled, bool) {
	p, ok := s.stream.Poll(s.builder, s.rows, s.spec.Time >= 0)
	s.ended = p.Ended
	return p, ok
}

// Snapshot implements operators.Source: an answer is read anew.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	return []operators.Position{{Split: s.shown()}}, nil
}

// Close implements operators.Source.
func (s *source) Close() error {
	if s.builder != nil {
		s.builder.Close()
		s.builder = nil
	}
	return nil
}
