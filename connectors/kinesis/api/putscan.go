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

	name, arn []byte    // of the stream; nil: not given
	record    [3][]byte // the members of a record, by their number
	shape     recordShape
	mark      []byte // what is left from the end of the last value on
}

// The members of a record.
const (
	memberData = iota
	memberKey
	memberExplicit
)

// recordShape is what stood around the values of the last record: most requests have
// the same around all, and to compare that is faster than to read it.
type recordShape struct {
	n       int       // of values; 0: no record was read yet
	members [3]int    // of the values, in their order
	gaps    [4][]byte // before each value, and after the last; with the quotes
}

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
	p.ok = p.ok && standsForItself(text)
	return text
}

// standsForItself reports whether a JSON string has neither escapes nor faults.
func standsForItself(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' || c == '\\' {
			return utf8.Valid(text) && bytes.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '\\' }) < 0
		}
	}
	return true
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
		p.space()
		if !p.alike() {
			p.members()
		}
		p.ok = p.ok && len(b.entries) < maxPutRecords && p.add(b)
	}
}

// members reads a record and remembers its shape.
func (p *putScan) members() {
	p.record, p.shape, p.mark = [3][]byte{}, recordShape{}, p.b
	p.take('{')
	for again := p.ok; again && p.ok; again = p.more('}') {
		key := p.text()
		p.take(':')
		p.member(key)
	}
	p.shape.gaps[p.shape.n] = p.mark[:len(p.mark)-len(p.b)]
}

// alike reads a record of the same shape as the last one; false: it is of another.
func (p *putScan) alike() bool {
	s, b := &p.shape, p.b
	for i := range s.n {
		if !bytes.HasPrefix(b, s.gaps[i]) {
			return false
		}
		b = b[len(s.gaps[i]):]
		end := bytes.IndexByte(b, '"')
		if end < 0 {
			return false
		}
		p.record[s.members[i]] = b[:end:end]
		b = b[end:]
	}
	if s.n == 0 || !bytes.HasPrefix(b, s.gaps[s.n]) {
		return false
	}
	p.b = b[len(s.gaps[s.n]):]
	return standsForItself(p.record[memberKey]) && standsForItself(p.record[memberExplicit])
}

// putRecord reads a PutRecord request into a batch.
func (p *putScan) putRecord(b *batch) bool {
	p.mark = p.b
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
		p.value(memberData, p.raw())
	case "PartitionKey":
		p.value(memberKey, p.text())
	case "ExplicitHashKey":
		p.value(memberExplicit, p.text())
	default:
		p.ok = false
	}
}

// value takes a member's value, which ends before the quote before what is left.
func (p *putScan) value(member int, text []byte) {
	p.once(&p.record[member], text)
	if !p.ok {
		return
	}
	s := &p.shape
	gap := len(p.mark) - len(p.b) - 1 - len(text)
	s.members[s.n], s.gaps[s.n] = member, p.mark[:gap]
	s.n++
	p.mark = p.mark[gap+len(text):]
}

// add takes the record that was read, whose data is still base64.
func (p *putScan) add(b *batch) bool {
	data, key, explicit := p.record[memberData], p.record[memberKey], p.record[memberExplicit]
	size, ok := base64Size(data)
	if !ok || data == nil || len(key) == 0 || len(key) > 256 {
		return false
	}
	var hash shard.Hash
	if explicit == nil {
		hash = shard.HashKey(key)
	} else if h, err := shard.ParseHash(string(explicit)); err == nil {
		hash = h
	} else {
		return false
	}
	b.add(key, data, size, hash)
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
