// Package csv reads and writes comma-separated values: RFC 4180 as it is found
// in the wild. Fields may be quoted and then hold delimiters, newlines and
// doubled quotes; lines end in LF or CRLF; a byte order mark is passed over;
// empty lines are no records. A quote inside an unquoted field is an ordinary
// character.
//
// An unquoted empty field is NULL, a quoted one is an empty string. A record
// with a bad quote costs one line: reading goes on with the line behind it, so
// that a stray quote does not swallow the rest of a file.
//
// Options:
//
//	header     auto (default), true or false. With a header, columns are found by
//	           its names, in any order; without, by position. auto takes the first
//	           line as a header if it names at least one column of the stream.
//	           A column that the header lacks is reported once, and NULL.
//	delimiter  one character, default a comma; \t or tab for a tab
//	quote      one character, default "; none turns quoting off
//	null       text that means NULL when it is not quoted, beside empty text
package csv

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/connectors/format/text"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// Format is the format csv.
type Format struct{}

// New returns the format.
func New() format.Format { return Format{} }

// Name implements format.Format.
func (Format) Name() string { return "csv" }

// Describe implements format.Format. Columns must be declared.
func (Format) Describe(spec connectors.Spec) (*batch.Schema, string, error) {
	if _, err := readOptions(spec.Options); err != nil {
		return nil, "", err
	}
	if spec.Schema == nil {
		return nil, "", errors.New("format csv needs declared columns; `kinesql infer FILE` proposes them")
	}
	return spec.Schema, "", text.Flat("csv", spec.Schema)
}

// NewDecoder implements format.Format.
func (Format) NewDecoder(spec connectors.SourceSpec, faults operators.Faults) (format.Decoder, error) {
	return newDecoder(spec, faults)
}

// NewEncoder implements format.Format.
func (Format) NewEncoder(w io.Writer, schema *batch.Schema, options format.EncodeOptions) (format.Encoder, error) {
	return encode.New("csv", w, schema, options)
}

type options struct {
	header     string // auto, true, false
	delimiter  byte
	quote      byte // 0: none
	null       string
	timeFormat string
}

func readOptions(o connectors.Options) (opts options, err error) {
	if opts.header, err = o.Enum("header", "auto", "auto", "true", "false"); err != nil {
		return opts, err
	}
	if opts.delimiter, err = character(o, "delimiter", ','); err != nil {
		return opts, err
	}
	if opts.quote, err = character(o, "quote", '"'); err != nil {
		return opts, err
	}
	if opts.delimiter == opts.quote || opts.delimiter == 0 {
		return opts, &connectors.OptionError{Key: "delimiter", Message: "must be a character other than the quote"}
	}
	opts.null = o.String("null", "")
	opts.timeFormat = o.String("timestamp.format", "auto")
	if _, err = format.NewTimeParser(opts.timeFormat); err != nil {
		err = &connectors.OptionError{Key: "timestamp.format", Message: err.Error()}
	}
	return opts, err
}

func character(o connectors.Options, key string, def byte) (byte, error) {
	v, ok := o.Lookup(key)
	if !ok {
		return def, nil
	}
	switch strings.ToLower(v) {
	case `\t`, "tab":
		return '\t', nil
	case "", "none":
		return 0, nil
	}
	if len(v) != 1 || v[0] >= 0x80 || v == "\n" || v == "\r" {
		return 0, &connectors.OptionError{Key: key, Message: fmt.Sprintf("want one ASCII character, got %q", v)}
	}
	return v[0], nil
}
