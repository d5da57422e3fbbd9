package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// refuse is the error that something is not run here.
func (r *rewriter) refuse(at diag.Span, what, hint string) error {
	err := r.errorf(diag.Unsupported, at, "%s not supported", what)
	if hint != "" {
		return err.WithHint("%s", hint)
	}
	return err
}

// across is the span from the current token to the n-th after it.
func (r *rewriter) across(n int) diag.Span {
	return diag.Span{Start: r.cur().At.Start, End: r.ahead(n).At.End}
}

// refuseOperator refuses operators of other dialects.
func (r *rewriter) refuseOperator(t lex.Token) error {
	switch t.Text {
	case "?":
		return r.refuse(t.At, "parameter markers ? are", "write the value")
	case "@":
		return r.refuse(r.across(1), "user variables are", "")
	case "@@":
		return r.refuse(r.across(1), "system variables are", "")
	case ":=":
		return r.refuse(t.At, "assignments := are", "")
	case "::":
		return r.refuse(t.At, "casts with :: are", "write CAST(x AS type)")
	case "=>":
		return r.refuse(t.At, "named arguments are", "give the arguments by position")
	case "{", "}":
		return r.refuse(t.At, "an escape in braces is", "write DATE '...', TIMESTAMP '...'")
	case "==":
		return r.errorf(diag.Syntax, t.At, "syntax error near \"==\"").WithHint("equality is written =")
	case "[":
		return r.errorf(diag.Syntax, t.At, "syntax error near \"[\"").WithHint("a name is quoted as \"name\"; an array element is x[1]")
	case ":":
		return r.refuse(t.At, "named parameters and JSON paths with : are", "write col.member, or col -> '$.member'")
	case "/":
		if r.ahead(1).Is("/") {
			return r.errorf(diag.Syntax, r.across(1), "syntax error near \"//\"").WithHint("a comment starts with --")
		}
	}
	return nil
}

// refuseSelectOption refuses the options that MySQL has after SELECT.
func (r *rewriter) refuseSelectOption() error {
	t := r.cur()
	upper := strings.ToUpper(t.Text)
	switch upper {
	case "SQL_CALC_FOUND_ROWS", "HIGH_PRIORITY", "STRAIGHT_JOIN", "SQL_SMALL_RESULT", "SQL_BIG_RESULT",
		"SQL_BUFFER_RESULT", "SQL_CACHE", "SQL_NO_CACHE":
		if t.Kind == lex.Word && r.beginsItem(r.pos+1) {
			return r.refuse(t.At, "SELECT "+upper+" is", "")
		}
	case "TOP":
		if t.Kind == lex.Word && r.ahead(1).Kind == lex.Number {
			return r.refuse(t.At, "SELECT TOP is", "write LIMIT at the end")
		}
	case "DISTINCT":
		if r.ahead(1).Is("ON") && r.ahead(2).Is("(") {
			return r.refuse(r.across(1), "DISTINCT ON is", "the first row of each k by ts: QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1")
		}
	}
	return nil
}

// refuseSubquery refuses queries behind ANY, ALL and SOME, and in LATERAL.
func (r *rewriter) refuseSubquery() error {
	if r.pos == 0 || !r.toks[r.pos-1].IsAny("ANY", "ALL", "SOME", "LATERAL") {
		return nil
	}
	prev := r.toks[r.pos-1]
	at := diag.Span{Start: r.cur().At.Start, End: r.ahead(1).At.End}
	if prev.Is("LATERAL") {
		return r.refuse(at, "LATERAL is", insteadOfLateral)
	}
	return r.refuse(at, strings.ToUpper(prev.Text)+" (SELECT ...) is", "compare with (SELECT MIN(x) ...) or (SELECT MAX(x) ...), or write EXISTS")
}

// refuseStatementIn refuses (VALUES ...) and (TABLE ...).
func (r *rewriter) refuseStatementIn() error {
	t := r.cur()
	return r.refuse(t.At, strings.ToUpper(t.Text)+" as a query is", insteadOf[strings.ToUpper(t.Text)])
}

// refuseCall refuses functions by name.
func (r *rewriter) refuseCall(upper string) error {
	at := r.cur().At
	switch upper {
	case "ROLLUP", "CUBE":
		return r.refuse(at, "GROUP BY "+upper+" is", "")
	case "GROUPING":
		return r.refuse(at, "GROUPING() is", "")
	case "ROW":
		return r.refuse(at, "row constructors are", "")
	case "VALUES":
		return r.refuse(at, "VALUES() is", "")
	case "MATCH":
		return r.refuse(at, "MATCH ... AGAINST is", "use LIKE or REGEXP")
	case "NEXTVAL", "LASTVAL", "SETVAL":
		return r.refuse(at, "sequences are", "")
	case "GET_FORMAT":
		return r.refuse(at, "GET_FORMAT() is", "write the format in single quotes")
	case "WEIGHT_STRING":
		return r.refuse(at, "WEIGHT_STRING() is", "")
	case "CHAR":
		if i := r.find("USING"); i >= 0 {
			return r.refuse(r.toks[i].At, "CHAR(... USING ...) is", "text is UTF-8")
		}
	}
	if strings.HasPrefix(upper, "__") {
		return r.errorf(diag.UnknownName, at, "function %q does not exist", r.cur().Text)
	}
	return nil
}
