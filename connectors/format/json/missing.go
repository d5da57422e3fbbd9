package json

import (
	"bytes"
	"fmt"

	"kinesql/operators"
)

// missing watches for wanted columns that no record of a split has: most likely
// their names are misspelt. A NULL that is written counts as having the column.
// Records of a known shape need no look, because a shape is learned from a record
// that was read exactly.
type missing struct {
	unseen  []int // columns
	records int   // without a look at the shapes
	told    bool
	first   operators.Where // the first good record
}

// missingAfter is how many records are enough to say that a column is missing.
const missingAfter = 1000

// maxFirst is how many bytes of the first record are kept for the message.
const maxFirst = 4096

func newMissing(columns int) missing {
	m := missing{unseen: make([]int, columns)}
	for i := range m.unseen {
		m.unseen[i] = i
	}
	return m
}

// look notes the columns of a record that is read exactly.
func (d *decoder) look() {
	if d.missing.told {
		return
	}
	left := d.missing.unseen[:0]
	for _, c := range d.missing.unseen {
		if d.columns[c].node.value.kind == none {
			left = append(left, c)
		}
	}
	d.missing.unseen = left
}

// begin keeps the first good record.
func (d *decoder) begin(block []byte, start int, raw []byte, split string) {
	kept := bytes.TrimSuffix(raw[:min(len(raw), maxFirst)], []byte{'\r'})
	d.missing.first = operators.Where{Split: split, Line: d.line.at(block, start), Raw: bytes.Clone(kept)}
}

// count counts a record, and tells what is missing when there were enough.
func (d *decoder) count() {
	if d.missing.records++; d.missing.records == missingAfter {
		d.End()
	}
}

// End implements format.Ender: it tells which columns no record had.
func (d *decoder) End() {
	m := &d.missing
	if m.told || m.first.Line == 0 {
		return
	}
	m.told = true
	for _, c := range m.unseen {
		d.faults.RowError(operators.RowError{
			Where: m.first, Operator: "decode", Code: operators.CodeMissing,
			Message: fmt.Sprintf("column %q is in none of the %s; it is NULL", d.columns[c].path, m.looked()),
		})
	}
}

func (m *missing) looked() string {
	if m.records >= missingAfter {
		return fmt.Sprintf("first %d records", missingAfter)
	}
	return fmt.Sprintf("%d records", m.records)
}
