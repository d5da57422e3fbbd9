package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// query reads a query that ends the statement.
func (c *cursor) query() (*ast.Query, error) { return c.queryUntil(len(c.toks) - 1) }

// queryUntil reads the query of the tokens up to end, EMIT included.
func (c *cursor) queryUntil(end int) (*ast.Query, error) {
	start, body := c.pos, c.emitBefore(end)
	r := &rewriter{cursor: c, end: body, functions: map[string]*ast.TableFunction{}}
	if err := r.sequence(&level{start: true}); err != nil {
		return nil, err
	}
	if c.pos < body {
		return nil, c.syntax("end of statement")
	}
	m, err := r.parse()
	if err != nil {
		return nil, err
	}
	node, ok := m.root.(tidb.ResultSetNode)
	if !ok {
		return nil, c.syntaxAt(c.toks[start], "SELECT")
	}
	q := &ast.Query{Node: node, Map: m, Stream: r.stream, TableFunctions: r.functions, Matches: r.matches}
	if body < end {
		if q.Emit, err = c.emit(end); err != nil {
			return nil, err
		}
	}
	q.Base = c.base(start)
	return q, nil
}

// emitBefore is the index of the EMIT clause before end, or end.
func (c *cursor) emitBefore(end int) int {
	for i := end - 2; i > c.pos; i-- {
		if m := c.match[i]; m >= 0 && m < i {
			i = m
			continue
		}
		next := c.toks[i+1]
		clause := next.IsAny("CHANGES", "EVERY", "FINAL") || next.Is("ON") && c.toks[i+2].Is("WINDOW")
		if clause && c.toks[i].Is("EMIT") && (&rewriter{cursor: &cursor{toks: c.toks, pos: i}}).afterOperand() {
			return i
		}
	}
	return end
}

// emit reads EMIT CHANGES | ON WINDOW CLOSE | EVERY INTERVAL ...
func (c *cursor) emit(end int) (*ast.Emit, error) {
	start := c.cur().At
	e := &ast.Emit{}
	c.accept("EMIT")
	switch {
	case c.accept("CHANGES"):
		e.Mode = ast.EmitChanges
	case c.accept("ON"):
		e.Mode = ast.EmitOnWindowClose
		if err := c.expect("WINDOW", "CLOSE"); err != nil {
			return nil, err
		}
	case c.accept("EVERY"):
		e.Mode = ast.EmitEvery
		if !c.cur().Is("INTERVAL") {
			return nil, c.syntaxAt(c.cur(), "INTERVAL").WithHint("write EMIT EVERY INTERVAL '10' SECOND")
		}
		var err error
		if e.Every, err = c.expr(end); err != nil {
			return nil, err
		}
	default:
		return nil, c.syntaxAt(c.cur(), "CHANGES", "ON WINDOW CLOSE", "EVERY INTERVAL ...").
			WithHint("EMIT ON WINDOW CLOSE gives final results")
	}
	if c.pos < end {
		return nil, c.syntaxAt(c.cur(), "end of statement").WithHint("EMIT stands at the end of a statement")
	}
	e.At = diag.Span{Start: start.Start, End: c.toks[c.pos-1].At.End}
	return e, nil
}

// expr reads the expression of the tokens up to end.
func (c *cursor) expr(end int) (ast.Expr, error) {
	if c.pos >= end {
		return ast.Expr{}, c.syntax("an expression")
	}
	start := c.pos
	r := &rewriter{cursor: c, end: end, functions: map[string]*ast.TableFunction{}}
	r.emit("SELECT", diag.Span{Start: c.cur().At.Start, End: c.cur().At.Start}, false)
	if err := r.sequence(&level{}); err != nil {
		return ast.Expr{}, err
	}
	if c.pos < end {
		return ast.Expr{}, c.syntax()
	}
	m, err := r.parse()
	if err != nil {
		return ast.Expr{}, err
	}
	field, ok := m.onlyField()
	if !ok {
		at := diag.Span{Start: c.toks[start].At.Start, End: c.toks[end-1].At.End}
		return ast.Expr{}, c.errorf(diag.Syntax, at, "a single expression is expected")
	}
	return ast.Expr{Node: field.Expr, Map: m}, nil
}

// onlyField is the select field of SELECT expression and nothing else.
func (m *mapping) onlyField() (*tidb.SelectField, bool) {
	st, ok := m.root.(*tidb.SelectStmt)
	if !ok || st.From != nil || st.Where != nil || st.GroupBy != nil || st.Having != nil || st.OrderBy != nil ||
		st.Limit != nil || st.Distinct || st.WindowSpecs != nil || len(st.Fields.Fields) != 1 {
		return nil, false
	}
	f := st.Fields.Fields[0]
	return f, f.Expr != nil && f.AsName.O == ""
}

// endOfBody is the token at which the rewritten text ends.
func (r *rewriter) endOfBody() lex.Token { return r.toks[r.end] }
