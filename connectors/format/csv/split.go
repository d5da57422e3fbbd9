package csv

import (
	"bytes"
	"errors"
)

// splitter cuts records into fields. The fields are borrowed from the block or,
// where quotes were doubled, from scratch.
type splitter struct {
	delimiter, quote byte
	null             []byte
	fields           [][]byte // nil: NULL
	scratch          []byte
}

var (
	errIncomplete = errors.New("record is not complete")
	errQuote      = errors.New("quoted field is not closed")
	errAfterQuote = errors.New("text after a closing quote")
)

// split cuts the record at the start of block and returns its length, newline
// included. errIncomplete says that the block ends first. A block that holds the
// whole input (final) has no incomplete record.
func (s *splitter) split(block []byte, final bool) (length int, err error) {
	line, length := block, len(block)
	if i := bytes.IndexByte(block, '\n'); i >= 0 {
		line, length = block[:i], i+1
	} else if !final {
		return 0, errIncomplete
	}
	s.fields = s.fields[:0]
	if s.quote == 0 || bytes.IndexByte(line, s.quote) < 0 {
		s.splitPlain(bytes.TrimSuffix(line, carriageReturn))
		return length, nil
	}
	s.scratch = s.scratch[:0]
	n, err := s.splitQuoted(block, final)
	if err == errIncomplete {
		return 0, err
	}
	if err != nil {
		return length, err // only the first line is given up
	}
	return n, nil
}

var carriageReturn = []byte{'\r'}

func (s *splitter) splitPlain(line []byte) {
	for {
		i := bytes.IndexByte(line, s.delimiter)
		if i < 0 {
			s.unquoted(line)
			return
		}
		s.unquoted(line[:i])
		line = line[i+1:]
	}
}

func (s *splitter) unquoted(field []byte) {
	if len(field) == 0 || (len(s.null) > 0 && bytes.Equal(field, s.null)) {
		field = nil
	}
	s.fields = append(s.fields, field)
}

// splitQuoted cuts a record in which a quote occurs.
func (s *splitter) splitQuoted(block []byte, final bool) (int, error) {
	for at := 0; ; {
		var next int
		var err error
		if at < len(block) && block[at] == s.quote {
			next, err = s.quoted(block, at+1, final)
		} else {
			next, err = s.bare(block, at, final)
		}
		if err != nil {
			return 0, err
		}
		if next > len(block) {
			return len(block), nil
		}
		if block[next-1] == '\n' {
			return next, nil
		}
		at = next
	}
}

// bare cuts an unquoted field at at and returns what is behind its delimiter or
// newline; len(block)+1 at the end of the input.
func (s *splitter) bare(block []byte, at int, final bool) (int, error) {
	for i := at; i < len(block); i++ {
		switch block[i] {
		case s.delimiter:
			s.unquoted(block[at:i])
			return i + 1, nil
		case '\n':
			s.unquoted(bytes.TrimSuffix(block[at:i], carriageReturn))
			return i + 1, nil
		}
	}
	if !final {
		return 0, errIncomplete
	}
	s.unquoted(bytes.TrimSuffix(block[at:], carriageReturn))
	return len(block) + 1, nil
}

// quoted cuts a quoted field whose text starts at at.
func (s *splitter) quoted(block []byte, at int, final bool) (int, error) {
	field, start := []byte(nil), at
	for {
		i := bytes.IndexByte(block[at:], s.quote)
		if i < 0 {
			return 0, unlessFinal(final, errQuote)
		}
		at += i + 1
		if at == len(block) && !final {
			return 0, errIncomplete
		}
		if at < len(block) && block[at] == s.quote {
			at++
			continue
		}
		field = s.unescape(block[start : at-1])
		break
	}
	s.fields = append(s.fields, field)
	return s.behindQuote(block, at, final)
}

func unlessFinal(final bool, err error) error {
	if final {
		return err
	}
	return errIncomplete
}

func (s *splitter) behindQuote(block []byte, at int, final bool) (int, error) {
	rest := block[at:]
	switch {
	case len(rest) == 0 || (len(rest) == 1 && rest[0] == '\r'):
		if !final {
			return 0, errIncomplete
		}
		return len(block) + 1, nil
	case rest[0] == s.delimiter || rest[0] == '\n':
		return at + 1, nil
	case rest[0] == '\r' && rest[1] == '\n':
		return at + 2, nil
	}
	return 0, errAfterQuote
}

// unescape turns doubled quotes into single ones. It returns an empty slice, not
// nil, for empty text.
func (s *splitter) unescape(field []byte) []byte {
	if bytes.IndexByte(field, s.quote) < 0 {
		return field[:len(field):len(field)]
	}
	from := len(s.scratch)
	for i := 0; i < len(field); i++ {
		s.scratch = append(s.scratch, field[i])
		if field[i] == s.quote {
			i++
		}
	}
	return s.scratch[from:len(s.scratch):len(s.scratch)]
}
