// Package file is the connector of files.
//
// Reading. The option path names one file or a glob (*, **, ?, [a-z], {a,b});
// hidden files match only a pattern that names the dot. Files are read in the
// order of their names, each as a split of its own; where the stream has a time
// attribute, the file that is furthest behind in event time is read next, so
// that no window stays open longer than it must. Files compressed with gzip or
// zstd are known by their first bytes. A compressed file that is damaged ends
// there with a row error.
//
//	path              required
//	format            json (default), csv, combined, regex; jsonl is json. To write:
//	                  json, csv, parquet, arrow
//	follow            true: go on as files grow, like tail -F (default false)
//	start             beginning (default) or end: where following begins in the files
//	                  that exist; a file that appears later is read from its start
//	max_record_bytes  a longer record becomes a row error (default 10 MiB)
//
// While followed, a file that does not exist is waited for; one that was renamed
// or replaced is read to its end before the new one of its name; one that got
// shorter is read again from its start; a last line without its newline waits
// for it. A file that is truncated and grows beyond its old size between two
// looks, some 20 ms apart, cannot be told from one that grew.
//
// Writing. Rows go to a hidden file beside the path that gets its name when the
// query commits, so that nobody sees half a file. A file of that name is
// replaced. What a query writes after its first commit, and what another statement
// of the script writes to the same path, goes to further files, out.2.csv after
// out.csv. JSON and CSV are compressed if the name ends in .gz or
// .zst. The format arrow writes Arrow IPC files, and the streaming variant if the
// name ends in .arrows.
package file

import (
	"fmt"
	"os"
	"slices"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
)

// Connector is the connector file.
type Connector struct {
	formats []format.Format
	parts   *parts
}

// New returns a connector that reads the given formats.
func New(formats []format.Format) connectors.Connector {
	return &Connector{formats: formats, parts: &parts{begun: map[string]int{}}}
}

// Name implements connectors.Connector.
func (c *Connector) Name() string { return "file" }

// Describe implements connectors.Connector.
func (c *Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return connectors.Description{}, err
	}
	d := connectors.Description{Schema: spec.Schema, Bounded: !opts.follow, MaxSources: 1}
	d.CanWrite = slices.Contains(written, opts.format) && !isGlob(opts.path)
	if f := format.Find(c.formats, opts.format); f != nil {
		d.CanRead = true
		if d.Schema, d.Time, err = f.Describe(spec); err != nil {
			return d, err
		}
		files, err := list(opts.path)
		if err != nil {
			return d, err
		}
		d.MaxSources = max(1, len(files))
	}
	if !d.CanRead && !slices.Contains(written, opts.format) {
		return d, c.unknown(opts.format)
	}
	if opts.follow && !d.CanRead {
		return d, &connectors.OptionError{Key: "follow", Message: fmt.Sprintf("format %s can only be written", opts.format)}
	}
	if d.Schema == nil {
		return d, fmt.Errorf("stream %q: format %s needs declared columns", spec.Stream, opts.format)
	}
	return d, nil
}

func (c *Connector) unknown(name string) error {
	known := slices.Clone(written)
	for _, f := range c.formats {
		if !slices.Contains(known, f.Name()) {
			known = append(known, f.Name())
		}
	}
	message := fmt.Sprintf("unknown format %q; known: %v", name, known)
	if near := connectors.Nearest(name, known); near != "" {
		message = fmt.Sprintf("unknown format %q; did you mean %q?", name, near)
	}
	return &connectors.OptionError{Key: "format", Message: message}
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
	return &source{spec: spec, opts: opts, format: f}, nil
}

// Sink implements connectors.Connector.
func (c *Connector) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(written, opts.format) {
		return nil, fmt.Errorf("stream %q: format %s can only be read; write one of %v", spec.Stream, opts.format, written)
	}
	if isGlob(opts.path) {
		return nil, &connectors.OptionError{Key: "path", Message: fmt.Sprintf("%q is a pattern; name one file to write", opts.path)}
	}
	if info, err := os.Stat(opts.path); err == nil && info.IsDir() {
		return nil, &connectors.OptionError{Key: "path", Message: fmt.Sprintf("%q is a directory; name a file in it to write", opts.path)}
	}
	if err := format.CheckWritten(spec.Options); err != nil {
		return nil, fmt.Errorf("stream %q: %w", spec.Stream, err)
	}
	return newSink(spec, opts, c.parts)
}
