package lex

import (
	"strings"
	"unicode/utf8"
)

// operators are tried in order: longer ones first.
const operators = "<=> ->> << >> <= >= <> != || && -> := => == :: @@ " +
	"( ) [ ] { } , ; . + - * / % = < > ! & | ^ ~ @ ? :"

func (s *scanner) operator() (Token, error) {
	start := s.pos
	rest := s.text[start:]
	for op := range strings.FieldsSeq(operators) {
		if strings.HasPrefix(rest, op) {
			s.pos += len(op)
			return s.token(Op, start, op), nil
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	if r == utf8.RuneError && n == 1 {
		return Token{}, s.errorf(start, start+1, "invalid UTF-8")
	}
	err := s.errorf(start, start+n, "stray character %q", r)
	if hint := strayHint(r); hint != "" {
		return Token{}, err.WithHint("%s", hint)
	}
	return Token{}, err
}

// strayHint knows the characters that word processors put in place of ASCII.
func strayHint(r rune) string {
	switch r {
	case '‘', '’', '‚', '′':
		return "this is a typographic quote: write '"
	case '“', '”', '„', '″':
		return `this is a typographic quote: write "`
	case '–', '—', '−':
		return "this is a typographic dash: write - (a comment starts with --)"
	case '×':
		return "write *"
	case '≠':
		return "write <>"
	case '≤':
		return "write <="
	case '≥':
		return "write >="
	case '\\':
		return "a backslash is an ordinary character of a string; outside it means nothing"
	}
	return ""
}
