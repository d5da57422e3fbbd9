package format

import (
	"fmt"

	"kinesql/connectors"
)

// CheckWritten refuses options that only reading heeds: encoders write times in
// ISO 8601 whatever timestamp.format says, and a stream must be able to read what
// it has written.
func CheckWritten(o connectors.Options) error {
	switch text := o.String("timestamp.format", "auto"); text {
	case "auto", "iso8601", "rfc3339", "sql":
		return nil
	default:
		return &connectors.OptionError{Key: "timestamp.format", Message: fmt.Sprintf(
			"%q can be read and not written: times are written in ISO 8601; write to a stream without the option, or a BIGINT column by EPOCH_MS", text)}
	}
}

// ForReading returns the format called name and the stream with its columns, which
// the format supplies where none were declared.
func ForReading(formats []Format, name string, spec connectors.SourceSpec) (Format, connectors.SourceSpec, error) {
	f := Find(formats, name)
	if f == nil {
		return nil, spec, fmt.Errorf("stream %q: format %s can only be written", spec.Stream, name)
	}
	if spec.Schema != nil {
		return f, spec, nil
	}
	var err error
	spec.Schema, _, err = f.Describe(spec.Spec)
	return f, spec, err
}
