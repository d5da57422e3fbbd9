package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// tailBefore is where the clauses behind a query begin that ends before end:
//
//	[ALLOW LATENESS interval] [EMIT ..] [WITH (key = value, ..)]
func (c *cursor) tailBefore(end int) int {
	if i, ok := c.queryOptionsBefore(end); ok && i > c.pos {
		end = i
	}
	end = c.clauseBefore(end, c.beginsEmit)
	return c.clauseBefore(end, c.beginsLateness)
}

// queryOptionsBefore finds WITH (key = ..) that ends at end.
func (c *cursor) queryOptionsBefore(end int) (int, bool) {
	open := c.match[max(end-1, 0)]
	if open <= c.pos || open >= end || !c.toks[end-1].Is(")") || !c.toks[open-1].Is("WITH") {
		return 0, false
	}
	first, second := c.toks[open+1], c.toks[open+2]
	named := first.Kind == lex.String || first.IsName()
	return open - 1, first.Is(")") || named && (second.Is("=") || second.Is("."))
}

// clauseBefore is the last index before end, outside brackets, at which a clause
// begins, or end.
func (c *cursor) clauseBefore(end int, begins func(i int) bool) int {
	for i := end - 2; i > c.pos; i-- {
		if m := c.match[i]; m >= 0 && m < i {
			i = m
			continue
		}
		if begins(i) && (&rewriter{cursor: &cursor{toks: c.toks, pos: i}}).afterOperand() {
			return i
		}
	}
	return end
}

func (c *cursor) beginsEmit(i int) bool {
	next, third := c.toks[i+1], c.toks[min(i+2, len(c.toks)-1)]
	return c.toks[i].Is("EMIT") && (next.IsAny("CHANGES", "EVERY", "FINAL") ||
		next.Is("ON") && third.IsAny("WINDOW", "UPDATE") || next.IsAny("EMPTY", "WITH") || elsewhere(next) != "")
}

// emitElsewhere is what other engines write behind EMIT, and what says the same here.
var emitElsewhere = map[string]string{
	"AFTER": "EMIT ON WINDOW CLOSE", "PERIODIC": "EMIT EVERY INTERVAL '10' SECOND",
	"UPDATE": "EMIT CHANGES", "CHANGELOG": "EMIT CHANGES", "PER": "EMIT CHANGES",
}

func elsewhere(t lex.Token) string {
	if t.Kind != lex.Word {
		return ""
	}
	return emitElsewhere[strings.ToUpper(t.Text)]
}

func (c *cursor) beginsLateness(i int) bool {
	return c.toks[i].Is("ALLOW") && c.toks[i+1].Is("LATENESS")
}

// tail reads the clauses behind a query.
func (c *cursor) tail(q *ast.Query, end int) error {
	stop := end
	if i, ok := c.queryOptionsBefore(end); ok {
		stop = i
	}
	var err error
	if c.pos < stop && c.beginsLateness(c.pos) {
		if err = c.lateness(q, c.clauseBefore(stop, c.beginsEmit)); err != nil {
			return err
		}
	}
	if c.pos < stop {
		if q.Emit, err = c.emit(stop); err != nil {
			return err
		}
	}
	if c.pos < end {
		c.accept("WITH")
		q.Options, err = c.options()
	}
	return err
}

// lateness reads ALLOW LATENESS INTERVAL ...
func (c *cursor) lateness(q *ast.Query, end int) error {
	c.accept("ALLOW", "LATENESS")
	e, err := c.intervalUntil(end, "ALLOW LATENESS INTERVAL '1' MINUTE")
	q.Lateness = &e
	return err
}

// intervalUntil reads the INTERVAL of a clause.
func (c *cursor) intervalUntil(end int, example string) (ast.Expr, error) {
	if !c.cur().Is("INTERVAL") {
		return ast.Expr{}, c.syntaxAt(c.cur(), "INTERVAL").WithHint("write %s", example)
	}
	return c.expr(end)
}

// emit reads EMIT CHANGES | ON WINDOW CLOSE | FINAL | EVERY INTERVAL ..., each with
// [WITH] EMPTY WINDOWS behind it, or that alone.
func (c *cursor) emit(end int) (*ast.Emit, error) {
	start := c.cur().At
	e := &ast.Emit{}
	c.accept("EMIT")
	if err := c.emitMode(e, end); err != nil {
		return nil, err
	}
	if c.accept("EMPTY", "WINDOWS") || c.accept("WITH", "EMPTY", "WINDOWS") {
		e.Empty = true
	}
	if c.pos < end {
		return nil, c.afterEmit()
	}
	e.At = diag.Span{Start: start.Start, End: c.toks[c.pos-1].At.End}
	return e, nil
}

func (c *cursor) emitMode(e *ast.Emit, end int) error {
	switch {
	case c.accept("CHANGES"):
		e.Mode = ast.EmitChanges
	case c.accept("FINAL"):
		e.Mode = ast.EmitOnWindowClose
	case c.cur().Is("ON") && c.ahead(1).Is("UPDATE") && c.accept("ON"):
		return c.emittedElsewhere()
	case elsewhere(c.cur()) != "":
		return c.emittedElsewhere()
	case c.accept("ON"):
		e.Mode = ast.EmitOnWindowClose
		return c.expect("WINDOW", "CLOSE")
	case c.accept("EVERY"):
		e.Mode = ast.EmitEvery
		var err error
		e.Every, err = c.intervalUntil(c.emptyBefore(end), "EMIT EVERY INTERVAL '10' SECOND")
		return err
	case c.cur().Is("EMPTY"), c.cur().Is("WITH") && c.ahead(1).Is("EMPTY"):
		e.Mode = ast.EmitOnWindowClose
	default:
		return c.syntaxAt(c.cur(), "CHANGES", "ON WINDOW CLOSE", "EVERY INTERVAL ...").
			WithHint("EMIT ON WINDOW CLOSE gives final results")
	}
	return nil
}

func (c *cursor) emittedElsewhere() error {
	return c.errorf(diag.Unsupported, c.cur().At, "EMIT %s is not supported", strings.ToUpper(c.cur().Text)).
		WithHint("write %s", elsewhere(c.cur()))
}

// emptyBefore is where [WITH] EMPTY WINDOWS begins that ends before end, or end.
func (c *cursor) emptyBefore(end int) int {
	if !c.toks[end-1].Is("WINDOWS") || !c.toks[end-2].Is("EMPTY") {
		return end
	}
	if c.toks[end-3].Is("WITH") {
		return end - 3
	}
	return end - 2
}

// afterEmit is the error for what follows a complete EMIT.
func (c *cursor) afterEmit() error {
	err := c.syntaxAt(c.cur(), "EMPTY WINDOWS", "WITH", "end of statement")
	switch {
	case c.cur().Is("ALLOW"):
		return err.WithHint("ALLOW LATENESS stands before EMIT")
	case c.cur().IsAny("LIMIT", "ORDER", "HAVING", "GROUP", "WHERE", "QUALIFY"):
		return err.WithHint("%s stands before EMIT", strings.ToUpper(c.cur().Text))
	}
	return err.WithHint("EMIT stands at the end of a statement")
}

// noTail refuses the clauses behind a query that stands inside another.
func (c *cursor) noTail(q *ast.Query) error {
	const view = "put the query into a view, and the clause behind it: CREATE VIEW v AS SELECT .. EMIT CHANGES"
	switch {
	case q.Emit != nil:
		return c.errorf(diag.Syntax, q.Emit.At, "EMIT stands at the end of a statement, and only there").WithHint(view)
	case q.Lateness != nil:
		return c.errorf(diag.Syntax, q.Lateness.Map.Span(q.Lateness.Node), "ALLOW LATENESS stands at the end of a statement, and only there").
			WithHint(view)
	case len(q.Options) > 0:
		return c.errorf(diag.Syntax, q.Options[0].KeyAt, "options of a query stand at the end of a statement, and only there").WithHint(view)
	}
	return nil
}
