// Package diag holds places in SQL text and errors that point at them.
package diag

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Span is a range of bytes [Start, End) of a source text.
type Span struct{ Start, End int }

// Source is a named SQL text: a file, or "<command line>".
type Source struct {
	Name string
	Text string
}

// Code is a stable error code: KSQL-1xxx for the text (lexical and syntax),
// KSQL-2xxx for names, types and clauses of a statement, KSQL-3xxx for options
// and connectors, KSQL-4xxx for rows at run time, KSQL-9xxx for engine bugs.
type Code string

// The codes of errors in a statement.
const (
	Lexical     Code = "KSQL-1001"
	Syntax      Code = "KSQL-1002"
	Unsupported Code = "KSQL-1003" // parsed, and not run here
	UnknownName Code = "KSQL-2001"
	Ambiguous   Code = "KSQL-2002"
	Type        Code = "KSQL-2003"
	Invalid     Code = "KSQL-2004" // well formed but makes no sense here
	Exists      Code = "KSQL-2005"
	BadOption   Code = "KSQL-3001"
)

// Error is an error at a place in a SQL text. It prints as
//
//	app.sql:3:8: error KSQL-2001: unknown column "prise"
//	  SELECT prise FROM bids
//	         ^~~~~
//	hint: did you mean "price"?
type Error struct {
	Code    Code
	Source  *Source
	Span    Span
	Message string // lower case, no full stop
	Hint    string // what to do; may be empty
}

// Errorf returns an error at a span.
func Errorf(code Code, src *Source, at Span, format string, args ...any) *Error {
	return &Error{Code: code, Source: src, Span: at, Message: fmt.Sprintf(format, args...)}
}

// WithHint sets the hint and returns the error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Position returns line and column of the error, both from 1; columns count
// characters.
func (e *Error) Position() (line, column int) {
	before := e.Source.Text[:min(e.Span.Start, len(e.Source.Text))]
	lineStart := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[lineStart:]) + 1
}

// Error implements error: place, code, message, the source line with a caret,
// and the hint.
func (e *Error) Error() string {
	line, column := e.Position()
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: error %s: %s", e.Source.Name, line, column, e.Code, e.Message)
	e.writeExcerpt(&b)
	if e.Hint != "" {
		b.WriteString("\nhint: " + e.Hint)
	}
	return b.String()
}

func (e *Error) writeExcerpt(b *strings.Builder) {
	text := e.Source.Text
	start := min(e.Span.Start, len(text))
	lineStart := strings.LastIndexByte(text[:start], '\n') + 1
	lineEnd := len(text)
	if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
		lineEnd = start + i
	}
	lineEnd = max(start, lineStart+len(strings.TrimRight(text[lineStart:lineEnd], "\r")))
	fmt.Fprintf(b, "\n  %s\n  ", masked(text[lineStart:lineEnd]))
	for _, r := range text[lineStart:start] {
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	under := utf8.RuneCountInString(text[start:max(start, min(e.Span.End, lineEnd))])
	b.WriteString("^" + strings.Repeat("~", max(0, under-1)))
}

// secret is a password in a URL.
var secret = regexp.MustCompile(`(?i)://[^\s/:@']*:([^'\n]*)@|[?&](?:ssl)?password=([^&'\s]*)`)

// masked is a line with the passwords of its URLs starred out, so that an error can be
// shown to anyone.
func masked(line string) string {
	var out strings.Builder
	end := 0
	for _, m := range secret.FindAllStringSubmatchIndex(line, -1) {
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				out.WriteString(line[end:m[g]] + strings.Repeat("*", utf8.RuneCountInString(line[m[g]:m[g+1]])))
				end = m[g+1]
			}
		}
	}
	return out.String() + line[end:]
}
