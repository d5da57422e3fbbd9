package parse

import "kinesql/sql/ast"

// createView reads what follows CREATE VIEW.
func (c *cursor) createView(k creation) (ast.Statement, error) {
	name, err := k.name(c, "view")
	if err != nil {
		return nil, err
	}
	st := &ast.CreateView{Name: name, OrReplace: k.orReplace, IfNotExists: k.ifNotExists}
	if c.cur().Is("(") {
		if st.Columns, err = c.insertColumns(); err != nil {
			return nil, err
		}
	}
	if !c.accept("AS") {
		return nil, c.missing("AS")
	}
	if !c.cur().IsAny("SELECT", "WITH", "(") {
		return nil, c.missing("SELECT")
	}
	if st.Query, err = c.query(); err != nil {
		return nil, err
	}
	st.Base = c.base(k.start)
	return st, nil
}
