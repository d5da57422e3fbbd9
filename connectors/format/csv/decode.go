package csv

import (
	"bytes"
	"fmt"
	"strings"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/text"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

type decoder struct {
	opts    options
	spec    connectors.SourceSpec
	faults  operators.Faults
	names   []string // of the stream's columns
	split   splitter
	filler  *text.Filler
	count   int      // fields that a record must have
	picked  [][]byte // fields by column of the stream
	from    []int    // column of the stream -> field of the record, -1: none
	started bool
}

func newDecoder(spec connectors.SourceSpec, faults operators.Faults) (*decoder, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	d := &decoder{opts: opts, spec: spec, faults: faults}
	for _, f := range spec.Schema.Fields() {
		d.names = append(d.names, f.Name)
	}
	d.split = splitter{delimiter: opts.delimiter, quote: opts.quote, null: []byte(opts.null)}
	columns, err := text.Wanted(spec, d.names)
	if err != nil {
		return nil, err
	}
	d.filler, err = text.NewFiller(columns, spec, opts.timeFormat, faults)
	d.picked = make([][]byte, len(d.names))
	d.byPosition()
	return d, err
}

// MaxTime implements format.Decoder.
func (d *decoder) MaxTime() window.Micros { return d.filler.MaxTime() }

// Prime reads the header from the start of a split that is then decoded from a
// later place.
func (d *decoder) Prime(start []byte) {
	d.start(format.Input{Block: start, Line: 1, Final: true})
}

// Decode implements format.Decoder.
func (d *decoder) Decode(in format.Input, out *batch.Builder) (used, records int) {
	if !d.started {
		n, ok := d.start(in)
		if !ok {
			return 0, 0
		}
		used = n
	}
	line := in.Line + int64(bytes.Count(in.Block[:used], newline))
	for used < len(in.Block) && out.Rows < cap(out.Starts) {
		n, err := d.split.split(in.Block[used:], in.Final)
		if err == errIncomplete {
			break
		}
		record := in.Block[used : used+n]
		if err == nil {
			err = d.row(out, used)
		}
		if err != nil {
			d.filler.Fault(in, line, bytes.TrimRight(record, "\r\n"), err)
		}
		if len(d.split.fields) != 1 || d.split.fields[0] != nil || err != nil {
			records++
		}
		used += n
		line += int64(bytes.Count(record, newline))
	}
	return used, records
}

var newline = []byte{'\n'}

func (d *decoder) row(out *batch.Builder, start int) error {
	fields := d.split.fields
	if len(fields) == 1 && fields[0] == nil {
		return nil // an empty line
	}
	if len(fields) != d.count {
		return fmt.Errorf("record has %d fields, want %d (%s)", len(fields), d.count, d.whose())
	}
	for column, field := range d.from {
		if field >= 0 {
			d.picked[column] = fields[field]
		}
	}
	return d.filler.Row(out, start, d.picked)
}

func (d *decoder) whose() string {
	if d.opts.header == "false" {
		return "as many as the stream has columns"
	}
	return "as many as the header"
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// start passes over a byte order mark and reads the header, if there is one. It
// is not ok if the first record is not complete.
func (d *decoder) start(in format.Input) (used int, ok bool) {
	if len(in.Block) < len(byteOrderMark) && !in.Final {
		return 0, false
	}
	if bytes.HasPrefix(in.Block, byteOrderMark) {
		used = len(byteOrderMark)
	}
	if d.opts.header == "false" {
		d.started = true
		return used, true
	}
	n, err := d.split.split(in.Block[used:], in.Final)
	if err == errIncomplete {
		return 0, false
	}
	d.started = true
	if err != nil || !d.header(in, d.split.fields) {
		d.opts.header = "false"
		return used, true
	}
	return used + n, true
}

// header finds the columns by the names of the first record. It is false if the
// record is no header.
func (d *decoder) header(in format.Input, fields [][]byte) bool {
	if d.opts.header == "auto" && !d.namesAny(fields) {
		return false
	}
	d.count = len(fields)
	for column, name := range d.names {
		d.from[column] = fieldCalled(fields, name)
		d.picked[column] = nil
		if d.from[column] < 0 && d.wanted(name) && in.Split != "" {
			d.filler.Fault(in, 1, firstLine(in.Block), fmt.Errorf("column %q is not in the header; it has %s, and the column is NULL",
				name, bytes.Join(fields, []byte(", "))))
		}
	}
	return true
}

func firstLine(block []byte) []byte {
	line, _, _ := bytes.Cut(block, newline)
	return bytes.TrimRight(line, "\r")
}

func (d *decoder) wanted(name string) bool {
	for _, w := range d.spec.Want {
		if w.Path[0] == name {
			return true
		}
	}
	return false
}

func (d *decoder) namesAny(fields [][]byte) bool {
	for _, name := range d.names {
		if fieldCalled(fields, name) >= 0 {
			return true
		}
	}
	return false
}

// fieldCalled finds a name exactly or else without regard to case.
func fieldCalled(fields [][]byte, name string) int {
	for i, f := range fields {
		if string(bytes.TrimSpace(f)) == name {
			return i
		}
	}
	for i, f := range fields {
		if strings.EqualFold(string(bytes.TrimSpace(f)), name) {
			return i
		}
	}
	return -1
}

func (d *decoder) byPosition() {
	d.count = len(d.names)
	d.from = make([]int, len(d.names))
	for i := range d.from {
		d.from[i] = i
	}
}
