package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// windowFunctions need OVER in TiDB; without it they are written as plain calls.
var windowFunctions = map[string]bool{
	"CUME_DIST": true, "DENSE_RANK": true, "FIRST_VALUE": true, "LAG": true, "LAST_VALUE": true, "LEAD": true,
	"NTH_VALUE": true, "NTILE": true, "PERCENT_RANK": true, "RANK": true, "ROW_NUMBER": true,
}

// call rewrites name(arguments).
func (r *rewriter) call() error {
	t := r.cur()
	upper := strings.ToUpper(t.Text)
	if err := r.refuseCall(upper); err != nil {
		return err
	}
	if t.Kind == lex.Word {
		switch upper {
		case "CAST", "TRY_CAST":
			return r.cast("__" + strings.ToLower(upper))
		case "CONVERT":
			return r.convert()
		case "STEP", "FLOOR", "CEIL", "CEILING":
			if done, err := r.rounding(upper); done || err != nil {
				return err
			}
		case "EXTRACT", "TIMESTAMPADD", "TIMESTAMPDIFF":
			if err := r.checkUnit(upper); err != nil {
				return err
			}
		}
	}
	text := tidbText(t)
	if t.Kind == lex.Word && functionWords[upper] {
		text = t.Text
	}
	if t.Kind == lex.Word && r.plain(upper) {
		text = lex.Quote(t.Text, '`')
	}
	r.step()
	if r.ahead(1).IsAny("SELECT", "WITH") {
		if err := r.refuseSubquery(); err != nil {
			return err
		}
		return r.refuse(diag.Span{Start: t.At.Start, End: r.ahead(1).At.End}, "a query as an argument is", "a query may stand in FROM, in WITH and in WHERE")
	}
	r.emit(text, t.At, false)
	if windowFunctions[upper] && text != lex.Quote(t.Text, '`') {
		return r.windowArguments()
	}
	return r.enclosed(&level{}, true)
}

// windowArguments rewrites (x IGNORE NULLS) into (x) IGNORE NULLS, where TiDB
// wants the words.
func (r *rewriter) windowArguments() error {
	end := r.match[r.pos]
	if end-2 <= r.pos || !r.toks[end-1].Is("NULLS") || !r.toks[end-2].IsAny("IGNORE", "RESPECT") {
		return r.enclosed(&level{}, true)
	}
	r.copy(true)
	if err := r.until(end - 2); err != nil {
		return err
	}
	r.emit(")", r.toks[end].At, true)
	r.copy(false)
	r.copy(false)
	r.step()
	return nil
}

// plain reports whether the function must hide from TiDB's grammar.
func (r *rewriter) plain(upper string) bool {
	if r.matching && navigations[upper] {
		return true
	}
	switch upper {
	case "DATE_ADD", "DATE_SUB", "ADDDATE", "SUBDATE", "CARDINALITY", "SESSION":
		return true
	}
	return windowFunctions[upper] && !r.hasOver(r.match[r.pos+1]+1)
}

// hasOver reports whether OVER follows a call whose arguments end before i.
func (r *rewriter) hasOver(i int) bool {
	for i < r.end {
		switch t := r.toks[i]; {
		case t.Is("OVER"):
			return true
		case t.Is("FILTER") && r.match[i+1] > 0:
			i = r.match[i+1] + 1
		case t.IsAny("RESPECT", "IGNORE", "FROM") && r.toks[i+1].IsAny("NULLS", "FIRST", "LAST"):
			i += 2
		default:
			return false
		}
	}
	return false
}

// open writes the start of a call in place of name and bracket, both taken.
func (r *rewriter) openCall(function string) {
	t := r.cur()
	r.toks[r.pos].Role = lex.Keyword
	r.step()
	r.emit(function, t.At, false)
	r.copy(true)
}

// cast rewrites CAST(x AS type) into __cast(x, 'type').
func (r *rewriter) cast(function string) error {
	r.openCall(function)
	if err := r.sequence(&level{stop: "AS"}); err != nil {
		return err
	}
	if !r.accept("AS") {
		return r.syntaxAt(r.cur(), "AS").WithHint("write CAST(x AS type)")
	}
	return r.castType()
}

// convert rewrites CONVERT(x, type) into __cast(x, 'type').
func (r *rewriter) convert() error {
	if i := r.find("USING"); i >= 0 {
		return r.errorf(diag.Unsupported, r.toks[i].At, "CONVERT ... USING is not supported: text is UTF-8")
	}
	r.openCall("__cast")
	if err := r.sequence(&level{stop: ","}); err != nil {
		return err
	}
	if !r.accept(",") {
		return r.syntaxAt(r.cur(), ",").WithHint("write CAST(x AS type)")
	}
	return r.castType()
}

// castType rewrites type ) into , 'type' ).
func (r *rewriter) castType() error {
	typ, err := r.typeName()
	if err != nil {
		return err
	}
	if !r.cur().Is(")") {
		return r.syntax(")")
	}
	r.argument(typ.String(), typ.At)
	r.step()
	r.finish()
	return nil
}

// find is the index of a word directly within the brackets of the call at the
// current token, or -1.
func (r *rewriter) find(word string) int {
	for i := r.pos + 2; i < r.match[r.pos+1]; i++ {
		if r.toks[i].Is(word) && !r.toks[i-1].Is(".") {
			return i
		}
		if r.match[i] > i {
			i = r.match[i]
		}
	}
	return -1
}

// rounding rewrites STEP(x BY y) and FLOOR(x TO unit); it reports false where
// the call is an ordinary one.
func (r *rewriter) rounding(upper string) (bool, error) {
	word := "TO"
	if upper == "STEP" {
		word = "BY"
	}
	if r.find(word) < 0 {
		return false, nil
	}
	r.openCall("__" + strings.ToLower(strings.TrimSuffix(upper, "ING")))
	if err := r.sequence(&level{stop: word}); err != nil {
		return true, err
	}
	r.accept(word)
	if word == "BY" {
		r.emit(",", r.last(), true)
		if r.cur().Is(")") {
			return true, r.syntax("an interval", "a number")
		}
		if err := r.sequence(&level{}); err != nil {
			return true, err
		}
		r.copy(true)
		return true, nil
	}
	t := r.cur()
	unit, err := r.unit(simpleUnits)
	if err != nil {
		return true, err
	}
	if !r.cur().Is(")") {
		return true, r.syntax(")")
	}
	r.argument(unit, t.At)
	r.step()
	r.finish()
	return true, nil
}

// checkUnit checks the unit of EXTRACT(unit FROM x), TIMESTAMPADD(unit, n, x)
// and TIMESTAMPDIFF(unit, x, y), which TiDB reads.
func (r *rewriter) checkUnit(upper string) error {
	t, after, usage := r.ahead(2), ",", upper+"(HOUR, ...)"
	if upper == "EXTRACT" {
		after, usage = "FROM", "EXTRACT(HOUR FROM ts)"
	}
	if t.Kind != lex.Word || !r.ahead(3).Is(after) {
		return r.syntaxAt(r.ahead(3), after).WithHint("write %s", usage)
	}
	unit := strings.ToUpper(t.Text)
	if contains(simpleUnits, unit) || upper == "EXTRACT" && contains(compoundUnits, unit) {
		return nil
	}
	return r.unknownUnit(t, simpleUnits)
}
