package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// describe reads DESCRIBE | DESC [STREAM | TABLE | PUMP | VIEW | FUNCTION] name.
func (c *cursor) describe() (ast.Statement, error) {
	start := c.pos
	c.accept(strings.ToUpper(c.cur().Text))
	st := &ast.Describe{}
	t := c.cur()
	if t.IsAny("SELECT", "WITH", "INSERT", "(") {
		return nil, c.errorf(diag.Unsupported, t.At, "DESCRIBE of a query is not supported").WithHint("write EXPLAIN")
	}
	if c.ahead(1).IsName() {
		var err error
		if st.Kind, err = c.objectKind(true); err != nil {
			return nil, err
		}
	}
	var err error
	if st.Name, err = c.objectName("stream, pump, view or function"); err != nil {
		return nil, err
	}
	if !c.done() {
		return nil, c.syntax("end of statement")
	}
	st.Base = c.base(start)
	return st, nil
}

// objectKind reads STREAM, TABLE, PUMP, VIEW and, where allowed, FUNCTION.
func (c *cursor) objectKind(function bool) (ast.ObjectKind, error) {
	kinds := []string{string(ast.StreamObject), string(ast.TableObject), string(ast.PumpObject), string(ast.ViewObject)}
	if function {
		kinds = append(kinds, string(ast.FunctionObject))
	}
	for _, k := range kinds {
		if c.accept(k) {
			return ast.ObjectKind(k), nil
		}
	}
	return "", c.missing(kinds...)
}
