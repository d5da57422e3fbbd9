// Package combined reads the access logs of Apache and nginx, in the "combined"
// format and in the "common" one, which lacks the last two fields:
//
//	203.0.113.9 - ann [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 2326 "http://ref" "agent"
//
// A stream without columns gets
//
//	remote_addr VARCHAR, remote_user VARCHAR, time TIMESTAMP, method VARCHAR,
//	path VARCHAR, protocol VARCHAR, status INTEGER, bytes BIGINT,
//	referer VARCHAR, user_agent VARCHAR
//
// and time as its time attribute. Declared columns are any of these by name;
// their types may differ where the text allows it.
//
//   - "-" is NULL in every field.
//   - In quoted fields \" \\ \n \r \t \b \v \f and \xHH are unescaped. A field whose
//     bytes are not UTF-8 after that stays as it is written in the log.
//   - A request that is not METHOD PATH [PROTOCOL] keeps its row: method and
//     protocol are NULL and path holds the whole request. A request of "-" or of
//     no text leaves all three NULL.
//   - The last quoted field may lack its closing quote, as in lines that a server
//     has cut. What follows the user agent is ignored.
//   - Any other line that differs is a row error.
package combined

import (
	"errors"
	"fmt"
	"io"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/text"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// The fields of a line.
const (
	remoteAddr = iota
	remoteUser
	timeLocal
	method
	path
	protocol
	status
	bodyBytes
	referer
	userAgent
	fieldCount
)

// names are the columns, by field.
var names = [fieldCount]string{
	"remote_addr", "remote_user", "time", "method", "path", "protocol", "status", "bytes", "referer", "user_agent",
}

// Schema returns the columns of a stream that declares none.
func Schema() *batch.Schema {
	fields := make([]batch.Field, fieldCount)
	for i, name := range names {
		fields[i] = batch.Field{Name: name, Type: batch.Of(batch.Varchar)}
	}
	fields[timeLocal].Type = batch.Of(batch.Timestamp)
	fields[status].Type = batch.Of(batch.Integer)
	fields[bodyBytes].Type = batch.Of(batch.BigInt)
	return batch.NewSchema(fields...)
}

// Format is the format combined.
type Format struct{}

// New returns the format.
func New() format.Format { return Format{} }

// Name implements format.Format.
func (Format) Name() string { return "combined" }

// Describe implements format.Format.
func (Format) Describe(spec connectors.Spec) (*batch.Schema, string, error) {
	if spec.Schema == nil {
		return Schema(), names[timeLocal], nil
	}
	for _, f := range spec.Schema.Fields() {
		if err := known(f.Name); err != nil {
			return nil, "", err
		}
	}
	return spec.Schema, "", text.Flat("combined", spec.Schema)
}

func known(name string) error {
	for _, n := range names {
		if n == name {
			return nil
		}
	}
	err := fmt.Errorf("format combined has no column %q; it has %v", name, names)
	if near := connectors.Nearest(name, names[:]); near != "" {
		err = fmt.Errorf("format combined has no column %q; did you mean %q?", name, near)
	}
	return err
}

// NewDecoder implements format.Format.
func (Format) NewDecoder(spec connectors.SourceSpec, faults operators.Faults) (format.Decoder, error) {
	columns, err := text.Wanted(spec, names[:])
	if err != nil {
		return nil, err
	}
	p := &parser{}
	for i := range columns {
		p.want[columns[i].Field] = true
		if columns[i].Field == timeLocal {
			columns[i].Parse = p.clock.parse
		}
	}
	filler, err := text.NewFiller(columns, spec, "auto", faults)
	if err != nil {
		return nil, err
	}
	return text.NewLines(filler, p.cut, fieldCount), nil
}

// NewEncoder implements format.Format: logs are only read.
func (Format) NewEncoder(io.Writer, *batch.Schema, format.EncodeOptions) (format.Encoder, error) {
	return nil, errors.New("format combined can only be read; write json or csv")
}
