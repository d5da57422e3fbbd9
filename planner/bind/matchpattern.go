package bind

import (
	"slices"

	"kinesql/operators/pattern"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// pattern binds PATTERN: its variables get numbers in the order of the text.
func (x *matcher) pattern() error {
	var err error
	if x.cfg.Pattern, err = x.patternOf(x.ast.Pattern); err != nil {
		return err
	}
	if least, _ := x.cfg.Pattern.Length(); least == 0 {
		return x.errorAt(diag.Unsupported, x.ast.PatternAt, "a pattern that matches no rows at all as well is not supported").
			WithHint("let one part come at least once: A+ in place of A*")
	}
	if err := x.cfg.Pattern.Check(); err != nil {
		return x.errorAt(diag.Invalid, x.ast.PatternAt, "%s", err).WithHint("count fewer rows, or use + and * with a condition on COUNT(A.*)")
	}
	return nil
}

func (x *matcher) patternOf(p *ast.Pattern) (*pattern.Pattern, error) {
	out := &pattern.Pattern{Min: p.Min, Max: p.Max, Reluctant: p.Reluctant}
	switch p.Kind {
	case ast.PatternVariable:
		v, err := x.declare(p.Variable)
		out.Variable = v
		return out, err
	case ast.PatternSequence:
		out.Kind = pattern.All
	case ast.PatternChoice:
		out.Kind = pattern.Any
	case ast.PatternRepeat:
		out.Kind = pattern.Repeat
	}
	for _, part := range p.Parts {
		inner, err := x.patternOf(part)
		if err != nil {
			return nil, err
		}
		out.Parts = append(out.Parts, inner)
	}
	return out, nil
}

// declare returns the number of a variable, a new one where it has none. Names
// differ by more than case, or not at all.
func (x *matcher) declare(name ast.Ident) (int, error) {
	if v := slices.Index(x.names, name.Name); v >= 0 {
		return v, nil
	}
	if v, _ := find(x.names, name.Name); v >= 0 {
		return v, nil
	}
	if len(x.names) == pattern.MaxVariables {
		return 0, x.errorAt(diag.Invalid, name.At, "the pattern has more than %d different variables", pattern.MaxVariables)
	}
	x.names = append(x.names, name.Name)
	return len(x.names) - 1, nil
}

// skip binds AFTER MATCH SKIP.
func (x *matcher) skip() error {
	s := x.ast.Skip
	x.cfg.Skip.To = map[ast.SkipTo]pattern.SkipTo{
		ast.SkipPastLastRow: pattern.PastLast, ast.SkipToNextRow: pattern.ToNext,
		ast.SkipToFirst: pattern.ToFirst, ast.SkipToLast: pattern.ToLast,
	}[s.To]
	if s.Variable.Name == "" {
		return nil
	}
	v, err := x.variable(s.Variable)
	if err != nil {
		return err
	}
	x.cfg.Skip.Variable = v
	_, most := x.cfg.Pattern.Length()
	if firsts := x.cfg.Pattern.Firsts(); slices.Equal(firsts, []int{v}) && (s.To == ast.SkipToFirst || most == 1) {
		return x.errorAt(diag.Invalid, s.At, "each match begins with a row of %s: the search would go on where it was", x.names[v]).
			WithHint("AFTER MATCH SKIP TO NEXT ROW goes on with the row after the first")
	}
	return nil
}
