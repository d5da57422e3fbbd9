// Package encode writes batches in the formats that people and programs read:
//
//	table     a box for a terminal
//	json      one array of objects
//	jsonl     an object a line
//	csv, tsv  with a header
//	markdown  a table for a document
//	vertical  a line a column, a paragraph a row
//	arrow     an Arrow IPC stream
//	parquet   a Parquet file (not for a terminal)
//
// Rows of a changelog have their kind (+I -U +U -D) in a first column "op".
//
// In JSON, TIMESTAMP is ISO 8601 with a Z, DECIMAL an exact number, BINARY
// base64, NaN and infinities null. In the other texts TIMESTAMP is
// 2015-05-17 10:05:00 with a fraction only if there is one, and nested values
// are JSON.
package encode

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// maker makes one encoder.
type maker func(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error)

func makerOf(name string) maker {
	switch name {
	case "table":
		return newTable
	case "json":
		return newJSON
	case "jsonl":
		return newLines
	case "csv":
		return newCSV
	case "tsv":
		return newTSV
	case "markdown":
		return newMarkdown
	case "vertical":
		return newVertical
	case "arrow":
		return newArrow
	case "arrow_file":
		return newArrowFile
	case "parquet":
		return newParquet
	}
	return nil
}

// Names returns the formats of the command line's --format.
func Names() []string {
	return []string{"table", "json", "jsonl", "csv", "tsv", "markdown", "vertical", "arrow"}
}

// New returns an encoder that writes to w. Beside Names it knows parquet and
// arrow_file, the Arrow IPC file format where arrow is the stream.
func New(name string, w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	maker := makerOf(strings.ToLower(name))
	if maker == nil {
		return nil, fmt.Errorf("unknown output format %q; known: %s", name, strings.Join(Names(), ", "))
	}
	return maker(w, schema, opts)
}

// ShowsChanges reports whether a format has room for change kinds. All have.
func ShowsChanges(name string) bool {
	return name == "parquet" || slices.Contains(Names(), name)
}

// buffered is how much text an encoder collects before it writes.
const buffered = 256 << 10

// sheet is what the text encoders share: a buffer before the writer.
type sheet struct {
	w       io.Writer
	buf     []byte
	schema  *batch.Schema
	changes bool
}

func newSheet(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) sheet {
	return sheet{w: w, schema: schema, changes: opts.Changes}
}

// names are the column names, with "op" before them in a changelog. A name that
// stands there already gets a number, so that no reader takes one column for
// another: id, id_1.
func (s *sheet) names() []string {
	var names []string
	if s.changes {
		names = append(names, opColumn)
	}
	for _, f := range s.schema.Fields() {
		name := f.Name
		for n := 1; slices.Contains(names, name); n++ {
			name = fmt.Sprintf("%s_%d", f.Name, n)
		}
		names = append(names, name)
	}
	return names
}

// opColumn is the name of the column that shows change kinds.
const opColumn = "op"

// spill writes the buffer if it is full.
func (s *sheet) spill() error {
	if len(s.buf) < buffered {
		return nil
	}
	return s.Flush()
}

// Flush implements format.Encoder.
func (s *sheet) Flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}
