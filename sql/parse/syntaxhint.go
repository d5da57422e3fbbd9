package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// clauseWords are the keywords of a query that people misspell.
var clauseWords = []string{
	"SELECT", "FROM", "WHERE", "GROUP", "BY", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "ALL", "AND", "OR", "NOT",
	"BETWEEN", "LIKE", "IS", "NULL", "CASE", "WHEN", "THEN", "ELSE", "END", "AS", "DISTINCT", "WINDOW", "OVER",
	"PARTITION", "INTERVAL", "WITH", "DESC", "ASC", "IN", "REGEXP", "PRECEDING", "RANGE", "ROWS", "EMIT", "FILTER",
}

// syntaxHint is the syntax error at piece i, with a hint where one is known.
func (r *rewriter) syntaxHint(m *mapping, i int) error {
	if at, word, ok := r.misspelt(m, i); ok {
		return r.syntaxAt(r.tokenOf(m, at)).WithHint("did you mean %s?", word)
	}
	t := r.tokenOf(m, i)
	if i >= len(m.pieces) && r.end < len(r.toks)-1 && !t.IsAny(")", ",", "EMIT") {
		t = r.toks[len(r.toks)-1]
	}
	err := r.syntaxAt(t)
	upper := strings.ToUpper(t.Text)
	switch {
	case t.Is("OVER"):
		return r.errorf(diag.Unsupported, t.At, "this function cannot be used with OVER")
	case t.Is("ESCAPE"):
		return err
	case t.Kind == lex.Word && isReserved(upper) && !contains(clauseWords, upper) && !clauses[upper]:
		return err.WithHint("%s is a reserved word: as a name it is written \"%s\"", upper, t.Text)
	case i > 0 && t.IsAny("FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", ")") && m.pieces[i-1].text == ",":
		return err.WithHint("the comma before it is one too many")
	case i > 0 && (i >= len(m.pieces) || t.IsAny("FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", ")", ",")):
		return r.expectation(err, m, i)
	case i > 1 && m.pieces[i-1].at.End <= t.At.Start && t.IsName():
		return err.WithHint("is there a comma or an operator missing before it?")
	}
	return err
}

// expectation says what is missing after the word before the error.
func (r *rewriter) expectation(err *diag.Error, m *mapping, i int) error {
	prev := strings.ToUpper(m.pieces[i-1].text)
	switch prev {
	case "FROM":
		err.Message += ", expected a stream, a view, or a query in parentheses"
	case "SELECT", "WHERE", "HAVING", "ON", "AND", "OR", "NOT", "BY", "WHEN", "THEN", "ELSE", "CASE", "BETWEEN", "LIKE",
		"+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=", "||", "(":
		err.Message += ", expected an expression"
	case "GROUP", "ORDER", "PARTITION":
		err.Message += ", expected BY"
	case "AS":
		err.Message += ", expected a name"
	case "LIMIT", "OFFSET":
		err.Message += ", expected a number"
	case "IS":
		err.Message += ", expected NULL, NOT NULL, TRUE or FALSE"
	case "UNION", "ALL":
		err.Message += ", expected SELECT"
	case "IN":
		err.Message += ", expected a list in parentheses"
	}
	return err
}

// misspelt looks for a word at the error or shortly before it that, spelt as a
// keyword, makes TiDB read on.
func (r *rewriter) misspelt(m *mapping, i int) (int, string, bool) {
	best, at, word := len(m.text), -1, ""
	if i < len(m.pieces) {
		best = m.pieces[i].off
	}
	if len(m.text) > 1<<16 {
		return 0, "", false
	}
	for j := min(i, len(m.pieces)-1); j >= max(0, i-3); j-- {
		t := r.tokenOf(m, j)
		if t.Kind != lex.Word || t.Text != m.pieces[j].text || isReserved(strings.ToUpper(t.Text)) {
			continue
		}
		s, ok := diag.Suggest(t.Text, clauseWords)
		if !ok || len(t.Text) < 3 && len(s) > len(t.Text) {
			continue
		}
		if end := m.replaced(j, s); end > best+len(s)-len(t.Text) {
			best, at, word = end-len(s)+len(t.Text), j, s
		}
	}
	return at, word, at >= 0
}

// replaced is how far TiDB reads with piece i replaced by a word.
func (m *mapping) replaced(i int, word string) int {
	p := m.pieces[i]
	text := m.text[:p.off] + word + m.text[p.off+len(p.text):]
	_, err := parseTiDB(text)
	if err == nil {
		return len(text) + 1
	}
	off, ok := errorOffset(text, err)
	if !ok {
		return 0
	}
	return off
}
