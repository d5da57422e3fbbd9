package encode

import (
	"io"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// objects writes rows as JSON objects.
type objects struct {
	sheet
	first string // `{"op":"` in a changelog
	heads []fieldHead
	spare int
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
	names, first := o.names(), 0
	if o.changes {
		o.first, first = head(0, opColumn)+`"`, 1
	}
	for i, f := range schema.Fields() {
		o.heads = append(o.heads, newFieldHead(head(first+i, names[first+i]), f.Type))
	}
	o.spare = spareFor(o.heads) + len(o.first)
	return o
}

// Encode implements format.Encoder.
func (o *objects) Encode(b batch.Batch) error {
	cells := newCells(b)
	for c := range cells {
		cells[c].manner = mannerOf(&cells[c], b.Rows())
	}
	l := line{buf: o.buf[:cap(o.buf)], at: len(o.buf), spare: o.spare}
	for i := range b.Rows() {
		l.reserve(0)
		if o.array {
			o.separate(&l)
		}
		o.row(&l, b, cells, i)
		if l.at < buffered {
			continue
		}
		o.buf, l.at = l.buf[:l.at], 0
		if err := o.Flush(); err != nil {
			return err
		}
	}
	o.buf = l.buf[:l.at]
	return nil
}

func (o *objects) separate(l *line) {
	mark := ",\n  "
	if o.rows == 0 {
		mark = "[\n  "
	}
	l.at += copy(l.buf[l.at:], mark)
	o.rows++
}

func (o *objects) row(l *line, b batch.Batch, cells []cell, i int) {
	if o.changes {
		l.at += copy(l.buf[l.at:], o.first)
		l.at += copy(l.buf[l.at:], b.Kind(i).String())
		l.buf[l.at] = '"'
		l.at++
	}
	for c := range cells {
		l.field(&o.heads[c], &cells[c], i)
	}
	if len(cells) == 0 && !o.changes {
		l.buf[l.at] = '{'
		l.at++
	}
	*(*[2]byte)(l.buf[l.at:]) = [2]byte{'}', '\n'}
	l.at += 2
	if o.array {
		l.at--
	}
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
