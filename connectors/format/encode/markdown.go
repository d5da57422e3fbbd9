package encode

import (
	"io"
	"strings"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// markdown writes a GitHub-flavoured table.
type markdown struct {
	sheet
	started bool
	scratch []byte
}

func newMarkdown(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	return &markdown{sheet: newSheet(w, schema, opts)}, nil
}

// Encode implements format.Encoder.
func (m *markdown) Encode(b batch.Batch) error {
	m.start()
	cells := newCells(b)
	for i := range b.Rows() {
		m.buf = append(m.buf, '|')
		if m.changes {
			m.cell([]byte(b.Kind(i).String()))
		}
		for c := range cells {
			if cells[c].IsValid(i) {
				m.scratch = cells[c].appendText(m.scratch[:0], i)
			} else {
				m.scratch = append(m.scratch[:0], "NULL"...)
			}
			m.cell(m.scratch)
		}
		m.buf = append(m.buf, '\n')
		if err := m.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (m *markdown) start() {
	if m.started {
		return
	}
	m.started = true
	m.buf = append(m.buf, '|')
	for _, name := range m.names() {
		m.cell([]byte(name))
	}
	m.buf = append(m.buf, "\n|"...)
	if m.changes {
		m.buf = append(m.buf, " --- |"...)
	}
	for _, f := range m.schema.Fields() {
		if f.Type.IsNumeric() {
			m.buf = append(m.buf, " ---: |"...)
		} else {
			m.buf = append(m.buf, " --- |"...)
		}
	}
	m.buf = append(m.buf, '\n')
}

var markdownEscapes = strings.NewReplacer("|", `\|`, "\r\n", "<br>", "\n", "<br>", "\r", "<br>")

func (m *markdown) cell(text []byte) {
	m.buf = append(m.buf, ' ')
	m.buf = append(m.buf, markdownEscapes.Replace(string(text))...)
	m.buf = append(m.buf, " |"...)
}

// Close implements format.Encoder.
func (m *markdown) Close() error {
	m.start()
	return m.Flush()
}
