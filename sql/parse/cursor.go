package parse

import (
	"errors"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// cursor walks over the tokens of one statement.
type cursor struct {
	src   *diag.Source
	toks  []lex.Token // the last is of kind End
	pos   int
	depth int   // of nested types
	half  bool  // the first half of >> is taken
	match []int // for each bracket the index of its partner, else -1

	matching bool // within DEFINE or MEASURES of MATCH_RECOGNIZE
}

// newCursor checks size and brackets. It copies the tokens: their roles are
// filled in while parsing.
func newCursor(src *diag.Source, toks []lex.Token) (*cursor, error) {
	last := toks[len(toks)-1].At.End
	c := &cursor{src: src, toks: append(make([]lex.Token, 0, len(toks)+1), toks...)}
	c.toks = append(c.toks, lex.Token{Kind: lex.End, At: diag.Span{Start: last, End: last}})
	if size := last - toks[0].At.Start; size > maxStatement {
		return nil, c.errorf(diag.Syntax, toks[0].At, "the statement has %d bytes, more than %d", size, maxStatement)
	}
	return c, c.matchBrackets()
}

func (c *cursor) matchBrackets() error {
	c.match = make([]int, len(c.toks))
	var open []int
	for i, t := range c.toks {
		c.match[i] = -1
		switch {
		case t.IsAny("(", "["):
			if open = append(open, i); len(open) > maxBrackets {
				return c.errorf(diag.Syntax, t.At, "brackets are nested more than %d deep", maxBrackets)
			}
		case t.IsAny(")", "]"):
			if len(open) == 0 {
				return c.errorf(diag.Syntax, t.At, "%q closes nothing", t.Text)
			}
			from := open[len(open)-1]
			if open = open[:len(open)-1]; c.toks[from].Is("(") != t.Is(")") {
				return c.errorf(diag.Syntax, t.At, "%q does not close %q", t.Text, c.toks[from].Text)
			}
			c.match[i], c.match[from] = from, i
		}
	}
	if len(open) > 0 {
		t := c.toks[open[len(open)-1]]
		return c.errorf(diag.Syntax, t.At, "%q is never closed", t.Text)
	}
	return nil
}

func (c *cursor) errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Error {
	return diag.Errorf(code, c.src, at, format, args...)
}

func (c *cursor) cur() lex.Token { return c.toks[c.pos] }
func (c *cursor) done() bool     { return c.cur().Kind == lex.End }

// ahead is the token n after the current one.
func (c *cursor) ahead(n int) lex.Token { return c.toks[min(c.pos+n, len(c.toks)-1)] }

// step takes the current token.
func (c *cursor) step() lex.Token {
	t := c.cur()
	if t.Kind != lex.End {
		c.pos++
	}
	return t
}

// accept takes the words if they are next, all or none.
func (c *cursor) accept(words ...string) bool {
	for i, w := range words {
		if !c.ahead(i).Is(w) {
			return false
		}
	}
	for i := range words {
		if t := &c.toks[c.pos+i]; t.Kind == lex.Word {
			t.Role = lex.Keyword
		}
	}
	c.pos += len(words)
	return true
}

// expect takes the words, or fails naming the first that is missing.
func (c *cursor) expect(words ...string) error {
	for _, w := range words {
		if !c.accept(w) {
			return c.missing(w)
		}
	}
	return nil
}

// missing is the error where a word should stand; a misspelt one is named.
func (c *cursor) missing(words ...string) error {
	err := c.syntax(words...)
	var e *diag.Error
	if t := c.cur(); t.Kind == lex.Word && errors.As(err, &e) {
		if s, ok := diag.Suggest(t.Text, words); ok && len(s) > 1 {
			e.Hint = "did you mean " + s + "?"
		}
	}
	return err
}

// ident takes a name; what says of what.
func (c *cursor) ident(what string) (ast.Ident, error) {
	t := c.cur()
	if !t.IsName() {
		return ast.Ident{}, c.syntax(what)
	}
	c.toks[c.pos].Role = lex.Ident
	c.pos++
	return identOf(t), nil
}

func identOf(t lex.Token) ast.Ident {
	return ast.Ident{Name: t.Text, Quoted: t.Kind == lex.Name, At: t.At}
}

// stringLiteral takes a string; what says of what.
func (c *cursor) stringLiteral(what string) (string, error) {
	if c.cur().Kind != lex.String {
		return "", c.syntax(what)
	}
	return c.step().Text, nil
}

// names reads (a, b, c).
func (c *cursor) names(what string) ([]ast.Ident, error) {
	if err := c.expect("("); err != nil {
		return nil, err
	}
	var out []ast.Ident
	for {
		name, err := c.ident(what)
		if err != nil {
			return nil, err
		}
		out = append(out, name)
		if c.accept(")") {
			return out, nil
		}
		if !c.accept(",") {
			return nil, c.syntax(",", ")")
		}
	}
}

// base is the span from token start up to the current one, printed.
func (c *cursor) base(start int) ast.Base {
	toks := c.toks[start:c.pos]
	if len(toks) == 0 {
		return ast.Base{Src: c.src, At: diag.Span{Start: c.toks[start].At.Start, End: c.toks[start].At.Start}}
	}
	at := diag.Span{Start: toks[0].At.Start, End: toks[len(toks)-1].At.End}
	return ast.Base{Src: c.src, At: at, Printed: lex.Print(toks, isReserved)}
}

// objectName reads the name of a stream, pump or view: one part only.
func (c *cursor) objectName(what string) (ast.Ident, error) {
	name, err := c.ident("a name for the " + what)
	if err != nil {
		return name, err
	}
	if c.cur().Is(".") {
		return name, c.errorf(diag.Unsupported, diag.Span{Start: name.At.Start, End: c.ahead(1).At.End},
			"there are no schemas: the name of a %s has one part", what).
			WithHint("a name with a dot inside is written in double quotes")
	}
	return name, nil
}
