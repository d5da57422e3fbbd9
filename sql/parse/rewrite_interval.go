package parse

import (
	"slices"
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

var simpleUnits = []string{"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "MICROSECOND"}

var compoundUnits = []string{
	"YEAR_MONTH", "DAY_HOUR", "DAY_MINUTE", "DAY_SECOND", "HOUR_MINUTE", "HOUR_SECOND", "MINUTE_SECOND",
	"DAY_MICROSECOND", "HOUR_MICROSECOND", "MINUTE_MICROSECOND", "SECOND_MICROSECOND",
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// amount is what stands between INTERVAL and the unit.
type amount struct {
	text    string // of a literal
	literal bool
	at      diag.Span
}

// interval rewrites INTERVAL amount unit into __interval(amount, 'UNIT'); the
// bound of a window frame stays as TiDB reads it.
func (r *rewriter) interval() (int, error) {
	prim, word := len(r.out), r.cur()
	r.accept("INTERVAL")
	r.emit("__interval", word.At, false)
	r.emit("(", word.At, true)
	first := len(r.out)
	a, err := r.amount()
	if err != nil {
		return -1, err
	}
	unitAt := r.cur().At
	unit, err := r.intervalUnit(a)
	if err != nil {
		return -1, err
	}
	unitAt.End = r.last().End
	if r.cur().IsAny("PRECEDING", "FOLLOWING") && !r.done() {
		r.frameBound(prim, first, unit, unitAt)
		return -1, nil
	}
	r.argument(unit, unitAt)
	r.finish()
	return prim, nil
}

// frameBound writes INTERVAL amount unit in place of __interval(amount.
func (r *rewriter) frameBound(prim, first int, unit string, at diag.Span) {
	value := slices.Clone(r.out[first:])
	value[0].glue = false
	r.out = append(r.out[:prim], piece{text: "INTERVAL", at: r.out[prim].at})
	r.out = append(r.out, value...)
	r.emit(unit, at, false)
}

// amount rewrites the literal, or the expression, of an interval.
func (r *rewriter) amount() (amount, error) {
	a := amount{at: r.cur().At}
	sign := ""
	if r.cur().IsAny("-", "+") && (r.ahead(1).Kind == lex.String || r.ahead(1).Kind == lex.Number) {
		sign = strings.TrimPrefix(r.step().Text, "+")
	}
	switch t := r.cur(); {
	case r.done():
	case t.Kind == lex.String || t.Kind == lex.Number:
		r.step()
		a.at.End, a.literal = t.At.End, true
		a.text = strings.TrimPrefix(sign+strings.TrimSpace(t.Text), "--")
		r.emit(lex.Quote(a.text, '\''), a.at, true)
		return a, nil
	case t.Is("(") && !r.isUnit(r.match[r.pos]+1):
		return a, r.errorf(diag.Unsupported, t.At, "the function INTERVAL() is not supported").
			WithHint("write an interval as INTERVAL '10' SECOND")
	case t.Is("("):
		return a, r.enclosed(&level{}, true)
	case t.Kind == lex.Name || t.Kind == lex.Word && !isReserved(strings.ToUpper(t.Text)):
		prim, err := r.name(&level{})
		if err == nil && prim >= 0 {
			err = r.postfix(prim)
		}
		return a, err
	}
	return a, r.syntaxAt(r.cur(), "the amount of the interval").WithHint("write INTERVAL '10' SECOND")
}

func (r *rewriter) isUnit(i int) bool {
	if i >= r.end {
		return false
	}
	upper := singular(r.toks[i].Text)
	return r.toks[i].Kind == lex.Word && (contains(simpleUnits, upper) || contains(compoundUnits, upper))
}

// intervalUnit reads unit [(precision)] [TO unit [(precision)]].
func (r *rewriter) intervalUnit(a amount) (string, error) {
	t := r.cur()
	if n, unit, ok := quotedUnit(a.text); ok && a.literal {
		r.out[len(r.out)-1].text = lex.Quote(n, '\'')
		return unit, nil
	}
	if a.literal && (t.Kind != lex.Word || r.done() || isReserved(strings.ToUpper(t.Text)) && !r.isUnit(r.pos)) {
		return "", r.errorf(diag.Syntax, a.at, "an interval needs a unit").WithHint("write INTERVAL '10' SECOND")
	}
	from, err := r.unit(append(slices.Clone(simpleUnits), compoundUnits...))
	if err != nil {
		return "", err
	}
	if err := r.precision(); err != nil || !r.accept("TO") {
		return from, err
	}
	to, err := r.unit(simpleUnits)
	if err != nil {
		return "", err
	}
	if err := r.precision(); err != nil {
		return "", err
	}
	unit := from + "_" + to
	if !contains(compoundUnits, unit) {
		at := diag.Span{Start: t.At.Start, End: r.last().End}
		return "", r.errorf(diag.Invalid, at, "no interval goes from %s to %s", from, to).
			WithHint("there are YEAR TO MONTH, and DAY, HOUR, MINUTE to a smaller one down to SECOND")
	}
	return unit, nil
}

// singular returns a unit as we call it: MINUTES are MINUTE.
func singular(unit string) string {
	upper := strings.ToUpper(unit)
	if one := strings.TrimSuffix(upper, "S"); contains(simpleUnits, one) {
		return one
	}
	return upper
}

// quotedUnit splits '10 minutes', as PostgreSQL has it.
func quotedUnit(text string) (n, unit string, ok bool) {
	n, unit, _ = strings.Cut(text, " ")
	unit = singular(strings.TrimSpace(unit))
	return n, unit, contains(simpleUnits, unit)
}

// unit reads one of the units and returns it in upper case.
func (r *rewriter) unit(units []string) (string, error) {
	t := r.cur()
	if t.Kind != lex.Word || r.done() {
		return "", r.syntaxAt(t, "a unit such as SECOND")
	}
	unit := singular(t.Text)
	if !contains(units, unit) {
		return "", r.unknownUnit(t, units)
	}
	r.accept(strings.ToUpper(t.Text))
	return unit, nil
}

func (r *rewriter) unknownUnit(t lex.Token, units []string) error {
	err := r.errorf(diag.Invalid, t.At, "unknown unit %q", t.Text)
	if s, ok := diag.Suggest(t.Text, units); ok {
		return err.WithHint("did you mean %s?", s)
	}
	return err.WithHint("the units are %s", strings.Join(simpleUnits, ", "))
}

// precision skips the (p) or (p, s) of SECOND(3). It limits how many digits the
// standard lets one write, not the value, and all digits are taken here.
func (r *rewriter) precision() error {
	if !r.cur().Is("(") || r.done() {
		return nil
	}
	open := r.pos
	r.step()
	for r.pos < r.match[open] {
		t := r.step()
		if odd := (r.pos-open)%2 == 1; odd != t.Is(",") || !odd && t.Kind != lex.Number || r.pos-open > 4 {
			return r.syntaxAt(t, "the precision of the unit")
		}
	}
	if (r.pos-open)%2 == 1 {
		return r.syntax("a whole number")
	}
	r.step()
	return nil
}
