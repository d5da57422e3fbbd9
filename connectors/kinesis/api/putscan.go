package api

import (
	"bytes"
	"unicode/utf8"

	"kinesql/connectors/shard"
)

// putScan reads the usual JSON of PutRecord and PutRecords in one pass. Whatever is
// not usual, right or wrong, makes it give up, and the request goes the ordinary way:
// escapes, unknown, repeated or missing members, null, anything too long. So it need not
// know how errors are told.
type putScan struct {
	b  []byte // what is left
	ok bool

	name, arn []byte // of the stream; nil: not given
	record    putRecordScan
}

// putRecordScan is the members of a record.
type putRecordScan struct{ data, key, explicit []byte }

const maxPutRecords = 500

// space skips white space and returns the byte after it.
func (p *putScan) space() byte {
	for i, c := range p.b {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			p.b = p.b[i:]
			return c
		}
	}
	p.b, p.ok = nil, false
	return 0
}

// take reads one byte, which may have white space before it.
func (p *putScan) take(c byte) {
	if p.space() != c {
		p.ok = false
		return
	}
	p.b = p.b[1:]
}

// more reads what follows a member or an element: a comma, or the end.
func (p *putScan) more(end byte) bool {
	switch p.space() {
	case ',':
		p.b = p.b[1:]
		return p.ok
	case end:
		p.b = p.b[1:]
		return false
	}
	p.ok = false
	return false
}

// raw reads a string without looking at what is in it. The result is not nil.
func (p *putScan) raw() []byte {
	p.take('"')
	end := bytes.IndexByte(p.b, '"')
	if end < 0 {
		p.ok = false
		return nil
	}
	text := p.b[:end:end]
	p.b = p.b[end+1:]
	return text
}

// text reads a string that stands for itself.
func (p *putScan) text() []byte {
	text := p.raw()
	plain := true
	for _, c := range text {
		if c < ' ' || c == '\\' {
			p.ok = false
		}
		plain = plain && c < utf8.RuneSelf
	}
	p.ok = p.ok && (plain || utf8.Valid(text))
	return text
}

// once sets a member that may be there only once.
func (p *putScan) once(member *[]byte, value []byte) {
	p.ok = p.ok && *member == nil
	*member = value
}

// putRecords reads a PutRecords request into a batch.
func (p *putScan) putRecords(b *batch) bool {
	p.take('{')
	for again := p.ok; again && p.ok; again = p.more('}') {
		key := p.text()
		p.take(':')
		switch string(key) {
		case "StreamName":
			p.once(&p.name, p.text())
		case "StreamARN":
			p.once(&p.arn, p.text())
		case "Records":
			p.ok = p.ok && len(b.entries) == 0
			p.records(b)
		default:
			return false
		}
	}
	return p.end() && len(b.entries) > 0
}

// records reads the list of records.
func (p *putScan) records(b *batch) {
	p.take('[')
	for again := p.ok; again && p.ok; again = p.more(']') {
		p.record = putRecordScan{}
		p.take('{')
		for more := p.ok; more && p.ok; more = p.more('}') {
			key := p.text()
			p.take(':')
			p.member(key)
		}
		p.ok = p.ok && len(b.entries) < maxPutRecords && p.add(b)
	}
}

// putRecord reads a PutRecord request into a batch.
func (p *putScan) putRecord(b *batch) bool {
	p.take('{')
	for again := p.ok; again && p.ok; again = p.more('}') {
		key := p.text()
		p.take(':')
		switch string(key) {
		case "StreamName":
			p.once(&p.name, p.text())
		case "StreamARN":
			p.once(&p.arn, p.text())
		default:
			p.member(key)
		}
	}
	return p.end() && p.add(b)
}

// member reads a member of a record.
func (p *putScan) member(key []byte) {
	switch string(key) {
	case "Data":
		p.once(&p.record.data, p.raw())
	case "PartitionKey":
		p.once(&p.record.key, p.text())
	case "ExplicitHashKey":
		p.once(&p.record.explicit, p.text())
	default:
		p.ok = false
	}
}

// add takes the record that was read, whose data is still base64. The hash of its
// key is computed when it is known that it is needed.
func (p *putScan) add(b *batch) bool {
	r := &p.record
	size, ok := base64Size(r.data)
	if !ok || r.data == nil || len(r.key) == 0 || len(r.key) > 256 {
		return false
	}
	var hash shard.Hash
	if r.explicit != nil {
		h, err := shard.ParseHash(string(r.explicit))
		if err != nil {
			return false
		}
		hash = h
	} else {
		hash = shard.HashKey(r.key)
	}
	b.add(r.key, r.data, size, hash)
	return true
}

// base64Size is how many bytes a base64 text stands for, if it is one.
func base64Size(text []byte) (int, bool) {
	n := len(text) / 4 * 3
	switch {
	case len(text)%4 != 0:
		return 0, false
	case len(text) == 0:
	case text[len(text)-2] == '=':
		n -= 2
	case text[len(text)-1] == '=':
		n--
	}
	return n, true
}

// end reports whether the request was read to its end.
func (p *putScan) end() bool {
	return p.ok && len(bytes.TrimLeft(p.b, " \t\r\n")) == 0 && (p.name != nil || p.arn != nil)
}
