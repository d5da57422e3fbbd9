package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// insert reads INSERT INTO stream [(columns)] query.
func (c *cursor) insert() (ast.Statement, error) {
	start := c.pos
	c.accept("INSERT")
	if t := c.cur(); t.IsAny("IGNORE", "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "OVERWRITE", "EXPEDITED") {
		return nil, c.errorf(diag.Unsupported, t.At, "INSERT %s is not supported", strings.ToUpper(t.Text)).
			WithHint("write INSERT INTO")
	}
	if err := c.expect("INTO"); err != nil {
		return nil, err
	}
	name, err := c.objectName("stream")
	if err != nil {
		return nil, err
	}
	st := &ast.Insert{Stream: name}
	if c.cur().Is("(") && !c.ahead(1).IsAny("SELECT", "WITH", "(") {
		if st.Columns, err = c.insertColumns(); err != nil {
			return nil, err
		}
	}
	if err := c.refuseInsert(); err != nil {
		return nil, err
	}
	if st.Query, err = c.query(); err != nil {
		return nil, err
	}
	st.Base = c.base(start)
	return st, nil
}

// insertColumns reads the column list; each column once.
func (c *cursor) insertColumns() ([]ast.Ident, error) {
	columns, err := c.names("a column name")
	if err != nil {
		return nil, err
	}
	return columns, c.unique(columns)
}

// unique refuses a name given twice.
func (c *cursor) unique(names []ast.Ident) error {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n.Name] {
			return c.errorf(diag.Invalid, n.At, "column %q is named twice", n.Name)
		}
		seen[n.Name] = true
	}
	return nil
}

// refuseInsert refuses other sources of rows than queries.
func (c *cursor) refuseInsert() error {
	t := c.cur()
	switch {
	case t.IsAny("VALUES", "VALUE"):
		return c.errorf(diag.Unsupported, t.At, "INSERT ... VALUES is not supported").
			WithHint("write INSERT INTO s SELECT 1, 'a', or put records on the stream")
	case t.IsAny("SET", "TABLE", "PARTITION", "DEFAULT"):
		return c.errorf(diag.Unsupported, t.At, "INSERT ... %s is not supported", strings.ToUpper(t.Text)).
			WithHint("write INSERT INTO s SELECT ...")
	case !t.IsAny("SELECT", "WITH", "("):
		return c.missing("SELECT")
	}
	return nil
}
