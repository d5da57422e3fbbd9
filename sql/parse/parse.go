// Package parse turns SQL text into statements.
//
// A script is cut into tokens and split at semicolons. The streaming statements
// (CREATE STREAM, CREATE PUMP, SHOW, ...) are read here; queries and expressions
// are rewritten token by token into what the TiDB parser accepts (package ast
// lists what becomes what), parsed by it in ANSI mode, and then walked once more:
// every clause that TiDB parses and this engine does not run is refused by name.
// Nothing is ignored.
//
// SELECT STREAM: the unquoted word STREAM directly after SELECT is the keyword
// whenever the token after it can begin a select item (SELECT STREAM a,
// SELECT STREAM *, SELECT STREAM "a", SELECT STREAM -1, SELECT STREAM DISTINCT
// a); else it is a column (SELECT stream, a; SELECT stream FROM s; SELECT stream
// AS b; SELECT stream * 2). Quoted it is always a column.
//
// Words that only TiDB reserves (KEY, CHANGE, RANK, INDEX, ...) are names; words
// that queries need (GROUP, ORDER, INTERVAL, ...) are quoted to be names.
//
// Statements are limited to 1 MiB, 200 nested brackets and expressions 2000
// operators deep, so that no input can exhaust the stack.
package parse

import (
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

const (
	maxStatement = 1 << 20 // bytes of a statement
	maxBrackets  = 200     // nested brackets
	maxDepth     = 2000    // nested nodes of an expression
)

// Script parses all statements of a text. The error is a *diag.Error.
func Script(src *diag.Source) ([]ast.Statement, error) {
	toks, err := lex.Tokens(src)
	if err != nil {
		return nil, err
	}
	var out []ast.Statement
	for len(toks) > 0 {
		n := statementEnd(toks)
		if n > 0 {
			st, err := statement(src, toks[:n])
			if err != nil {
				return nil, err
			}
			out = append(out, st)
		}
		toks = toks[min(n+1, len(toks)):]
	}
	return out, nil
}

// Statement parses a text of exactly one statement; a semicolon may follow it.
func Statement(src *diag.Source) (ast.Statement, error) {
	all, err := Script(src)
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return nil, diag.Errorf(diag.Syntax, src, diag.Span{}, "there is no statement")
	case len(all) > 1:
		return nil, diag.Errorf(diag.Syntax, src, firstWord(all[1]), "one statement is expected, and here starts another")
	}
	return all[0], nil
}

// Expression parses a text of exactly one expression: the value of an option.
func Expression(src *diag.Source) (ast.Expr, error) {
	toks, err := lex.Tokens(src)
	if err != nil {
		return ast.Expr{}, err
	}
	if len(toks) == 1 {
		return ast.Expr{}, diag.Errorf(diag.Syntax, src, diag.Span{}, "an expression is expected")
	}
	c, err := newCursor(src, toks[:len(toks)-1])
	if err != nil {
		return ast.Expr{}, err
	}
	return c.expr(len(c.toks) - 1)
}

// firstWord is where a statement starts, for a short caret.
func firstWord(st ast.Statement) diag.Span {
	at := st.Span()
	return diag.Span{Start: at.Start, End: at.Start + 1}
}

// statementEnd is the index of the first semicolon or End.
func statementEnd(toks []lex.Token) int {
	for i, t := range toks {
		if t.Kind == lex.End || t.Is(";") {
			return i
		}
	}
	return len(toks)
}

// Complete reports whether the text needs no more lines: it is blank, ends with
// a semicolon, or has an error that more text cannot mend.
func Complete(text string) bool {
	toks, err := lex.Tokens(&diag.Source{Text: text})
	if err != nil {
		return !lex.Unterminated(err)
	}
	return len(toks) == 1 || toks[len(toks)-2].Is(";")
}

func statement(src *diag.Source, toks []lex.Token) (ast.Statement, error) {
	c, err := newCursor(src, toks)
	if err != nil {
		return nil, err
	}
	st, err := c.statement()
	if err != nil {
		return nil, err
	}
	if !c.done() {
		return nil, c.syntax("end of statement")
	}
	return st, nil
}

// statement reads a statement and leaves the cursor behind it.
func (c *cursor) statement() (ast.Statement, error) {
	t := c.cur()
	switch {
	case t.IsAny("SELECT", "WITH", "("):
		return c.selectStatement()
	case t.Is("CREATE"):
		return c.create()
	case t.Is("INSERT"):
		return c.insert()
	case t.Is("EXPLAIN"):
		return c.explain()
	case t.Is("SHOW"):
		return c.show()
	case t.IsAny("DESCRIBE", "DESC"):
		return c.describe()
	case t.Is("DROP"):
		return c.drop()
	}
	return nil, c.refuseStatement()
}
