package encode

import (
	"bytes"
	"fmt"
	"io"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// separated writes csv and tsv.
type separated struct {
	sheet
	delimiter byte
	header    bool
	field     func(s *separated, text []byte)
	null      string
	started   bool
	scratch   []byte
}

// newCSV writes RFC 4180 with LF: NULL is an empty field, an empty string is
// quoted. The options delimiter, header and null are as in reading.
func newCSV(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	s := &separated{sheet: newSheet(w, schema, opts), field: (*separated).quoted}
	var err error
	if s.delimiter, err = delimiter(opts.Options); err != nil {
		return nil, err
	}
	s.header = opts.Options.String("header", "auto") != "false"
	s.null = opts.Options.String("null", "")
	return s, nil
}

func delimiter(o connectors.Options) (byte, error) {
	switch v := o.String("delimiter", ","); {
	case v == `\t` || v == "tab":
		return '\t', nil
	case len(v) == 1 && v[0] < 0x80 && v != "\n" && v != "\r" && v != `"`:
		return v[0], nil
	default:
		return 0, &connectors.OptionError{Key: "delimiter", Message: fmt.Sprintf("want one ASCII character, got %q", v)}
	}
}

// newTSV writes fields without quotes: tab, line breaks and backslash are
// \t, \n, \r and \\, and NULL is \N.
func newTSV(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	return &separated{
		sheet: newSheet(w, schema, opts), delimiter: '\t', header: true, null: `\N`,
		field: (*separated).slashed,
	}, nil
}

// Encode implements format.Encoder.
func (s *separated) Encode(b batch.Batch) error {
	s.start()
	cells := newCells(b)
	for i := range b.Rows() {
		if s.changes {
			s.buf = append(append(s.buf, b.Kind(i).String()...), s.delimiter)
		}
		for c := range cells {
			s.value(&cells[c], i)
		}
		s.endLine()
		if err := s.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (s *separated) start() {
	if s.started {
		return
	}
	s.started = true
	if !s.header {
		return
	}
	for _, name := range s.names() {
		s.field(s, []byte(name))
		s.buf = append(s.buf, s.delimiter)
	}
	s.endLine()
}

func (s *separated) value(c *cell, i int) {
	if c.Valid != nil && !c.Valid[i] {
		s.buf = append(s.buf, s.null...)
	} else {
		s.scratch = c.appendText(s.scratch[:0], i)
		s.field(s, s.scratch)
	}
	s.buf = append(s.buf, s.delimiter)
}

// endLine turns the last delimiter into a line break.
func (s *separated) endLine() {
	if n := len(s.buf); n > 0 && s.buf[n-1] == s.delimiter {
		s.buf = s.buf[:n-1]
	}
	s.buf = append(s.buf, '\n')
}

func (s *separated) quoted(text []byte) {
	if len(text) > 0 && !s.mustQuote(text) {
		s.buf = append(s.buf, text...)
		return
	}
	s.buf = append(s.buf, '"')
	for _, c := range text {
		if c == '"' {
			s.buf = append(s.buf, '"')
		}
		s.buf = append(s.buf, c)
	}
	s.buf = append(s.buf, '"')
}

func (s *separated) mustQuote(text []byte) bool {
	if text[0] == ' ' || text[len(text)-1] == ' ' || string(text) == s.null {
		return true
	}
	return bytes.IndexByte(text, s.delimiter) >= 0 || bytes.ContainsAny(text, "\"\r\n")
}

func (s *separated) slashed(text []byte) {
	for _, c := range text {
		switch c {
		case '\t':
			s.buf = append(s.buf, `\t`...)
		case '\n':
			s.buf = append(s.buf, `\n`...)
		case '\r':
			s.buf = append(s.buf, `\r`...)
		case '\\':
			s.buf = append(s.buf, `\\`...)
		default:
			s.buf = append(s.buf, c)
		}
	}
}

// Close implements format.Encoder. Without a row there is still a header.
func (s *separated) Close() error {
	s.start()
	return s.Flush()
}
