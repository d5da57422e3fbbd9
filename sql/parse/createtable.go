package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// createTable reads what follows CREATE TABLE: columns with a PRIMARY KEY, and WITH
// options, which a table cannot do without.
func (c *cursor) createTable(k creation) (ast.Statement, error) {
	name, err := k.name(c, "table")
	if err != nil {
		return nil, err
	}
	st := &ast.CreateStream{Table: true, Name: name, OrReplace: k.orReplace, IfNotExists: k.ifNotExists}
	if c.cur().Is("(") {
		if err := c.definitions(st); err != nil {
			return nil, err
		}
	}
	if st.Watermark != nil {
		return nil, c.errorf(diag.Invalid, st.Watermark.At, "a table has no watermark: rows see it as it stands when they are processed").
			WithHint("CREATE STREAM for data with times, and join it by FOR SYSTEM_TIME AS OF")
	}
	if err := c.checkPrimaryKey(st); err != nil {
		return nil, err
	}
	if st.Description, err = c.description(); err != nil {
		return nil, err
	}
	if !c.accept("WITH") {
		return nil, c.syntaxAt(c.cur(), "WITH").WithHint("a table is read from somewhere: WITH (connector='file', path='t.csv', format='csv')")
	}
	if st.Options, err = c.options(); err != nil {
		return nil, err
	}
	if !c.done() {
		return nil, c.missing("end of statement")
	}
	st.Base = c.base(k.start)
	return st, nil
}

// primaryKey reads PRIMARY KEY (columns).
func (c *cursor) primaryKey(st *ast.CreateStream) error {
	at := c.cur().At
	c.accept("PRIMARY", "KEY")
	if st.Key != nil {
		return c.errorf(diag.Invalid, at, "a table has only one PRIMARY KEY")
	}
	if err := c.expect("("); err != nil {
		return err
	}
	for {
		name, err := c.ident("a column name")
		if err != nil {
			return err
		}
		st.Key = append(st.Key, name)
		if c.accept(")") {
			return c.refuseUnenforced()
		}
		if !c.accept(",") {
			return c.missing(",", ")")
		}
	}
}

// refuseUnenforced refuses NOT ENFORCED behind a PRIMARY KEY.
func (c *cursor) refuseUnenforced() error {
	if !c.cur().Is("NOT") || !c.ahead(1).Is("ENFORCED") {
		return nil
	}
	at := diag.Span{Start: c.cur().At.Start, End: c.ahead(1).At.End}
	return c.errorf(diag.Unsupported, at, "NOT ENFORCED is not supported: two rows of one key are an error").
		WithHint("leave it out, or leave out the PRIMARY KEY: a row then meets every row of its key")
}

// checkPrimaryKey checks that the key is of columns that there are, each once.
func (c *cursor) checkPrimaryKey(st *ast.CreateStream) error {
	seen := map[string]bool{}
	for i, k := range st.Key {
		found := false
		for _, col := range st.Columns {
			if found = strings.EqualFold(col.Name.Name, k.Name); found {
				st.Key[i].Name = col.Name.Name
				break
			}
		}
		if !found {
			return c.errorf(diag.UnknownName, k.At, "PRIMARY KEY names column %q, which the table does not have", k.Name)
		}
		if seen[st.Key[i].Name] {
			return c.errorf(diag.Invalid, k.At, "PRIMARY KEY names column %q twice", k.Name)
		}
		seen[st.Key[i].Name] = true
	}
	return nil
}
