// Package json is the format "json": a JSON object a line.
//
// A record is the bytes up to a newline. Its structure is checked whole:
// brackets, keys, commas, the form of numbers, the ends of strings. What is
// between quotes is only looked at where a column is read from it; then it must
// be UTF-8 without control characters, with valid escapes (half a surrogate
// pair becomes U+FFFD). Lines of white space are no records.
//
// Keys are found by the exact name of a column or member, else by one that
// differs only in case; two of those are an error. Of equal keys the last
// counts. A value that is missing, or null, or a member of what is null, is
// NULL. Values become columns as follows; anything else is an error.
//
//	TINYINT..BIGINT  a number without a fraction (1.0 and 1e3 have none) that fits; also in a string
//	REAL, DOUBLE     a number, rounded; also in a string
//	DECIMAL(p, s)    a number, exactly, rounded half away from zero beyond s; also in a string
//	BOOLEAN          true, false, 1, 0; "true", "false", "1", "0"
//	CHAR, VARCHAR    a string, or the text of a number or boolean; cut to the declared length
//	VARBINARY        the same, as UTF-8 bytes
//	TIMESTAMP        a number or string as the option timestamp.format says
//	DATE, TIME       2015-05-17, 10:05:03, or part of an instant written like a TIMESTAMP
//	JSON             the text of any value
//	ROW, ARRAY       an object, an array
//
// Predicates drop a record before the rest of its columns are read, so a record
// that fails one is dropped also if another column could not have been read.
//
// Two decoders give the same rows and errors: an exact one, and before it one
// that bets on the record having the keys of an earlier one in the same order,
// with the same white space (see shape).
package json

import (
	"fmt"
	"io"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// timestampFormat is the name of the format's only option.
const timestampFormat = "timestamp.format"

// Format is the format "json".
type Format struct{}

// New returns the format.
func New() Format { return Format{} }

// Name implements format.Format.
func (Format) Name() string { return "json" }

// Describe implements format.Format.
func (Format) Describe(spec connectors.Spec) (*batch.Schema, string, error) {
	if _, _, err := timeParsers(spec.Options); err != nil {
		return nil, "", err
	}
	if spec.Schema == nil {
		return nil, "", fmt.Errorf("stream %q needs columns: JSON names its values but not their types", spec.Stream)
	}
	return spec.Schema, "", nil
}

func timeParsers(o connectors.Options) (format.TimeParser, func(int64) (int64, bool), error) {
	option := o.String(timestampFormat, "auto")
	parse, err := format.NewTimeParser(option)
	if err != nil {
		return nil, nil, &connectors.OptionError{Key: timestampFormat, Message: err.Error()}
	}
	return parse, format.NewEpochParser(option), nil
}

// NewDecoder implements format.Format.
func (Format) NewDecoder(spec connectors.SourceSpec, faults operators.Faults) (format.Decoder, error) {
	return newDecoder(spec, faults)
}

// NewEncoder implements format.Format.
func (Format) NewEncoder(w io.Writer, schema *batch.Schema, o format.EncodeOptions) (format.Encoder, error) {
	return encode.New("jsonl", w, schema, o)
}
