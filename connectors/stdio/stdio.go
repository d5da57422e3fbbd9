// Package stdio is the connector of standard input and output.
//
// Options: format, as of the connector file for reading (json, csv, combined,
// regex), and any format of the command line for writing (json means JSON
// lines, as in reading); max_record_bytes. Input ends when the other side closes
// it, and can be read once: a second query over it is refused. What is written
// shows at once.
package stdio

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/blocks"
	"kinesql/connectors/format/encode"
	"kinesql/operators"
)

// Connector is the connector stdio.
type Connector struct {
	in      io.Reader
	out     io.Writer
	formats []format.Format
	taken   *atomic.Bool // a source reads in
}

// New returns a connector of the given reader, writer and formats to read.
func New(in io.Reader, out io.Writer, formats []format.Format) connectors.Connector {
	return &Connector{in: in, out: &shared{w: out}, formats: formats, taken: &atomic.Bool{}}
}

// shared keeps the writes of several sinks apart.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// Name implements connectors.Connector.
func (c *Connector) Name() string { return "stdio" }

type options struct {
	format    string
	maxRecord int
}

func readOptions(o connectors.Options) (options, error) {
	o.Lookup("connector")
	name := strings.ToLower(o.String("format", "json"))
	if name == "jsonl" {
		name = "json"
	}
	limit, err := o.Int("max_record_bytes", blocks.MaxRecord, 1, 1<<30)
	return options{format: name, maxRecord: int(limit)}, err
}

// Describe implements connectors.Connector.
func (c *Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return connectors.Description{}, err
	}
	d := connectors.Description{Schema: spec.Schema, Bounded: true, MaxSources: 1}
	d.CanWrite = slices.Contains(encode.Names(), opts.format)
	if f := format.Find(c.formats, opts.format); f != nil {
		d.CanRead = true
		if d.Schema, d.Time, err = f.Describe(spec); err != nil {
			return d, err
		}
	}
	if !d.CanRead && !d.CanWrite {
		return d, &connectors.OptionError{Key: "format", Message: fmt.Sprintf("unknown format %q", opts.format)}
	}
	if d.Schema == nil {
		return d, fmt.Errorf("stream %q: format %s needs declared columns", spec.Stream, opts.format)
	}
	return d, nil
}

// Source implements connectors.Connector.
func (c *Connector) Source(spec connectors.SourceSpec) (operators.Source, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	f, spec, err := format.ForReading(c.formats, opts.format, spec)
	if err != nil {
		return nil, err
	}
	return &source{spec: spec, opts: opts, format: f, in: c.in, taken: c.taken}, nil
}

// Sink implements connectors.Connector.
func (c *Connector) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	if opts.format == "json" {
		opts.format = "jsonl"
	}
	if err := format.CheckWritten(spec.Options); err != nil {
		return nil, fmt.Errorf("stream %q: %w", spec.Stream, err)
	}
	enc, err := encode.New(opts.format, c.out, spec.Schema, format.EncodeOptions{Changes: spec.Changes, Options: spec.Options})
	if err != nil {
		return nil, fmt.Errorf("stream %q: %w", spec.Stream, err)
	}
	return &sink{enc: enc}, nil
}
