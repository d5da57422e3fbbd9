// Package regex reads lines by a regular expression with named groups:
//
//	WITH (format = 'regex', pattern = '^(?P<time>\S+) (?<level>[A-Z]+) (?<message>.*)$')
//
// The syntax is RE2's. Columns must be declared and are found by the names of
// the groups. The expression may match anywhere in a line; anchor it with ^ and $
// to have it match the whole. A group that took no part in a match is NULL. A
// line that does not match is a row error; an empty line is no record.
package regex

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/text"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// Format is the format regex.
type Format struct{}

// New returns the format.
func New() format.Format { return Format{} }

// Name implements format.Format.
func (Format) Name() string { return "regex" }

// Describe implements format.Format.
func (Format) Describe(spec connectors.Spec) (*batch.Schema, string, error) {
	re, err := compile(spec.Options)
	if err != nil {
		return nil, "", err
	}
	if _, err := format.NewTimeParser(spec.Options.String("timestamp.format", "auto")); err != nil {
		return nil, "", &connectors.OptionError{Key: "timestamp.format", Message: err.Error()}
	}
	if spec.Schema == nil {
		return nil, "", fmt.Errorf("format regex needs declared columns; the pattern has the groups %s", list(groups(re)))
	}
	for _, f := range spec.Schema.Fields() {
		if err := grouped(re, f.Name); err != nil {
			return nil, "", err
		}
	}
	return spec.Schema, "", text.Flat("regex", spec.Schema)
}

func compile(o connectors.Options) (*regexp.Regexp, error) {
	pattern, err := o.Require("pattern")
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, &connectors.OptionError{Key: "pattern", Message: err.Error()}
	}
	return re, nil
}

func groups(re *regexp.Regexp) []string {
	return slices.DeleteFunc(slices.Clone(re.SubexpNames()), func(name string) bool { return name == "" })
}

func list(names []string) string {
	if len(names) == 0 {
		return "none; name them (?<name>...)"
	}
	return strings.Join(names, ", ")
}

func grouped(re *regexp.Regexp, column string) error {
	if re.SubexpIndex(column) >= 0 {
		return nil
	}
	message := fmt.Sprintf("has no group for column %q; its groups are %s", column, list(groups(re)))
	if near := connectors.Nearest(column, groups(re)); near != "" {
		message = fmt.Sprintf("has no group for column %q; did you mean %q?", column, near)
	}
	return &connectors.OptionError{Key: "pattern", Message: message}
}

// NewDecoder implements format.Format.
func (Format) NewDecoder(spec connectors.SourceSpec, faults operators.Faults) (format.Decoder, error) {
	re, err := compile(spec.Options)
	if err != nil {
		return nil, err
	}
	columns, err := text.Wanted(spec, re.SubexpNames())
	if err != nil {
		return nil, err
	}
	filler, err := text.NewFiller(columns, spec, spec.Options.String("timestamp.format", "auto"), faults)
	if err != nil {
		return nil, err
	}
	return text.NewLines(filler, cutter(re), re.NumSubexp()+1), nil
}

var errNoMatch = errors.New("line does not match the pattern")

func cutter(re *regexp.Regexp) text.Cutter {
	return func(line []byte, fields [][]byte) error {
		at := re.FindSubmatchIndex(line)
		if at == nil {
			return errNoMatch
		}
		for i := range fields {
			if at[2*i] >= 0 {
				fields[i] = line[at[2*i]:at[2*i+1]:at[2*i+1]]
			}
		}
		return nil
	}
}

// NewEncoder implements format.Format: lines are only read.
func (Format) NewEncoder(io.Writer, *batch.Schema, format.EncodeOptions) (format.Encoder, error) {
	return nil, errors.New("format regex can only be read; write json or csv")
}
