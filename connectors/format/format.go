// Package format is what formats and the connectors that carry them agree on:
// decoders turn blocks of bytes into rows, encoders turn batches into bytes. The
// formats are in the folders beside it.
package format

import (
	"io"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Format is one way to write rows as bytes. It holds no state.
type Format interface {
	// Name is the value of the option "format".
	Name() string
	// Describe checks the format's own options and returns the columns: the
	// declared ones, or the format's own where none were declared and it has
	// some (combined). timeColumn is as connectors.Description.Time.
	Describe(spec connectors.Spec) (schema *batch.Schema, timeColumn string, err error)
	// NewDecoder returns a decoder for one split.
	NewDecoder(spec connectors.SourceSpec, faults operators.Faults) (Decoder, error)
	// NewEncoder returns an encoder that writes to w. A format that can only be
	// read refuses.
	NewEncoder(w io.Writer, schema *batch.Schema, options EncodeOptions) (Encoder, error)
}

// EncodeOptions is what an encoder must know beside the schema.
type EncodeOptions struct {
	Changes bool // rows have kinds: show them in a first column "op" (+I -U +U -D)
	Color   bool // for a terminal that shows colours
	Width   int  // of the terminal in characters; 0: no limit
	Options connectors.Options
}

// Input is a block of a split. It begins at the start of a record.
type Input struct {
	Block []byte
	Split string
	Line  int64 // line number, from 1, of the start of Block
	Final bool  // the split ends with Block: its last record may lack a newline
}

// Decoder decodes the records of one split in order. It belongs to one
// goroutine.
type Decoder interface {
	// Decode appends the records of a block to out until the block is used up or
	// out is full (Rows = cap(Starts)), and returns the bytes and records used.
	// It leaves an incomplete last record, unless the input is final. For each
	// row it appends Starts (the record's first byte in Block) and, where the
	// stream has a time attribute, Marks (the greatest event time of the split
	// before that record). A record that cannot be decoded goes whole to the
	// faults with split, line, raw bytes, the column and the reason.
	Decode(in Input, out *batch.Builder) (used, records int)

	// MaxTime is the greatest event time of all records so far, dropped ones
	// included; window.Min if none.
	MaxTime() window.Micros
}

// Ender is a Decoder that has something to say when its split has ended, after
// the last Decode: what it misses goes to the faults.
type Ender interface {
	End()
}

// Encoder writes batches of one schema. It belongs to one goroutine.
type Encoder interface {
	// Encode writes a batch, borrowed.
	Encode(b batch.Batch) error
	// Flush writes what Encode held back and can be shown by now.
	Flush() error
	// Close ends the output (a footer, a closing bracket). It does not close the
	// writer.
	Close() error
}
