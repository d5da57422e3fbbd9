package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// syntax is the error that the current token is not what was expected. Lower
// case descriptions stand as they are, words and symbols are quoted.
func (c *cursor) syntax(expected ...string) error {
	return c.syntaxAt(c.cur(), expected...)
}

func (c *cursor) syntaxAt(t lex.Token, expected ...string) *diag.Error {
	at, near := t.At, "at end of statement"
	if t.Kind != lex.End {
		near = "near " + excerpt(c.src.Text[at.Start:at.End])
	}
	err := c.errorf(diag.Syntax, at, "syntax error %s", near)
	if len(expected) > 0 {
		err.Message += ", expected " + strings.Join(expected, " or ")
	}
	return err
}

// excerpt quotes a token and shortens long ones.
func excerpt(text string) string {
	if r := []rune(text); len(r) > 40 {
		text = string(r[:37]) + "..."
	}
	return `"` + text + `"`
}
