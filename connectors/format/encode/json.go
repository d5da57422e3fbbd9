package encode

import (
	"io"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// objects writes rows as JSON objects.
type objects struct {
	sheet
	heads []string
	array bool // one array instead of lines
	rows  int
}

func newLines(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	return newObjects(w, schema, opts), nil
}

func newJSON(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	o := newObjects(w, schema, opts)
	o.array = true
	return o, nil
}

func newObjects(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) *objects {
	o := &objects{sheet: newSheet(w, schema, opts)}
	for i, name := range o.names() {
		o.heads = append(o.heads, head(i, name))
	}
	if len(o.heads) == 0 {
		o.heads = []string{"{"}
	}
	return o
}

// Encode implements format.Encoder.
func (o *objects) Encode(b batch.Batch) error {
	cells := newCells(b)
	for i := range b.Rows() {
		if o.array {
			o.separate()
		}
		o.row(b, cells, i)
		if err := o.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (o *objects) separate() {
	if o.rows == 0 {
		o.buf = append(o.buf, "[\n  "...)
	} else {
		o.buf = append(o.buf, ",\n  "...)
	}
	o.rows++
}

func (o *objects) row(b batch.Batch, cells []cell, i int) {
	buf, heads := o.buf, o.heads
	if o.changes {
		buf = append(buf, heads[0]...)
		buf = append(append(append(buf, '"'), b.Kind(i).String()...), '"')
		heads = heads[1:]
	}
	for c := range cells {
		buf = append(buf, heads[c]...)
		buf = cells[c].appendJSON(buf, i)
	}
	if len(cells) == 0 && !o.changes {
		buf = append(buf, '{')
	}
	buf = append(buf, '}')
	if !o.array {
		buf = append(buf, '\n')
	}
	o.buf = buf
}

// Close implements format.Encoder.
func (o *objects) Close() error {
	switch {
	case o.array && o.rows == 0:
		o.buf = append(o.buf, "[]\n"...)
	case o.array:
		o.buf = append(o.buf, "\n]\n"...)
	}
	return o.Flush()
}
