package text

import (
	"bytes"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Cutter cuts a line, without its newline, into the fields that are wanted. It
// keeps fields in the slice by their index; nil is NULL.
type Cutter func(line []byte, fields [][]byte) error

// Lines decodes formats of one record a line. Empty lines are no records.
type Lines struct {
	filler *Filler
	cut    Cutter
	fields [][]byte
}

// NewLines returns a decoder of lines with the given number of fields.
func NewLines(filler *Filler, cut Cutter, fields int) *Lines {
	return &Lines{filler: filler, cut: cut, fields: make([][]byte, fields)}
}

// MaxTime implements format.Decoder.
func (d *Lines) MaxTime() window.Micros { return d.filler.MaxTime() }

// Decode implements format.Decoder.
func (d *Lines) Decode(in format.Input, out *batch.Builder) (used, records int) {
	for number := in.Line; used < len(in.Block) && out.Rows < cap(out.Starts); number++ {
		line, next := in.Block[used:], len(in.Block)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], used+i+1
		} else if !in.Final {
			break
		}
		line = bytes.TrimSuffix(line, carriageReturn)
		if len(line) > 0 {
			records++
			d.line(in, number, line, used, out)
		}
		used = next
	}
	return used, records
}

var carriageReturn = []byte{'\r'}

func (d *Lines) line(in format.Input, number int64, line []byte, start int, out *batch.Builder) {
	clear(d.fields)
	err := d.cut(line, d.fields)
	if err == nil {
		err = d.filler.Row(out, start, d.fields)
	}
	if err != nil {
		d.filler.Fault(in, number, line, err)
	}
}
