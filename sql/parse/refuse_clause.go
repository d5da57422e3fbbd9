package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// refuseClause refuses clauses at the word that starts them. A clause that TiDB
// does not know at all is recognised where its words cannot be names.
func (r *rewriter) refuseClause(l *level, upper string) error {
	if l.from {
		if err := r.refuseInFrom(upper); err != nil {
			return err
		}
	}
	next := r.ahead(1)
	switch upper {
	case "INTERSECT", "EXCEPT", "MINUS":
		if l.query && (upper != "MINUS" || next.IsAny("SELECT", "(", "ALL")) {
			return r.refuse(r.cur().At, upper+" is", "")
		}
	case "INTO":
		return r.refuse(r.cur().At, "SELECT ... INTO is", "write INSERT INTO s SELECT ...")
	case "PROCEDURE":
		return r.refuse(r.cur().At, "PROCEDURE is", "")
	case "COLLATE":
		return r.refuse(r.cur().At, "COLLATE is", "text compares by its bytes; use LOWER(x) to ignore case")
	case "LATERAL":
		return r.refuse(r.cur().At, "LATERAL is", insteadOfLateral)
	case "ON":
		if next.Is("DUPLICATE") {
			return r.refuse(r.across(2), "ON DUPLICATE KEY UPDATE is", "a stream is append-only")
		}
	case "BINARY":
		return r.refuse(r.cur().At, "the operator BINARY is", "write CAST(x AS VARBINARY)")
	}
	return r.refuseTrailing(l, upper)
}

// clauseWindows says how the windows are written that others write as a clause
// behind FROM.
var clauseWindows = map[string]string{
	"TUMBLING": "write GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND)",
	"HOPPING":  "write GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND), the slide before the size",
	"SESSION":  "write GROUP BY k, SESSION(ts, INTERVAL '10' SECOND)",
}

// refuseTrailing refuses clauses after FROM and the like.
func (r *rewriter) refuseTrailing(l *level, upper string) error {
	next, third := r.ahead(1), r.ahead(2)
	switch upper {
	case "WITH":
		if open := r.pos + 1; r.afterOperand() && next.Is("(") && third.IsName() && r.ahead(3).Is("=") && r.match[open] > 0 {
			return r.errorf(diag.Syntax, r.across(1), "WITH (..) stands at the very end of a query, and only there")
		}
		if next.IsAny("ROLLUP", "TIES", "CUBE") {
			return r.refuse(r.across(1), "WITH "+strings.ToUpper(next.Text)+" is", "")
		}
	case "FOR":
		if next.IsAny("UPDATE", "SHARE", "NO", "KEY") && l.query {
			return r.refuse(r.across(1), "FOR "+strings.ToUpper(next.Text)+" is", "there are no locks")
		}
	case "LOCK":
		return r.refuse(r.across(3), "LOCK IN SHARE MODE is", "there are no locks")
	case "WINDOW":
		if hint := clauseWindows[strings.ToUpper(next.Text)]; hint != "" && l.query && third.Is("(") {
			return r.refuse(r.across(1), "WINDOW "+strings.ToUpper(next.Text)+" (..) is", hint)
		}
	case "GROUPING":
		if next.Is("SETS") {
			return r.refuse(r.across(1), "GROUPING SETS is", "")
		}
	case "NULLS":
		if next.IsAny("FIRST", "LAST") && !third.Is("OVER") {
			return r.refuse(r.across(1), "NULLS "+strings.ToUpper(next.Text)+" is", "")
		}
	case "EMIT":
		if r.afterOperand() && r.beginsEmit(r.pos) {
			return r.errorf(diag.Syntax, r.across(1), "EMIT stands at the end of a statement, and only there")
		}
	case "ALLOW":
		if r.afterOperand() && next.Is("LATENESS") {
			return r.errorf(diag.Syntax, r.across(1), "ALLOW LATENESS stands behind a whole query, before EMIT")
		}
	}
	return r.refuseFrame(upper)
}

// refuseFrame refuses what is not run in OVER (...).
func (r *rewriter) refuseFrame(upper string) error {
	switch upper {
	case "GROUPS":
		if next := r.ahead(1); next.Kind != lex.Number && !next.IsAny("BETWEEN", "UNBOUNDED", "CURRENT", "INTERVAL") {
			return nil
		}
		return r.refuse(r.cur().At, "GROUPS frames are", "use ROWS or RANGE")
	case "FOLLOWING":
		if r.afterOperand() {
			return r.refuse(r.cur().At, "FOLLOWING in a window frame is", "a frame ends at CURRENT ROW: the future is not there yet")
		}
	case "EXCLUDE":
		if r.pos > 0 && r.toks[r.pos-1].IsAny("ROW", "PRECEDING") && r.ahead(1).IsAny("CURRENT", "GROUP", "TIES", "NO") {
			return r.refuse(r.across(1), "EXCLUDE in a window frame is", "without the row itself: ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING")
		}
	case "DISTINCT":
		if r.pos > 1 && (r.toks[r.pos-1].Is("IS") || r.toks[r.pos-1].Is("NOT") && r.toks[r.pos-2].Is("IS")) {
			return r.refuse(r.cur().At, "IS [NOT] DISTINCT FROM is", "write a <=> b, or NOT (a <=> b)")
		}
	case "ESCAPE":
		if next := r.ahead(1); next.Kind == lex.String && len(next.Text) > 1 {
			return r.errorf(diag.Invalid, next.At, "ESCAPE takes one ASCII character")
		}
	case "SIMILAR":
		if r.ahead(1).Is("TO") {
			return r.refuse(r.across(1), "SIMILAR TO is", "use REGEXP")
		}
	}
	if t := r.cur(); t.Text[0] == '_' && r.ahead(1).Kind == lex.String {
		return r.refuse(t.At, "character set introducers are", "text is UTF-8: write '...'")
	}
	return nil
}

// afterOperand reports whether the token before can end an operand.
func (r *rewriter) afterOperand() bool {
	if r.pos == 0 {
		return false
	}
	prev := r.toks[r.pos-1]
	switch prev.Kind {
	case lex.Op:
		return prev.IsAny(")", "]", "*")
	case lex.Word:
		upper := strings.ToUpper(prev.Text)
		return !isReserved(upper) || contains(compoundUnits, upper) ||
			prev.IsAny("NULL", "TRUE", "FALSE", "ASC", "DESC", "CURRENT_TIMESTAMP", "CURRENT_DATE")
	}
	return true
}

// refuseInFrom refuses what may follow a table elsewhere.
func (r *rewriter) refuseInFrom(upper string) error {
	next := r.ahead(1)
	switch upper {
	case "USE", "IGNORE", "FORCE":
		if next.IsAny("INDEX", "KEY") {
			return r.refuse(r.across(1), "index hints are", "")
		}
	case "PARTITION":
		return r.refuse(r.cur().At, "PARTITION (...) is", "")
	case "AS":
		if next.Is("OF") && !r.ahead(2).IsAny("WHERE", "GROUP", "ORDER", "LIMIT") && r.ahead(2).Kind != lex.End {
			return r.refuse(r.across(1), "AS OF is", "")
		}
	case "FOR":
		if next.IsAny("UPDATE", "SHARE") {
			return nil
		}
		return r.refuse(r.across(1), "FOR "+strings.ToUpper(next.Text)+" is", "")
	case "WITHIN":
		if next.Kind == lex.Number || next.IsAny("(", "INTERVAL") {
			return r.refuse(r.cur().At, "WITHIN behind a stream is", boundTimes)
		}
	case "MATCH_RECOGNIZE":
		if next.Is("(") {
			return r.refuse(r.cur().At, "MATCH_RECOGNIZE here is", "it stands behind a stream, a view, or a query in parentheses")
		}
	case "PIVOT", "UNPIVOT":
		if next.Is("(") {
			return r.refuse(r.cur().At, upper+" is", "")
		}
	case "TABLESAMPLE":
		if next.Is("(") || next.IsName() && r.ahead(2).Is("(") {
			return r.refuse(r.cur().At, "TABLESAMPLE is", "filter with WHERE RAND() < 0.1")
		}
	}
	if next.Is("(") && !isReserved(upper) && (r.afterOperand() || r.toks[r.pos-1].Is("AS")) {
		return r.refuse(r.cur().At, "a list of column names after an alias is", "name the columns with AS in a query in FROM")
	}
	return nil
}

const insteadOfLateral = "write a query in FROM that has the key among its columns, and join it: JOIN (SELECT k, MAX(x) AS m FROM r GROUP BY k) AS t ON t.k = s.k"

// boundTimes is what an interval join looks like.
const boundTimes = "bound the times of both streams: ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '1' HOUR AND a.ts + INTERVAL '1' HOUR"

// refuseTable refuses tables that are no streams.
func (r *rewriter) refuseTable(t lex.Token) error {
	switch {
	case t.Kind != lex.Word:
	case t.Is("LATERAL"):
		return r.refuse(t.At, "LATERAL is", insteadOfLateral)
	case t.Is("UNNEST") && r.ahead(1).Is("("):
		return r.refuse(t.At, "UNNEST is", "")
	case t.IsAny("ONLY", "JSON_TABLE", "XMLTABLE") && r.ahead(1).Is("("):
		return r.refuse(t.At, strings.ToUpper(t.Text)+" is", "")
	case strings.HasPrefix(strings.ToLower(t.Text), "__tvf"), strings.HasPrefix(strings.ToLower(t.Text), "__match"):
		return r.errorf(diag.UnknownName, t.At, "stream %q does not exist", t.Text)
	}
	return nil
}
