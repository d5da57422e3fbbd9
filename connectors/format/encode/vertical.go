package encode

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// vertical writes a paragraph a row, for rows wider than a screen.
type vertical struct {
	sheet
	labels  []string // names, right-aligned
	null    string
	rows    int
	scratch []byte
}

func newVertical(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	v := &vertical{sheet: newSheet(w, schema, opts), null: nullText(opts.Color)}
	width := 0
	for _, name := range v.names() {
		width = max(width, text.StringWidthWithoutEscSequences(name))
	}
	for _, name := range v.names() {
		v.labels = append(v.labels, text.AlignRight.Apply(name, width)+": ")
	}
	return v, nil
}

// Encode implements format.Encoder.
func (v *vertical) Encode(b batch.Batch) error {
	cells := newCells(b)
	for i := range b.Rows() {
		v.rows++
		v.buf = fmt.Appendf(v.buf, "%s %d. row %s\n", stars, v.rows, stars)
		labels := v.labels
		if v.changes {
			v.buf = append(append(append(v.buf, labels[0]...), b.Kind(i).String()...), '\n')
			labels = labels[1:]
		}
		for c := range cells {
			v.line(labels[c], &cells[c], i)
		}
		if err := v.spill(); err != nil {
			return err
		}
	}
	return nil
}

var stars = strings.Repeat("*", 20)

func (v *vertical) line(label string, c *cell, i int) {
	v.buf = append(v.buf, label...)
	if c.IsValid(i) {
		v.scratch = c.appendText(v.scratch[:0], i)
		v.buf = append(v.buf, visible(string(v.scratch))...)
	} else {
		v.buf = append(v.buf, v.null...)
	}
	v.buf = append(v.buf, '\n')
}

// Close implements format.Encoder.
func (v *vertical) Close() error { return v.Flush() }
