package main

import (
	"io"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/spf13/cobra"

	"kinesql/cmd/internal/terminal"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
)

// addFormat adds --format of commands that print rows of their own.
func addFormat(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "format", "", "output format: "+strings.Join(encode.Names(), ", ")+" (default: table on a terminal, jsonl in a pipe)")
}

// formatOf is the format in effect.
func formatOf(name string, out io.Writer) string {
	switch {
	case name != "":
		return strings.ToLower(name)
	case terminal.Is(out):
		return "table"
	}
	return "jsonl"
}

// table prints rows that are not the result of a query in the formats of those that
// are.
type table struct {
	encoder format.Encoder
	schema  *batch.Schema
	rows    *array.RecordBuilder
}

func newTable(out io.Writer, name string, schema *batch.Schema) (*table, error) {
	width, _ := terminal.Size(out)
	e, err := encode.New(formatOf(name, out), out, schema, format.EncodeOptions{Color: terminal.Color(out), Width: width})
	if err != nil {
		return nil, err
	}
	return &table{e, schema, array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())}, nil
}

// row adds a row of string, int64 and time.Time.
func (t *table) row(values ...any) {
	for i, v := range values {
		switch b := t.rows.Field(i).(type) {
		case *array.Int64Builder:
			b.Append(v.(int64))
		case *array.TimestampBuilder:
			b.Append(arrow.Timestamp(v.(time.Time).UnixMicro()))
		case *array.StringBuilder:
			b.Append(v.(string))
		}
	}
}

// flush prints the rows so far.
func (t *table) flush() error {
	b := batch.Wrap(t.schema, t.rows.NewRecord(), batch.Beside{})
	defer b.Release()
	if err := t.encoder.Encode(b); err != nil {
		return err
	}
	return t.encoder.Flush()
}

// close prints the rest.
func (t *table) close() error {
	if err := t.flush(); err != nil {
		return err
	}
	return t.encoder.Close()
}
