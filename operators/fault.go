package operators

import "kinesql/window"

// Faults keeps rows that cannot go on: nothing vanishes. Both methods copy what
// they keep, may be called from several tasks, and never fail.
type Faults interface {
	// RowError keeps a record that could not be decoded or a row that failed at
	// run time. The row is in no result.
	RowError(RowError)
	// LateRow keeps a row that came after all windows it belongs to had closed.
	LateRow(LateRow)
}

// Where is the place of a record in the outside world.
type Where struct {
	Split string // file path, or shard id
	Line  int64  // line of a file from 1, 0 if unknown
	// Sequence is the sequence number of the record in its shard; empty: it has none.
	Sequence string
	Raw      []byte // the record as it was read; where unknown, the row as JSON
}

// RowError is a failed record or row.
type RowError struct {
	Where
	Operator string // which step failed: "decode", "filter", "project", ...
	Code     string // stable: "KSQL-2201"
	Message  string // with the column and the value where there is one
}

// LateRow is a row that missed its last window.
type LateRow struct {
	Where
	EventTime window.Micros
	Watermark window.Micros // which stood when the row came
	// WindowStart and WindowEnd are of the last window that the row belonged to. Where
	// an operator has no windows they are equal; a start that it does not know is
	// window.Min.
	WindowStart, WindowEnd window.Micros
}

// Codes of the row errors that sources and decoders make.
const (
	CodeDecode  = "KSQL-4101" // a record that cannot be decoded
	CodeTooLong = "KSQL-4102" // a record longer than the source accepts
	CodeCorrupt = "KSQL-4103" // the rest of a compressed file that cannot be read
	CodeMissing = "KSQL-4104" // a column that no record of a split has; no row is lost
	CodeExpired = "KSQL-4105" // records of a shard that were gone before they were read
)
