package lex

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"kinesql/sql/diag"
)

// maxDigits limits the length of a number: what TiDB's decimals hold.
const maxDigits = 65

// quoted reads a string or a quoted name; the quote is doubled inside.
func (s *scanner) quoted(kind Kind, quote byte, start int) (Token, error) {
	var b strings.Builder
	for s.pos++; ; s.pos++ {
		i := strings.IndexByte(s.text[s.pos:], quote)
		if i < 0 {
			return Token{}, s.unterminated(kind, quote, start)
		}
		b.WriteString(s.text[s.pos : s.pos+i])
		s.pos += i + 1
		if s.peek(0) != quote {
			break
		}
		b.WriteByte(quote)
	}
	text := b.String()
	switch {
	case !utf8.ValidString(text):
		return Token{}, s.errorf(start, s.pos, "invalid UTF-8")
	case strings.IndexByte(text, 0) >= 0:
		return Token{}, s.errorf(start, s.pos, "a NUL character cannot stand here")
	case kind == Name && strings.TrimSpace(text) == "":
		return Token{}, s.errorf(start, s.pos, "empty quoted name")
	}
	return s.token(kind, start, text), nil
}

func (s *scanner) unterminated(kind Kind, quote byte, start int) error {
	what := "string"
	if kind == Name {
		what = "quoted name"
	}
	end := len(s.text)
	if i := strings.IndexByte(s.text[start:], '\n'); i >= 0 {
		end = start + i
	}
	return s.errorf(start, end, "unterminated %s", what).
		WithHint("close it with %c; a %c inside is written twice", quote, quote)
}

// number reads 12, 1.5, .5, 1e3 and 0x1F.
func (s *scanner) number() (Token, error) {
	start := s.pos
	if s.peek(0) == '0' && (s.peek(1) == 'x' || s.peek(1) == 'X') {
		return s.hexNumber()
	}
	s.digits()
	if s.peek(0) == '.' {
		s.pos++
		s.digits()
	}
	if c := s.peek(0); c == 'e' || c == 'E' {
		sign := 1
		if c := s.peek(1); c == '+' || c == '-' {
			sign = 2
		}
		if isDigit(s.peek(sign)) {
			s.pos += sign
			s.digits()
		}
	}
	if err := s.numberEnds(start); err != nil {
		return Token{}, err
	}
	text := s.text[start:s.pos]
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return Token{}, s.errorf(start, s.pos, "number out of range")
	}
	if len(text) > maxDigits {
		return Token{}, s.errorf(start, s.pos, "a number of %d characters, more than %d", len(text), maxDigits).
			WithHint("DECIMAL has at most 38 digits")
	}
	return s.token(Number, start, text), nil
}

// numberEnds refuses 12abc.
func (s *scanner) numberEnds(start int) error {
	end := s.pos
	s.skipPart()
	if s.pos == end {
		return nil
	}
	return s.errorf(start, s.pos, "malformed number %q", s.text[start:s.pos]).
		WithHint("a name that starts with a digit is written in double quotes")
}

func (s *scanner) hexNumber() (Token, error) {
	start := s.pos
	s.pos += 2
	s.skipPart()
	digits := s.text[start+2 : s.pos]
	if _, err := hex.DecodeString(strings.Repeat("0", len(digits)%2) + digits); err != nil || digits == "" {
		return Token{}, s.errorf(start, s.pos, "malformed hexadecimal number %q", s.text[start:s.pos])
	}
	return s.token(Number, start, "0x"+digits), nil
}

func (s *scanner) digits() {
	for isDigit(s.peek(0)) {
		s.pos++
	}
}

// word reads a word, or a literal that starts with one: x'1F'.
func (s *scanner) word() (Token, error) {
	start := s.pos
	s.skipPart()
	word := s.text[start:s.pos]
	switch {
	case s.peek(0) == '\'':
		return s.prefixed(start, strings.ToUpper(word))
	case (word == "u" || word == "U") && s.peek(0) == '&' && s.peek(1) == '\'':
		return Token{}, s.unsupported(start, "unicode strings U&'...'", "write the characters themselves in '...'")
	}
	return s.token(Word, start, word), nil
}

// prefixed reads a string with a prefix. Where the prefix has no meaning, the
// word stands alone (DATE'2024-01-01' is DATE '2024-01-01').
func (s *scanner) prefixed(start int, prefix string) (Token, error) {
	switch prefix {
	case "X":
		t, err := s.quoted(Hex, '\'', start)
		if err != nil {
			return t, err
		}
		if _, err := hex.DecodeString(t.Text); err != nil {
			return t, s.errorf(start, s.pos, "malformed hexadecimal string")
		}
		return t, nil
	case "B":
		return Token{}, s.unsupported(start, "bit strings b'...'", "write a number, or x'...' for bytes")
	case "N":
		return Token{}, s.unsupported(start, "national strings N'...'", "all strings are Unicode: write '...'")
	case "E":
		return Token{}, s.unsupported(start, "escape strings E'...'", "a backslash is an ordinary character: write '...'")
	}
	return s.token(Word, start, s.text[start:s.pos]), nil
}

func (s *scanner) unsupported(start int, what, hint string) error {
	at := diag.Span{Start: start, End: s.pos + 1}
	return diag.Errorf(diag.Unsupported, s.src, at, "%s are not supported", what).WithHint("%s", hint)
}

func (s *scanner) skipPart() {
	for s.pos < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		if !isPart(r) {
			return
		}
		s.pos += n
	}
}
