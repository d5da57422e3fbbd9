package parse

import (
	"fmt"
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// navigations are functions of MATCH_RECOGNIZE that TiDB's grammar must not see.
var navigations = map[string]bool{
	"FIRST": true, "LAST": true, "PREV": true, "NEXT": true, "CLASSIFIER": true, "MATCH_NUMBER": true,
	"MATCH_ROWTIME": true,
}

// matchFollows reports whether [AS name] MATCH_RECOGNIZE ( starts at token i.
func (r *rewriter) matchFollows(i int) bool {
	at := func(i int) lex.Token { return r.toks[min(i, len(r.toks)-1)] }
	is := func(i int) bool { return at(i).Is("MATCH_RECOGNIZE") && at(i+1).Is("(") }
	switch {
	case i >= r.end:
		return false
	case is(i):
		return true
	case at(i).Is("AS"):
		return at(i+1).IsName() && is(i+2)
	}
	name := at(i).Kind == lex.Name || at(i).Kind == lex.Word && !isReserved(strings.ToUpper(at(i).Text))
	return name && is(i+1)
}

// matchTable rewrites s [AS x] MATCH_RECOGNIZE (...), where s may be a query in
// parentheses, into a name that stands for it.
func (r *rewriter) matchTable() error {
	m := &ast.Match{At: r.cur().At}
	if err := r.matchInput(m); err != nil {
		return err
	}
	if !r.cur().Is("MATCH_RECOGNIZE") {
		r.accept("AS")
		alias, err := r.ident("a name for the input")
		if err != nil {
			return err
		}
		m.Alias = alias
	}
	r.accept("MATCH_RECOGNIZE")
	if err := r.matchClause(m); err != nil {
		return err
	}
	m.At.End = r.last().End
	if r.matches == nil {
		r.matches = map[string]*ast.Match{}
	}
	name := fmt.Sprintf("__match%d", len(r.matches)+1)
	r.matches[name] = m
	r.tables = append(r.tables, len(r.out))
	r.emit(lex.Quote(name, '`'), m.At, false)
	return nil
}

// matchInput reads the name of a stream or view, or a query in parentheses.
func (r *rewriter) matchInput(m *ast.Match) error {
	open := r.pos
	if !r.accept("(") {
		name, err := r.objectName("stream")
		m.Table = name
		return err
	}
	q, err := r.queryUntil(r.match[open])
	if m.Query = q; err == nil {
		err = r.noTail(q)
	}
	r.accept(")")
	return err
}

// matchClause reads what stands in the parentheses, part by part.
func (r *rewriter) matchClause(m *ast.Match) error {
	end := r.match[r.pos]
	r.accept("(")
	was := r.matching
	defer func() { r.matching = was }()
	parts := []func(*ast.Match) error{
		r.matchPartition, r.matchOrder, r.matchMeasures, r.matchRows, r.matchSkip, r.matchPattern, r.matchSubset, r.matchDefines,
	}
	for _, part := range parts {
		if err := part(m); err != nil {
			return err
		}
	}
	if r.pos != end {
		return r.syntax(",", ")")
	}
	r.accept(")")
	return nil
}

// matchEnd is the index of the first token, not within brackets, that ends an
// item of the clause: a comma, one of the words, or the closing bracket.
func (r *rewriter) matchEnd(words ...string) int {
	for i := r.pos; ; i++ {
		switch t := r.toks[i]; {
		case t.Kind == lex.End, t.IsAny(",", ")"):
			return i
		case t.IsAny(words...) && i > r.pos && !r.toks[i-1].Is("."):
			return i
		case r.match[i] > i:
			i = r.match[i]
		}
	}
}

// matchPartition reads PARTITION BY a, b.
func (r *rewriter) matchPartition(m *ast.Match) error {
	if !r.accept("PARTITION") {
		return nil
	}
	if err := r.expect("BY"); err != nil {
		return err
	}
	for {
		e, err := r.expr(r.matchEnd("ORDER", "MEASURES", "PATTERN"))
		if err != nil {
			return err
		}
		m.Partition = append(m.Partition, e)
		if !r.accept(",") {
			return nil
		}
	}
}

// matchOrder reads ORDER BY ts.
func (r *rewriter) matchOrder(m *ast.Match) error {
	if !r.cur().Is("ORDER") {
		return r.syntaxAt(r.cur(), "ORDER BY").WithHint("write MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts ...): the time attribute orders the rows")
	}
	r.accept("ORDER")
	if err := r.expect("BY"); err != nil {
		return err
	}
	for {
		e, err := r.expr(r.matchEnd("ASC", "DESC", "MEASURES", "ONE", "ALL", "AFTER", "PATTERN", "DEFINE", "NULLS"))
		if err != nil {
			return err
		}
		if r.cur().Is("NULLS") {
			return r.refuse(r.across(1), "NULLS FIRST and NULLS LAST are", "a row without a time is an error row")
		}
		m.Order = append(m.Order, ast.MatchOrder{Expr: e, Desc: r.accept("DESC")})
		r.accept("ASC")
		if !r.accept(",") {
			return nil
		}
	}
}

// matchMeasures reads MEASURES x AS a, y AS b.
func (r *rewriter) matchMeasures(m *ast.Match) error {
	if !r.accept("MEASURES") {
		return nil
	}
	r.matching = true
	defer func() { r.matching = false }()
	for {
		e, err := r.expr(r.matchEnd("AS", "ONE", "ALL", "AFTER", "PATTERN"))
		if err != nil {
			return err
		}
		if !r.accept("AS") {
			return r.syntaxAt(r.cur(), "AS").WithHint("each measure has a name: MEASURES LAST(A.price) AS price")
		}
		name, err := r.ident("a name for the measure")
		if err != nil {
			return err
		}
		m.Measures = append(m.Measures, ast.Measure{Expr: e, Name: name})
		if !r.accept(",") {
			return nil
		}
	}
}

// matchRows reads ONE ROW PER MATCH or ALL ROWS PER MATCH; without either it is
// one row.
func (r *rewriter) matchRows(m *ast.Match) error {
	switch {
	case r.accept("ONE"):
		if err := r.expect("ROW", "PER", "MATCH"); err != nil {
			return err
		}
	case r.accept("ALL"):
		m.AllRows = true
		if err := r.expect("ROWS", "PER", "MATCH"); err != nil {
			return err
		}
	}
	if r.cur().IsAny("SHOW", "OMIT") {
		return r.refuse(r.across(2), strings.ToUpper(r.cur().Text)+" EMPTY MATCHES is", "a match has one row at least: leave it out")
	}
	if r.cur().Is("WITH") {
		return r.refuse(r.across(2), "WITH UNMATCHED ROWS is", "only the rows of matches come out")
	}
	return nil
}

// matchSkip reads AFTER MATCH SKIP ...; without it the search goes on past the
// last row.
func (r *rewriter) matchSkip(m *ast.Match) error {
	start := r.cur().At
	if !r.accept("AFTER") {
		return nil
	}
	if err := r.expect("MATCH", "SKIP"); err != nil {
		return err
	}
	var err error
	switch {
	case r.accept("PAST"):
		err = r.expect("LAST", "ROW")
	case r.accept("TO", "NEXT", "ROW"):
		m.Skip.To = ast.SkipToNextRow
	case r.accept("TO"):
		m.Skip.To = ast.SkipToLast
		named := r.ahead(1).IsName() && !r.ahead(1).Is("PATTERN")
		if named && r.accept("FIRST") {
			m.Skip.To = ast.SkipToFirst
		} else if named {
			r.accept("LAST")
		}
		m.Skip.Variable, err = r.ident("a variable of the pattern")
	default:
		err = r.syntax("PAST LAST ROW", "TO NEXT ROW", "TO FIRST v", "TO LAST v")
	}
	m.Skip.At = diag.Span{Start: start.Start, End: r.last().End}
	return err
}

// matchSubset refuses SUBSET.
func (r *rewriter) matchSubset(*ast.Match) error {
	if r.cur().Is("SUBSET") {
		return r.refuse(r.cur().At, "SUBSET is", "name the variables one by one, or leave the variable out: SUM(x) is over all rows of the match")
	}
	return nil
}

// matchDefines reads DEFINE A AS condition, ...
func (r *rewriter) matchDefines(m *ast.Match) error {
	if !r.accept("DEFINE") {
		return r.syntaxAt(r.cur(), "DEFINE").WithHint("say what the variables are: DEFINE A AS price > 10; one that is left out is any row")
	}
	r.matching = true
	defer func() { r.matching = false }()
	for {
		name, err := r.ident("a variable of the pattern")
		if err == nil {
			err = r.expect("AS")
		}
		if err != nil {
			return err
		}
		cond, err := r.expr(r.matchEnd())
		if err != nil {
			return err
		}
		m.Defines = append(m.Defines, ast.Define{Variable: name, Cond: cond})
		if !r.accept(",") {
			return nil
		}
	}
}

// semantics rewrites FINAL f(x) and RUNNING f(x) into __final(f(x)) and
// __running(f(x)).
func (r *rewriter) semantics(upper string) (int, error) {
	prim := len(r.out)
	t := r.cur()
	r.toks[r.pos].Role = lex.Keyword
	r.step()
	r.emit("__"+strings.ToLower(upper), t.At, false)
	r.emit("(", t.At, true)
	if err := r.call(); err != nil {
		return prim, err
	}
	r.finish()
	return prim, nil
}
