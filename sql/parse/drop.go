package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// drop reads DROP STREAM | TABLE | PUMP | VIEW [IF EXISTS] name.
func (c *cursor) drop() (ast.Statement, error) {
	start := c.pos
	c.accept("DROP")
	t := c.cur()
	if t.IsAny("DATABASE", "SCHEMA", "INDEX", "FUNCTION", "MATERIALIZED", "USER", "SEQUENCE", "ALERT", "PROCEDURE") {
		return nil, c.errorf(diag.Unsupported, t.At, "DROP %s is not supported", strings.ToUpper(t.Text)).
			WithHint("there are DROP STREAM, DROP TABLE, DROP PUMP and DROP VIEW")
	}
	kind, err := c.objectKind(false)
	if err != nil {
		return nil, err
	}
	st := &ast.Drop{Kind: kind, IfExists: c.accept("IF", "EXISTS")}
	if st.Name, err = c.objectName(strings.ToLower(string(kind))); err != nil {
		return nil, err
	}
	switch t := c.cur(); {
	case t.IsAny("CASCADE", "RESTRICT"):
		return nil, c.errorf(diag.Unsupported, t.At, "DROP ... %s is not supported", strings.ToUpper(t.Text))
	case t.Is(","):
		return nil, c.errorf(diag.Unsupported, t.At, "one DROP drops one object").WithHint("write a statement for each")
	case !c.done():
		return nil, c.syntax("end of statement")
	}
	st.Base = c.base(start)
	return st, nil
}
