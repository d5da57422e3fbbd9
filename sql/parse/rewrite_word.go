package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// functionWords are reserved words that are functions before a parenthesis.
var functionWords = map[string]bool{
	"CHAR": true, "CONVERT": true, "CURRENT_DATE": true, "CURRENT_TIME": true, "CURRENT_TIMESTAMP": true,
	"CUME_DIST": true, "DENSE_RANK": true, "FIRST_VALUE": true, "IF": true, "INSERT": true, "LAG": true,
	"LAST_VALUE": true, "LEAD": true, "LEFT": true, "LOCALTIME": true, "LOCALTIMESTAMP": true, "MOD": true,
	"NTH_VALUE": true, "NTILE": true, "PERCENT_RANK": true, "RANK": true, "REPEAT": true, "REPLACE": true,
	"RIGHT": true, "ROW_NUMBER": true, "UTC_DATE": true, "UTC_TIME": true, "UTC_TIMESTAMP": true,
	"DATABASE": true, "SCHEMA": true, "VALUES": true, "MATCH": true, "ROW": true, "GROUPING": true,
	"CURRENT_USER": true, "CURRENT_ROLE": true, "ARRAY": true,
}

// word rewrites an unquoted word that is not a table.
func (r *rewriter) word(l *level) (int, error) {
	t := r.cur()
	upper := strings.ToUpper(t.Text)
	start := l.start
	l.start = false
	if r.atQualify(l) {
		return -1, r.qualify(l)
	}
	if l.from {
		if done, err := r.join(l, upper); done || err != nil {
			return -1, err
		}
	}
	if err := r.refuseClause(l, upper); err != nil {
		return -1, err
	}
	switch {
	case r.matching && (upper == "FINAL" || upper == "RUNNING") && r.ahead(1).IsName() && r.ahead(2).Is("("):
		return r.semantics(upper)
	case upper == "SELECT":
		return -1, r.selectWord(l)
	case upper == "WITH" && start:
		return -1, r.with(l)
	case upper == "INTERVAL":
		return r.interval()
	case upper == "UNION" && l.query:
		return -1, r.union(l)
	case upper == "FROM" && r.ahead(1).IsAny("FIRST", "LAST") && r.ahead(2).Is("OVER"):
		return -1, r.refuse(r.across(1), "FROM "+strings.ToUpper(r.ahead(1).Text)+" is", "")
	case upper == "WINDOWED" && l.query && r.ahead(1).Is("BY") && r.afterOperand():
		return -1, r.windowedBy(l)
	case upper == "FROM" && l.query:
		l.from, l.table = true, true
	case upper == "WINDOW" && l.query && r.qualifyAhead() > 0:
		return -1, r.windowThenQualify(l)
	case clauses[upper]:
		l.from = false
		if upper == "HAVING" {
			l.having = len(r.out) + 1
		}
	case !isReserved(upper) || functionWords[upper] && r.ahead(1).Is("("):
		return r.name(l)
	}
	if r.ahead(1).Is("[") && upper == "ARRAY" {
		return -1, r.errorf(diag.Unsupported, t.At, "array literals are not supported")
	}
	r.copy(false)
	return -1, nil
}

// clauses end FROM.
var clauses = map[string]bool{
	"WHERE": true, "GROUP": true, "HAVING": true, "WINDOW": true, "ORDER": true, "LIMIT": true, "FETCH": true,
	"FOR": true, "INTO": true, "LOCK": true, "PROCEDURE": true,
}

// selectWord rewrites SELECT and takes the word STREAM out.
func (r *rewriter) selectWord(l *level) error {
	l.query, l.from, l.table = true, false, false
	r.copy(false)
	if r.cur().Is("STREAM") && r.beginsItem(r.pos+1) {
		r.accept("STREAM")
		r.stream = true
	}
	return r.refuseSelectOption()
}

// beginsItem reports whether the token at i can begin a select item, so that
// the word before it is no column.
func (r *rewriter) beginsItem(i int) bool {
	if i >= r.end {
		return false
	}
	t, next := r.toks[i], r.toks[min(i+1, len(r.toks)-1)]
	switch {
	case t.Is("*"):
		return i+1 >= r.end || next.IsAny(",", "FROM", ")", "UNION")
	case t.Kind == lex.Op:
		return t.IsAny("(", "-", "+", "~", "!")
	case t.Is("NOT"):
		return !next.IsAny("IN", "LIKE", "ILIKE", "BETWEEN", "REGEXP", "RLIKE")
	case t.Is("MOD"):
		return next.Is("(")
	case t.Kind != lex.Word:
		return true
	}
	return !afterItem[strings.ToUpper(t.Text)]
}

// afterItem are the words that follow a column and begin no item.
var afterItem = map[string]bool{
	"FROM": true, "AS": true, "AND": true, "OR": true, "XOR": true, "IS": true, "IN": true, "LIKE": true, "ILIKE": true,
	"BETWEEN": true, "REGEXP": true, "RLIKE": true, "DIV": true, "WHERE": true, "GROUP": true, "HAVING": true,
	"ORDER": true, "LIMIT": true, "UNION": true, "EXCEPT": true, "INTERSECT": true, "INTO": true, "FOR": true,
	"WINDOW": true, "COLLATE": true, "MEMBER": true, "FETCH": true, "QUALIFY": true,
}

// union rewrites UNION ALL.
func (r *rewriter) union(l *level) error {
	t, next := r.cur(), r.ahead(1)
	if !next.Is("ALL") {
		err := r.errorf(diag.Unsupported, t.At, "UNION without ALL is not supported")
		return err.WithHint("write UNION ALL, with SELECT DISTINCT inside a window where duplicates matter")
	}
	r.copy(false)
	r.copy(false)
	err := r.joined(l)
	*l = level{start: true}
	return err
}

// with rewrites WITH name [(columns)] AS (query), ...
func (r *rewriter) with(l *level) error {
	r.copy(false)
	if t := r.cur(); t.Is("RECURSIVE") && r.ahead(1).IsName() {
		return r.errorf(diag.Unsupported, t.At, "recursive queries are not supported")
	}
	for {
		if err := r.commonTable(); err != nil {
			return err
		}
		if !r.cur().Is(",") || r.done() {
			l.start = true
			return nil
		}
		r.copy(true)
	}
}

// commonTable rewrites name [(columns)] AS (query).
func (r *rewriter) commonTable() error {
	if err := r.quotedName("a name for the query"); err != nil {
		return err
	}
	if r.cur().Is("(") && r.ahead(1).IsAny("SELECT", "WITH") {
		return r.missing("AS")
	}
	if r.cur().Is("(") {
		r.copy(false)
		for {
			if err := r.quotedName("a column name"); err != nil {
				return err
			}
			if !r.cur().Is(",") {
				break
			}
			r.copy(true)
		}
		if !r.cur().Is(")") {
			return r.syntax(",", ")")
		}
		r.copy(true)
	}
	if !r.cur().Is("AS") {
		return r.missing("AS")
	}
	r.copy(false)
	if !r.cur().Is("(") || !r.ahead(1).IsAny("SELECT", "WITH", "(", "VALUES", "TABLE") {
		return r.syntax("a query in parentheses")
	}
	return r.enclosed(&level{start: true}, false)
}

// quotedName copies a name in quotes, so that TiDB takes it for no function.
func (r *rewriter) quotedName(what string) error {
	t := r.cur()
	if _, err := r.ident(what); err != nil {
		return err
	}
	r.emit(lex.Quote(t.Text, '`'), t.At, false)
	return nil
}
