package wire

import (
	"bytes"
	"encoding/json"
)

// parseJSON lets the standard library judge the text and then walks over it, which
// is simple once it is known to be well formed.
func (d *Document) parseJSON(body []byte) *Error {
	if !json.Valid(body) {
		return malformed()
	}
	w := jsonWalk{d: d, b: body}
	if !w.value(0) {
		return tooMuch()
	}
	return nil
}

// jsonWalk is a place in a valid JSON text.
type jsonWalk struct {
	d *Document
	b []byte // from here on
}

// space skips white space, commas and colons: the text is valid, so they stand
// where they should.
func (w *jsonWalk) space() byte {
	for i, c := range w.b {
		switch c {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			w.b = w.b[i:]
			return c
		}
	}
	w.b = nil
	return 0
}

// value appends the next value; false: the document is too large.
func (w *jsonWalk) value(depth int) bool {
	switch w.space() {
	case '{':
		return w.inner(object, '}', depth)
	case '[':
		return w.inner(list, ']', depth)
	case '"':
		return w.text()
	case 't':
		return w.word(value{kind: boolean, flag: true}, 4)
	case 'f':
		return w.word(value{kind: boolean}, 5)
	case 'n':
		return w.word(value{kind: null}, 4)
	}
	return w.number()
}

func (w *jsonWalk) word(v value, length int) bool {
	w.b = w.b[length:]
	_, ok := w.d.add(v)
	return ok
}

func (w *jsonWalk) inner(k kind, end byte, depth int) bool {
	at, ok := w.d.add(value{kind: k})
	if !ok || depth == maxDepth {
		return false
	}
	w.b = w.b[1:]
	for w.space() != end {
		if !w.value(depth + 1) {
			return false
		}
	}
	w.b = w.b[1:]
	w.d.close(at)
	return true
}

func (w *jsonWalk) number() bool {
	n, k := len(w.b), integer
	for i, c := range w.b {
		if c == '.' || c == 'e' || c == 'E' {
			k = decimal
		} else if (c < '0' || c > '9') && c != '-' && c != '+' {
			n = i
			break
		}
	}
	return w.word(value{kind: k, text: w.b[:n]}, n)
}

// text takes a string as it stands if it has no escape.
func (w *jsonWalk) text() bool {
	n := bytes.IndexByte(w.b[1:], '"') + 1
	if bytes.IndexByte(w.b[1:n], '\\') < 0 {
		return w.word(value{kind: text, text: w.b[1:n]}, n+1)
	}
	for n = 1; w.b[n] != '"'; n++ {
		if w.b[n] == '\\' {
			n++
		}
	}
	var s string
	if json.Unmarshal(w.b[:n+1], &s) != nil {
		return false // cannot be: the text is valid
	}
	return w.word(value{kind: text, text: w.d.keep([]byte(s))}, n+1)
}
