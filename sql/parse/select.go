package parse

import "kinesql/sql/ast"

// selectStatement reads a query that is run for its result.
func (c *cursor) selectStatement() (ast.Statement, error) {
	start := c.pos
	q, err := c.query()
	if err != nil {
		return nil, err
	}
	return &ast.Select{Base: c.base(start), Query: q}, nil
}
