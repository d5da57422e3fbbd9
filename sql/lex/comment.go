package lex

import (
	"strings"

	"kinesql/sql/diag"
)

func (s *scanner) lineComment() {
	if i := strings.IndexByte(s.text[s.pos:], '\n'); i >= 0 {
		s.pos += i + 1
		return
	}
	s.pos = len(s.text)
}

// blockComment skips /* */, which does not nest.
func (s *scanner) blockComment() error {
	start := s.pos
	i := strings.Index(s.text[start+2:], "*/")
	if i < 0 {
		return s.errorf(start, start+2, "unterminated comment").WithHint("end it with */")
	}
	s.pos = start + 2 + i + 2
	at := diag.Span{Start: start, End: s.pos}
	switch {
	case strings.HasPrefix(s.text[start:], "/*+"):
		return diag.Errorf(diag.Unsupported, s.src, at, "optimizer hints are not supported").
			WithHint("remove the hint, or write it as a comment /* ... */")
	case strings.HasPrefix(s.text[start:], "/*!"):
		return diag.Errorf(diag.Unsupported, s.src, at, "executable comments are not supported").
			WithHint("write the text itself, or a comment /* ... */")
	}
	return nil
}
