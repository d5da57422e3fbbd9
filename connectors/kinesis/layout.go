package kinesis

import (
	"bytes"
	"encoding/json"

	"kinesql/connectors"
)

// layout is how the records of a format lie beside each other.
type layout interface {
	// append appends a record to a block of lines. alone says that it must be
	// decoded apart from its neighbours.
	append(block, record []byte) (out []byte, alone bool)
}

// layoutOf returns the layout of a format.
func layoutOf(format string, o connectors.Options) layout {
	switch format {
	case "json":
		return jsonLayout{}
	case "csv":
		return quotedLayout{quote: o.String("quote", `"`)}
	}
	return quotedLayout{}
}

// quotedLayout is that of lines whose fields may stand in quotes. A quote that is
// never closed would reach into the next record.
type quotedLayout struct{ quote string }

func (l quotedLayout) append(block, record []byte) ([]byte, bool) {
	alone := bytes.IndexByte(record, '\n') >= 0 || (len(l.quote) == 1 && bytes.IndexByte(record, l.quote[0]) >= 0)
	return append(block, record...), alone
}

// jsonLayout is that of JSON: a record is one value that may be spread over
// lines, or several values, each on a line.
type jsonLayout struct{}

func (jsonLayout) append(block, record []byte) ([]byte, bool) {
	start := len(block)
	block = append(block, record...)
	first := bytes.IndexByte(record, '\n')
	if first < 0 {
		return block, false
	}
	if last := bytes.LastIndexByte(record, '\n') + 1; json.Valid(record[:first]) || json.Valid(record[last:]) {
		return block, true
	}
	// Between the parts of a value a tab is as good as a newline, and in a string
	// either is an error.
	for i, c := range block[start:] {
		if c == '\n' || c == '\r' {
			block[start+i] = '\t'
		}
	}
	return block, false
}
