package parse

import (
	"strconv"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// Limits of patterns, so that a short text cannot make a large machine.
const (
	maxRepeat  = 1000 // of {n,m}
	maxPattern = 500  // variables, as written
)

// matchPattern reads PATTERN ( ... ) [WITHIN INTERVAL ...].
func (r *rewriter) matchPattern(m *ast.Match) error {
	start := r.cur().At
	if !r.cur().Is("PATTERN") {
		return r.missing("PATTERN")
	}
	r.accept("PATTERN")
	if !r.cur().Is("(") {
		return r.syntax("(")
	}
	end := r.match[r.pos]
	r.accept("(")
	p := &patternReader{rewriter: r}
	var err error
	if m.Pattern, err = p.choice(); err != nil {
		return err
	}
	if r.pos != end {
		return r.syntax("a variable", ")")
	}
	r.accept(")")
	m.PatternAt = diag.Span{Start: start.Start, End: r.last().End}
	if !r.accept("WITHIN") {
		return nil
	}
	if !r.cur().Is("INTERVAL") {
		return r.syntaxAt(r.cur(), "INTERVAL").WithHint("write PATTERN (A B) WITHIN INTERVAL '1' HOUR")
	}
	within, err := r.expr(r.matchEnd("SUBSET", "DEFINE"))
	m.Within = &within
	return err
}

// patternReader reads the regular expression of PATTERN.
type patternReader struct {
	*rewriter
	variables int
}

// choice reads a b | c d.
func (p *patternReader) choice() (*ast.Pattern, error) {
	start := p.pos
	var parts []*ast.Pattern
	for {
		part, err := p.sequence()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !p.accept("|") {
			return p.group(ast.PatternChoice, parts, start), nil
		}
	}
}

// sequence reads a b c.
func (p *patternReader) sequence() (*ast.Pattern, error) {
	start := p.pos
	var parts []*ast.Pattern
	for !p.cur().IsAny("|", ")") && p.cur().Kind != lex.End {
		part, err := p.factor()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return nil, p.syntax("a variable", "(")
	}
	return p.group(ast.PatternSequence, parts, start), nil
}

func (p *patternReader) group(kind ast.PatternKind, parts []*ast.Pattern, start int) *ast.Pattern {
	if len(parts) == 1 {
		return parts[0]
	}
	return &ast.Pattern{Kind: kind, Parts: parts, At: diag.Span{Start: p.toks[start].At.Start, End: p.last().End}}
}

// factor reads a variable or group and its quantifier.
func (p *patternReader) factor() (*ast.Pattern, error) {
	t := p.cur()
	if err := p.refuseFactor(t); err != nil {
		return nil, err
	}
	if p.accept("(") {
		inner, err := p.choice()
		if err == nil {
			err = p.expect(")")
		}
		if err != nil {
			return nil, err
		}
		return p.quantified(inner, t.At)
	}
	name, err := p.ident("a variable")
	if err != nil {
		return nil, err
	}
	if p.variables++; p.variables > maxPattern {
		return nil, p.errorf(diag.Invalid, t.At, "the pattern has more than %d variables", maxPattern)
	}
	return p.quantified(&ast.Pattern{Kind: ast.PatternVariable, Variable: name, At: name.At}, t.At)
}

// refuseFactor refuses what the standard has beyond.
func (p *patternReader) refuseFactor(t lex.Token) error {
	switch {
	case t.Is("^"), t.IsAny("$"):
		return p.refuse(t.At, "an anchor in a pattern is", "a stream has no first and no last row")
	case t.Is("{") && p.ahead(1).Is("-"):
		return p.refuse(p.across(1), "an exclusion {- -} is", "choose the rows by CLASSIFIER() in a query around")
	case t.Is("PERMUTE") && p.ahead(1).Is("("):
		return p.refuse(t.At, "PERMUTE is", "write the orders with |: (A B | B A)")
	case t.IsAny("*", "+", "?", "{"):
		return p.syntaxAt(t, "a variable").WithHint("a quantifier stands behind a variable or a group, one each")
	}
	return nil
}

// quantified reads the quantifier of a factor, if there is one.
func (p *patternReader) quantified(of *ast.Pattern, from diag.Span) (*ast.Pattern, error) {
	out := &ast.Pattern{Kind: ast.PatternRepeat, Parts: []*ast.Pattern{of}, Max: -1}
	start := p.pos
	switch {
	case p.accept("*"):
	case p.accept("+"):
		out.Min = 1
	case p.accept("?"):
		out.Max = 1
	case p.cur().Is("{") && !p.ahead(1).Is("-"):
		if err := p.bounds(out); err != nil {
			return nil, err
		}
	default:
		return of, nil
	}
	out.Reluctant = p.accept("?")
	out.At = diag.Span{Start: from.Start, End: p.last().End}
	for i := start; i < p.pos; i++ {
		if !p.toks[i].Is(",") {
			p.toks[i].Role = lex.Tight
		}
	}
	return out, nil
}

// bounds reads {n}, {n,}, {,m} and {n,m}.
func (p *patternReader) bounds(out *ast.Pattern) error {
	open := p.step()
	var err error
	exact := false
	if !p.cur().Is(",") {
		if out.Min, err = p.bound(); err != nil {
			return err
		}
		exact = !p.cur().Is(",")
	}
	switch {
	case exact:
		out.Max = out.Min
	case p.accept(",") && !p.cur().Is("}"):
		if out.Max, err = p.bound(); err != nil {
			return err
		}
	}
	if !p.accept("}") {
		return p.syntax("}")
	}
	at := diag.Span{Start: open.At.Start, End: p.last().End}
	switch {
	case out.Max == 0:
		return p.errorf(diag.Invalid, at, "a part that comes no times").WithHint("leave it out, or write {1,3}")
	case out.Max >= 0 && out.Max < out.Min:
		return p.errorf(diag.Invalid, at, "at least %d times and at most %d", out.Min, out.Max).WithHint("write {%d,%d}", out.Max, out.Min)
	}
	return nil
}

func (p *patternReader) bound() (int, error) {
	t := p.cur()
	if t.Kind != lex.Number {
		return 0, p.syntax("a number")
	}
	n, err := strconv.Atoi(t.Text)
	if err != nil || n > maxRepeat {
		return 0, p.errorf(diag.Invalid, t.At, "a quantifier counts up to %d, in whole numbers", maxRepeat)
	}
	p.step()
	return n, nil
}
