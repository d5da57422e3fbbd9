package wire

import "sync"

// Limits of a request's structure, far above what any action takes (500 records
// of four values): they bound memory and recursion.
const (
	maxDepth  = 32
	maxValues = 1 << 18
)

// codeSerialization is the shape of errors of form and type.
const codeSerialization = "SerializationException"

// kind is what a value is written as.
type kind uint8

const (
	null kind = iota
	boolean
	integer // text is decimal digits with an optional minus
	decimal // text is a number with fraction or exponent
	text
	blob // CBOR only
	list
	object // keys and values by turns; keys are texts
)

// value is one value of a document.
type value struct {
	kind kind
	flag bool   // of a boolean
	end  int32  // the place after the value and all that is in it
	text []byte // of texts, blobs and numbers; part of the body, or of the arena
}

// Document is a parsed body: its values in the order of the text. The body must not
// change while it is in use, for values point into it.
type Document struct {
	format Format
	values []value
	arena  []byte // texts that stand in the body in another form
}

var documents = sync.Pool{New: func() any { return new(Document) }}

// Parse reads a body, which must hold one object or list. The error has no text,
// as the service's.
func Parse(format Format, body []byte) (*Document, *Error) {
	d := documents.Get().(*Document)
	d.format, d.values, d.arena = format, d.values[:0], d.arena[:0]
	var err *Error
	if format == CBOR {
		err = d.parseCBOR(body)
	} else {
		err = d.parseJSON(body)
	}
	if err == nil && d.values[0].kind < list {
		err = malformed()
	}
	if err != nil {
		d.Release()
		return nil, err
	}
	return d, nil
}

// Release gives the document's memory back. What Decode has made lives on but for
// the blobs of a CBOR body, which are parts of the body.
func (d *Document) Release() {
	const keep = 1 << 14 // values; a document of many is not held on to
	if cap(d.values) > keep || cap(d.arena) > 16*keep {
		return
	}
	clear(d.values[:cap(d.values)])
	documents.Put(d)
}

// add appends a value and returns its place. It reports false when there are too many.
func (d *Document) add(v value) (int32, bool) {
	at := int32(len(d.values))
	v.end = at + 1
	d.values = append(d.values, v)
	return at, at < maxValues
}

// close notes that all values from at on are within it.
func (d *Document) close(at int32) { d.values[at].end = int32(len(d.values)) }

// keep copies a text that the body does not hold as it is.
func (d *Document) keep(text []byte) []byte {
	from := len(d.arena)
	d.arena = append(d.arena, text...)
	return d.arena[from:len(d.arena):len(d.arena)]
}

func malformed() *Error { return &Error{Code: codeSerialization, Status: 400} }

func tooMuch() *Error {
	return Errorf(codeSerialization, "The request is nested deeper than %d levels or holds more than %d values", maxDepth, maxValues)
}
