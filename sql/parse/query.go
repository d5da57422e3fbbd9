package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// query reads a query that ends the statement.
func (c *cursor) query() (*ast.Query, error) { return c.queryUntil(len(c.toks) - 1) }

// queryUntil reads the query of the tokens up to end, with the clauses behind it.
func (c *cursor) queryUntil(end int) (*ast.Query, error) {
	start, body := c.pos, c.tailBefore(end)
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
	if err := c.tail(q, end); err != nil {
		return nil, err
	}
	q.Base = c.base(start)
	return q, nil
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
