package kinesis

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/connectors"
	"kinesql/connectors/format"
)

// written are the formats of sinks.
var written = []string{"json", "csv"}

// describe is what both connectors say of a stream.
func describe(spec connectors.Spec, opts options, formats []format.Format) (d connectors.Description, err error) {
	d = connectors.Description{
		Schema: spec.Schema, CanRead: true, CanWrite: slices.Contains(written, opts.format), AppendOnly: true,
		Bounded: opts.from.Bounded, MaxSources: 1, Metadata: metadata(), Key: opts.key, KeyOption: keyOption,
	}
	f := format.Find(formats, opts.format)
	if f == nil {
		return d, unknownFormat(opts.format, formats)
	}
	if v, given := spec.Options.Lookup("header"); given && !strings.EqualFold(v, "false") {
		return d, &connectors.OptionError{Key: "header", Message: "records of a stream have no header: leave the option out, or write 'false'"}
	}
	spec.Options = headless(spec.Options)
	if d.Schema, d.Time, err = f.Describe(spec); err != nil {
		return d, err
	}
	if d.Schema == nil {
		return d, fmt.Errorf("stream %q: format %s needs declared columns", spec.Stream, opts.format)
	}
	if opts.key != "" && !d.CanWrite {
		return d, &connectors.OptionError{Key: keyOption, Message: fmt.Sprintf("format %s can only be read", opts.format)}
	}
	if d.Time == "" && !hides(d.Schema, arrivalColumn) {
		d.Time = arrivalColumn
	}
	return d, nil
}

// headless is the options of a format whose records have no header.
func headless(o connectors.Options) connectors.Options { return o.With("header", "false") }

func unknownFormat(name string, formats []format.Format) error {
	var known []string
	for _, f := range formats {
		known = append(known, f.Name())
	}
	message := fmt.Sprintf("unknown format %q; the formats are %s", name, strings.Join(known, ", "))
	if near := connectors.Nearest(name, known); near != "" {
		message = fmt.Sprintf("unknown format %q; did you mean %q?", name, near)
	}
	return &connectors.OptionError{Key: formatOption, Message: message}
}

// newSource returns an instance of a source. All instances share a roster over
// one service.
func newSource(spec connectors.SourceSpec, formats []format.Format, m *Monitor, open func() (Service, error)) (*source, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	spec.Options = headless(spec.Options)
	f, spec, err := format.ForReading(formats, opts.format, spec)
	if err != nil {
		return nil, err
	}
	var failed error
	shared := spec.Shared.Get(func() any {
		service, err := open()
		failed = err
		return newRoster(service, opts.from, spec.Instances)
	})
	if failed != nil {
		return nil, failed
	}
	r := shared.(*roster)
	return &source{
		stream: spec.Stream, roster: r, format: f, layout: layoutOf(opts.format, spec.Options),
		plan: newPlan(spec), monitor: m, number: spec.Instance,
	}, nil
}
