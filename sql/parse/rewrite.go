package parse

import (
	"slices"
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// piece is a token of the rewritten text and the source that it stands for.
type piece struct {
	text string
	at   diag.Span
	glue bool // no space before it
	off  int  // offset in the rewritten text, set by newMapping
}

// rewriter turns the tokens up to end into pieces that TiDB parses.
type rewriter struct {
	*cursor
	end       int
	out       []piece
	tables    []int // pieces that are table names, in order
	functions map[string]*ast.TableFunction
	matches   map[string]*ast.Match
	stream    bool
}

// level is the state within one pair of brackets.
type level struct {
	start bool   // a query may start here
	query bool   // SELECT was seen
	from  bool   // within FROM
	table bool   // a table is expected
	stop  string // the word or symbol that ends the level
	// having is the piece after HAVING, 0 where there is none.
	having int
	on     bool // the condition of a join
	joins  []joinMark
}

func (r *rewriter) done() bool { return r.pos >= r.end }

// emit appends text that stands for a span of the source.
func (r *rewriter) emit(text string, at diag.Span, glue bool) {
	r.out = append(r.out, piece{text: text, at: at, glue: glue})
}

// copy appends the current token.
func (r *rewriter) copy(glue bool) {
	t := r.step()
	r.emit(tidbText(t), t.At, glue)
}

// tidbText writes a token as TiDB reads it in ANSI mode. Words that start with
// an underscore are quoted, for TiDB takes some of them for character sets, and
// so are the free words.
func tidbText(t lex.Token) string {
	switch {
	case t.Kind == lex.Name || t.Kind == lex.Word && (t.Text[0] == '_' || freeSet()[strings.ToUpper(t.Text)]):
		return lex.Quote(t.Text, '`')
	case t.Kind == lex.String:
		return lex.Quote(t.Text, '\'')
	case t.Kind == lex.Hex:
		return "x'" + t.Text + "'"
	}
	return t.Text
}

// wrap makes the pieces from prim on the first argument of a call, which is
// left open: function(pieces
func (r *rewriter) wrap(prim int, function string) {
	at := r.out[prim].at
	r.out = slices.Insert(r.out, prim, piece{text: function, at: at}, piece{text: "(", at: at, glue: true})
	for i, p := range r.tables {
		if p >= prim {
			r.tables[i] = p + 2
		}
	}
}

// finish closes a call that wrap or a function opened.
func (r *rewriter) finish() { r.emit(")", r.last(), true) }

// last is the span of the token before the current one.
func (r *rewriter) last() diag.Span { return r.toks[r.pos-1].At }

// argument writes a constant text argument that stands for a span.
func (r *rewriter) argument(text string, at diag.Span) {
	r.emit(",", at, true)
	r.emit(lex.Quote(text, '\''), at, false)
}

// sequence rewrites up to the end of the level, which it leaves.
func (r *rewriter) sequence(l *level) error {
	for !r.done() {
		t := r.cur()
		if t.IsAny(")", "]") || l.stop != "" && t.Is(l.stop) || l.on && r.endsOn() {
			return r.joined(l)
		}
		prim, err := r.token(l)
		if err == nil && prim >= 0 {
			err = r.postfix(prim)
		}
		if err != nil {
			return err
		}
	}
	return r.joined(l)
}

// token rewrites one token, call or path. It returns the piece at which an
// operand starts that may be continued ([1], .member, ->, FILTER), or -1.
func (r *rewriter) token(l *level) (int, error) {
	t := r.cur()
	switch {
	case t.Is("("):
		return r.paren(l)
	case l.table && t.IsName():
		return -1, r.table(l)
	case t.Kind == lex.Word:
		return r.word(l)
	}
	l.start = false
	switch {
	case t.Kind == lex.Name:
		return r.name(l)
	case t.Kind == lex.Op:
		return -1, r.operator(l)
	}
	r.copy(false)
	if t.Kind == lex.String {
		return len(r.out) - 1, nil
	}
	return -1, nil
}

// operator copies an operator; some are refused.
func (r *rewriter) operator(l *level) error {
	t := r.cur()
	if l.from && t.Is(",") {
		l.table = true
	}
	if err := r.refuseOperator(t); err != nil {
		return err
	}
	r.copy(t.Is(","))
	return nil
}

// paren rewrites ( ... ) that is not the argument list of a call.
func (r *rewriter) paren(l *level) (int, error) {
	prim, next := len(r.out), r.ahead(1)
	inner := &level{}
	switch {
	case l.start:
		inner.start = true
		l.query = true
	case l.table && next.IsAny("SELECT", "WITH") && r.matchFollows(r.match[r.pos]+1):
		l.table = false
		return -1, r.matchTable()
	case l.table:
		inner.start = next.IsAny("SELECT", "WITH", "VALUES", "TABLE")
		inner.from, inner.table = !inner.start, !inner.start
	case next.IsAny("SELECT", "WITH", "VALUES"):
		if err := r.refuseSubquery(); err != nil {
			return -1, err
		}
		inner.start = true
	}
	l.start, l.table = false, false
	return prim, r.enclosed(inner, false)
}

// enclosed rewrites a bracket, what it encloses and its partner.
func (r *rewriter) enclosed(inner *level, glue bool) error {
	r.copy(glue)
	if inner.start && r.cur().IsAny("VALUES", "TABLE") {
		return r.refuseStatementIn()
	}
	if err := r.sequence(inner); err != nil {
		return err
	}
	r.copy(true)
	return nil
}

// name rewrites a name: a call, or a path of names.
func (r *rewriter) name(l *level) (int, error) {
	if r.ahead(1).Is("(") && (r.cur().Kind == lex.Name || !isReserved(strings.ToUpper(r.cur().Text)) || functionWords[strings.ToUpper(r.cur().Text)]) {
		return len(r.out), r.call()
	}
	return r.path()
}

// path rewrites a.b.c; TiDB reads three parts, more become __field calls.
func (r *rewriter) path() (int, error) {
	prim := len(r.out)
	r.copy(false)
	for parts := 1; r.cur().Is(".") && !r.done(); parts++ {
		switch next := r.ahead(1); {
		case next.Is("*") && parts > 1:
			return -1, r.errorf(diag.Unsupported, next.At, "* of a nested column is not supported").WithHint("name the members")
		case next.Is("*") && r.matching:
			r.copy(true)
			r.step()
			r.emit("`*`", next.At, true)
			return -1, nil
		case next.Is("*"):
			r.copy(true)
			r.copy(true)
			return -1, nil
		case !next.IsName() || r.apart(next):
			r.step()
			return -1, r.syntax("a name")
		case parts >= 3:
			return prim, nil
		default:
			r.copy(true)
			t := r.step()
			r.emit(lex.Quote(t.Text, '`'), t.At, true)
		}
	}
	return prim, nil
}

// apart reports whether a reserved word stands away from the dot before it: it
// is the next clause rather than a name.
func (r *rewriter) apart(next lex.Token) bool {
	return next.Kind == lex.Word && next.At.Start > r.cur().At.End && isReserved(strings.ToUpper(next.Text))
}

// postfix rewrites what continues an operand.
func (r *rewriter) postfix(prim int) error {
	for !r.done() {
		var err error
		switch t := r.cur(); {
		case t.Is("["):
			err = r.element(prim)
		case t.Is(".") && r.ahead(1).IsName():
			r.step()
			r.wrap(prim, "__field")
			r.argument(r.cur().Text, r.cur().At)
			r.step()
			r.finish()
		case t.IsAny("->", "->>"):
			err = r.arrow(prim)
		case t.Is("FILTER") && r.ahead(1).Is("("):
			if err = r.filter(prim); err != nil {
				return err
			}
		case t.Is("WITHIN") && r.ahead(1).Is("GROUP"):
			at := diag.Span{Start: t.At.Start, End: r.ahead(1).At.End}
			err = r.errorf(diag.Unsupported, at, "WITHIN GROUP (ORDER BY ...) is not supported").
				WithHint("write APPROX_PERCENTILE(x, 0.5), or GROUP_CONCAT(x ORDER BY y)")
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// element rewrites x[i] into __element(x, i).
func (r *rewriter) element(prim int) error {
	r.wrap(prim, "__element")
	r.emit(",", r.cur().At, true)
	r.step()
	if r.cur().Is("]") {
		return r.syntax("an index")
	}
	if err := r.sequence(&level{}); err != nil {
		return err
	}
	r.step()
	r.finish()
	return nil
}

// arrow rewrites x -> 'path' and x ->> 'path' into JSON functions.
func (r *rewriter) arrow(prim int) error {
	unquote := r.step().Is("->>")
	if r.cur().Kind != lex.String || r.done() {
		return r.syntax("a JSON path in single quotes")
	}
	r.wrap(prim, "json_extract")
	path := r.step()
	r.argument(path.Text, path.At)
	r.finish()
	if unquote {
		r.wrap(prim, "json_unquote")
		r.finish()
	}
	return nil
}

// filter rewrites agg(x) FILTER (WHERE c) [OVER w] into
// __filter(agg(x) [OVER w], c).
func (r *rewriter) filter(prim int) error {
	open := r.pos + 1
	if !r.ahead(2).Is("WHERE") {
		return r.syntaxAt(r.ahead(2), "WHERE").WithHint("write FILTER (WHERE condition)")
	}
	r.accept("FILTER")
	r.wrap(prim, "__filter")
	r.pos = r.match[open] + 1
	if r.cur().Is("OVER") && !r.done() {
		if err := r.over(); err != nil {
			return err
		}
	}
	after := r.pos
	r.pos = open + 1
	r.emit(",", r.cur().At, true)
	r.accept("WHERE")
	if err := r.sequence(&level{}); err != nil {
		return err
	}
	r.pos = after
	r.finish()
	return nil
}

// over rewrites OVER w and OVER (...).
func (r *rewriter) over() error {
	r.copy(false)
	if r.cur().Is("(") {
		return r.enclosed(&level{}, false)
	}
	if !r.cur().IsName() || r.done() {
		return r.syntax("a window name", "(")
	}
	r.copy(false)
	return nil
}
