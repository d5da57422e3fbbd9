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
	if r.reservedItem(m, i) {
		return r.reservedName(t, "an expression")
	}
	if i > 0 {
		if what := r.expectation(m, i); what != "" {
			err.Message += ", expected " + what
			return err
		}
	}
	upper := strings.ToUpper(t.Text)
	switch {
	case t.Is("OVER"):
		return r.errorf(diag.Unsupported, t.At, "this function cannot be used with OVER")
	case i > 0 && t.IsAny("FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", ")") && m.pieces[i-1].text == ",":
		return err.WithHint("the comma before it is one too many")
	case t.IsAny("SELECT", "INSERT", "CREATE", "EXPLAIN", "SHOW", "DROP"):
		return err.WithHint("statements are separated by ;")
	case t.Kind == lex.Word && isReserved(upper) && !contains(clauseWords, upper) && !clauses[upper]:
		return err.WithHint("%s is a reserved word: as a name it is written \"%s\"", upper, t.Text)
	case i > 1 && m.pieces[i-1].at.End <= t.At.Start && t.IsName() && !isReserved(upper):
		return err.WithHint("is there a comma or an operator missing before it?")
	}
	return err
}

// reservedItem reports whether piece i is a keyword such as GROUP or ORDER in the
// place of a select item.
func (r *rewriter) reservedItem(m *mapping, i int) bool {
	prev, next := m.text1(i-1), m.text1(i)
	return (prev == "SELECT" || prev == ",") && clauses[next] && m.text1(i+1) != "BY" && next != "WHERE" && next != "HAVING"
}

// expectations tell what follows a word.
var expectations = map[string]string{
	"GROUP": "BY", "ORDER": "BY", "PARTITION": "BY", "LIMIT": "a number", "OFFSET": "a number", "AS": "a name",
	"FROM": "a stream, a view, or a query in parentheses", "IS": "NULL, NOT NULL, TRUE or FALSE",
	"UNION": "ALL", "ALL": "SELECT", "IN": "a list in parentheses", "OVER": "a window name or (",
}

// operandWords are words and symbols that an expression follows.
var operandWords = []string{
	"SELECT", "WHERE", "HAVING", "AND", "OR", "XOR", "NOT", "BY", "WHEN", "THEN", "ELSE", "CASE", "BETWEEN", "LIKE",
	"REGEXP", "DISTINCT", "DIV", "+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=", "||", "(",
}

// expectation says what is missing between the word before piece i and i.
func (r *rewriter) expectation(m *mapping, i int) string {
	prev, end := m.text1(i-1), i >= len(m.pieces)
	if what, ok := expectations[prev]; ok {
		return what
	}
	next := m.text1(i)
	closed := end || next == ")" || next == "," || clauses[next] || next == "FROM"
	switch {
	case closed && contains(operandWords, prev):
		return "an expression"
	case closed && m.openCase(i):
		return "WHEN, ELSE or END"
	}
	return ""
}

// openCase reports whether a CASE before piece i lacks its END.
func (m *mapping) openCase(i int) bool {
	depth := 0
	for j := range min(i, len(m.pieces)) {
		switch m.text1(j) {
		case "CASE":
			depth++
		case "END":
			depth--
		}
	}
	return depth > 0
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
