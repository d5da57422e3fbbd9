// Package lex cuts SQL text into tokens that know where they stand.
//
// The rules are ANSI's: 'strings' double their quotes and take backslashes as
// they are, "names" and `names` are identifiers, -- and # start a comment up to
// the end of the line (-- always, whatever follows), /* */ encloses one.
// Optimizer hints /*+ */ and executable comments /*! */ are refused: they look
// like comments and ask for something.
package lex

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"kinesql/sql/diag"
)

// Kind is the sort of a token.
type Kind uint8

// The token kinds.
const (
	End    Kind = iota // after the last token
	Word               // an unquoted word: keyword or name
	Name               // a quoted name
	String             // '...'
	Number             // 12, 1.5, .5, 1e3, 0x1F
	Hex                // x'1F'
	Op                 // operator or punctuation
)

// Role says what the parser took a word for; printing needs to know.
type Role uint8

// The roles.
const (
	AsWritten Role = iota // upper-cased if it is reserved
	Keyword               // printed in upper case
	Ident                 // a name: case kept although it may be a reserved word
	Tight                 // an operator printed without spaces: the < > of a type
)

// Token is a piece of SQL text.
type Token struct {
	Kind Kind
	Text string // names and strings without quotes; others as written
	At   diag.Span
	Role Role
}

// Is reports whether the token is the operator, or the unquoted word in any
// case; word is written in upper case.
func (t Token) Is(word string) bool {
	if t.Kind == Op {
		return t.Text == word
	}
	return t.Kind == Word && equalFold(t.Text, word)
}

// IsAny reports whether the token Is one of the words.
func (t Token) IsAny(words ...string) bool {
	for _, w := range words {
		if t.Is(w) {
			return true
		}
	}
	return false
}

// IsName reports whether the token can be a name: a word or a quoted name.
func (t Token) IsName() bool { return t.Kind == Word || t.Kind == Name }

// equalFold compares ASCII words; upper is in upper case.
func equalFold(s, upper string) bool {
	if len(s) != len(upper) {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != upper[i] {
			return false
		}
	}
	return true
}

// Tokens cuts the text; the last token is of kind End. Errors are *diag.Error
// with code diag.Lexical, or diag.Unsupported for hints and the like.
func Tokens(src *diag.Source) ([]Token, error) {
	s := scanner{src: src, text: src.Text}
	for {
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		s.toks = append(s.toks, t)
		if t.Kind == End {
			return s.toks, nil
		}
	}
}

type scanner struct {
	src  *diag.Source
	text string
	pos  int
	toks []Token
}

func (s *scanner) peek(ahead int) byte {
	if s.pos+ahead < len(s.text) {
		return s.text[s.pos+ahead]
	}
	return 0
}

func (s *scanner) errorf(start, end int, format string, args ...any) *diag.Error {
	return diag.Errorf(diag.Lexical, s.src, diag.Span{Start: start, End: end}, format, args...)
}

func (s *scanner) token(k Kind, start int, text string) Token {
	return Token{Kind: k, Text: text, At: diag.Span{Start: start, End: s.pos}}
}

func (s *scanner) next() (Token, error) {
	if err := s.space(); err != nil {
		return Token{}, err
	}
	start := s.pos
	if start >= len(s.text) {
		return s.token(End, start, ""), nil
	}
	switch c := s.text[start]; {
	case c == '\'':
		return s.quoted(String, c, start)
	case c == '"' || c == '`':
		return s.quoted(Name, c, start)
	case isDigit(c) || c == '.' && isDigit(s.peek(1)) && !s.afterOperand():
		return s.number()
	}
	if r, _ := utf8.DecodeRuneInString(s.text[start:]); isLetter(r) {
		return s.word()
	}
	return s.operator()
}

// afterOperand reports whether a dot here joins names: "t.1" is no number.
func (s *scanner) afterOperand() bool {
	if len(s.toks) == 0 {
		return false
	}
	last := s.toks[len(s.toks)-1]
	return last.At.End == s.pos && (last.IsName() || last.Is(")") || last.Is("]"))
}

// space skips white space and comments.
func (s *scanner) space() error {
	for s.pos < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		switch {
		case unicode.IsSpace(r) || s.pos == 0 && r == '\uFEFF':
			s.pos += n
		case r == '#' || r == '-' && s.peek(1) == '-':
			s.lineComment()
		case r == '/' && s.peek(1) == '*':
			if err := s.blockComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(r rune) bool { return r == '_' || r == '$' || r != utf8.RuneError && unicode.IsLetter(r) }
func isPart(r rune) bool {
	return isLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// Unterminated reports whether the error of Tokens is a string, name or comment
// that the text does not close: more text may mend it.
func Unterminated(err error) bool {
	var e *diag.Error
	return errors.As(err, &e) && strings.HasPrefix(e.Message, "unterminated ")
}
