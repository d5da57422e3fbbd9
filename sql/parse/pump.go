package parse

import (
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// createPump reads what follows CREATE PUMP.
func (c *cursor) createPump(k creation) (ast.Statement, error) {
	name, err := k.name(c, "pump")
	if err != nil {
		return nil, err
	}
	st := &ast.CreatePump{Name: name, OrReplace: k.orReplace, IfNotExists: k.ifNotExists}
	if !c.accept("STARTED") {
		st.Stopped = c.accept("STOPPED")
	}
	if st.Description, err = c.description(); err != nil {
		return nil, err
	}
	if !c.accept("AS") {
		return nil, c.missing("AS")
	}
	if !c.cur().Is("INSERT") {
		return nil, c.errorf(diag.Syntax, c.cur().At, "a pump is an INSERT").
			WithHint("write CREATE PUMP %s AS INSERT INTO stream SELECT ...", name)
	}
	insert, err := c.insert()
	if err != nil {
		return nil, err
	}
	st.Insert = insert.(*ast.Insert)
	st.Base = c.base(k.start)
	return st, nil
}
