// Package httpget is the connector http: what a GET of a URL answers, read to its
// end. It is meant for tables of reference data, and reads streams that end as well.
//
//	url               required; env:NAME takes it from an environment variable
//	format            json (default; jsonl is json), csv, combined, regex
//	authorization     value of the header Authorization; env:NAME as above
//	timeout           of the whole answer (default 10s)
//	max_bytes         a longer answer is an error (default 64 MiB)
//	max_record_bytes  a longer record becomes a row error (default 10 MiB)
//
// An answer is an error unless its status is 200. Redirects are followed. Where a
// table is read again, the request carries If-None-Match and If-Modified-Since of
// the answer before, and 304 leaves the table as it is. Messages show the URL
// without user, password and query, which may be secrets.
package httpget

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/blocks"
	"kinesql/operators"
)

// Connector is the connector http.
type Connector struct {
	formats []format.Format
}

// New returns a connector that reads the given formats.
func New(formats []format.Format) *Connector { return &Connector{formats: formats} }

// Name implements connectors.Connector.
func (c *Connector) Name() string { return "http" }

type options struct {
	url           *url.URL
	format        string
	authorization string
	timeout       time.Duration
	maxBytes      int64
	maxRecord     int
}

// readOptions reads the connector's own options.
func readOptions(o connectors.Options) (opts options, err error) {
	o.Lookup("connector")
	text, err := o.Require("url")
	if err != nil {
		return opts, err
	}
	if text, err = secret("url", text); err != nil {
		return opts, err
	}
	opts.url, err = url.Parse(text)
	if err != nil || opts.url.Scheme != "http" && opts.url.Scheme != "https" || opts.url.Host == "" {
		return opts, &connectors.OptionError{Key: "url", Message: "want a URL such as https://example.com/t.csv"}
	}
	if opts.format = strings.ToLower(o.String("format", "json")); opts.format == "jsonl" {
		opts.format = "json"
	}
	if opts.authorization, err = secret("authorization", o.String("authorization", "")); err != nil {
		return opts, err
	}
	if opts.timeout, err = o.Duration("timeout", 10*time.Second); err != nil {
		return opts, err
	}
	if opts.timeout == 0 {
		return opts, &connectors.OptionError{Key: "timeout", Message: "want more than zero"}
	}
	if opts.maxBytes, err = o.Int("max_bytes", 64<<20, 1, 1<<40); err != nil {
		return opts, err
	}
	limit, err := o.Int("max_record_bytes", blocks.MaxRecord, 1, 1<<30)
	opts.maxRecord = int(limit)
	return opts, err
}

// secret is a value as it is, or where it is env:NAME that of the variable.
func secret(key, value string) (string, error) {
	name, ok := strings.CutPrefix(value, "env:")
	if !ok {
		return value, nil
	}
	if v, set := os.LookupEnv(name); set {
		return v, nil
	}
	return "", &connectors.OptionError{Key: key, Message: fmt.Sprintf("the environment variable %s is not set", name)}
}

// Describe implements connectors.Connector.
func (c *Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return connectors.Description{}, err
	}
	f := format.Find(c.formats, opts.format)
	if f == nil {
		return connectors.Description{}, &connectors.OptionError{Key: "format", Message: fmt.Sprintf("unknown format %q", opts.format)}
	}
	d := connectors.Description{CanRead: true, Bounded: true, MaxSources: 1}
	if d.Schema, d.Time, err = f.Describe(spec); err != nil {
		return d, err
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
	return &source{spec: spec, opts: opts, format: f}, nil
}

// Sink implements connectors.Connector.
func (c *Connector) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	return nil, fmt.Errorf("stream %q: the connector http only reads", spec.Stream)
}
