package kinesis

import (
	"kinesql/operators"
)

// places adds to the errors of a decoder where the record is: shard and sequence
// number. Decoders count lines; in the runs of a chunk each line is a piece.
type places struct {
	next  operators.Faults
	shard string
	index *index
	first int  // the piece in line 1
	alone bool // all lines are of that piece
}

// RowError implements operators.Faults.
func (p *places) RowError(e operators.RowError) {
	piece := p.first
	if !p.alone && e.Line > 0 {
		piece += int(e.Line) - 1
	}
	if !p.alone {
		e.Line = 0
	}
	e.Split = p.shard
	e.Sequence = p.index.page.Number(p.index.record(piece))
	p.next.RowError(e)
}

// LateRow implements operators.Faults. Decoders know no late rows.
func (p *places) LateRow(r operators.LateRow) { p.next.LateRow(r) }
