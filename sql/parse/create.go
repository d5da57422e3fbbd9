package parse

import (
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// creation is what CREATE statements have in common.
type creation struct {
	start       int
	orReplace   bool
	ifNotExists bool
}

// create reads CREATE [OR REPLACE] STREAM | TABLE | PUMP | VIEW.
func (c *cursor) create() (ast.Statement, error) {
	k := creation{start: c.pos}
	c.accept("CREATE")
	k.orReplace = c.accept("OR", "REPLACE")
	switch {
	case c.accept("STREAM"):
		return c.createStream(k)
	case c.accept("TABLE"):
		return c.createTable(k)
	case c.accept("PUMP"):
		return c.createPump(k)
	case c.accept("VIEW"):
		return c.createView(k)
	}
	return nil, c.refuseCreate()
}

// name reads [IF NOT EXISTS] name.
func (k *creation) name(c *cursor, what string) (ast.Ident, error) {
	if at := c.cur().At; c.accept("IF", "NOT", "EXISTS") {
		if k.ifNotExists = true; k.orReplace {
			return ast.Ident{}, c.errorf(diag.Invalid, at, "OR REPLACE and IF NOT EXISTS exclude each other")
		}
	}
	return c.objectName(what)
}

// description reads [DESCRIPTION 'text'].
func (c *cursor) description() (string, error) {
	if !c.accept("DESCRIPTION") {
		return "", nil
	}
	return c.stringLiteral("a string")
}
