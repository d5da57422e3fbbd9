package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// createStream reads what follows CREATE STREAM.
func (c *cursor) createStream(k creation) (ast.Statement, error) {
	name, err := k.name(c, "stream")
	if err != nil {
		return nil, err
	}
	st := &ast.CreateStream{Name: name, OrReplace: k.orReplace, IfNotExists: k.ifNotExists}
	if c.cur().Is("(") {
		if err := c.definitions(st); err != nil {
			return nil, err
		}
	}
	if st.Description, err = c.description(); err != nil {
		return nil, err
	}
	if c.accept("WITH") {
		if st.Options, err = c.options(); err != nil {
			return nil, err
		}
	}
	if !c.done() {
		return nil, c.afterStream(st)
	}
	st.Base = c.base(k.start)
	return st, nil
}

// afterStream is the error for what follows a complete CREATE STREAM.
func (c *cursor) afterStream(st *ast.CreateStream) error {
	if c.cur().IsAny("AS", "SELECT") {
		return c.errorf(diag.Unsupported, c.cur().At, "CREATE STREAM ... AS SELECT is not supported").
			WithHint("create the stream with its columns, then CREATE PUMP p AS INSERT INTO %s SELECT ...", st.Name)
	}
	if len(st.Options) > 0 {
		return c.missing("end of statement")
	}
	return c.missing("WITH", "end of statement")
}

// definitions reads (columns, WATERMARK FOR col AS expr): each part may be
// missing, and the watermark may stand anywhere.
func (c *cursor) definitions(st *ast.CreateStream) error {
	c.accept("(")
	for {
		var err error
		if c.cur().Is("WATERMARK") && c.ahead(1).Is("FOR") {
			err = c.watermark(st)
		} else {
			err = c.column(st)
		}
		if err != nil {
			return err
		}
		if c.accept(")") {
			return c.distinct(st.Columns)
		}
		if !c.accept(",") {
			return c.afterDefinition()
		}
	}
}

// distinct refuses two columns of one name.
func (c *cursor) distinct(columns []ast.Column) error {
	seen := make(map[string]bool, len(columns))
	for _, col := range columns {
		if seen[col.Name.Name] {
			return c.errorf(diag.Invalid, col.Name.At, "column %q is defined twice", col.Name.Name)
		}
		seen[col.Name.Name] = true
	}
	return nil
}

// afterDefinition is the error for what follows a column definition.
func (c *cursor) afterDefinition() error {
	t := c.cur()
	two := diag.Span{Start: t.At.Start, End: c.ahead(1).At.End}
	switch {
	case t.Is("NOT") && c.ahead(1).Is("NULL"):
		return c.errorf(diag.Unsupported, two, "NOT NULL columns are not supported yet").
			WithHint("every column may be NULL; filter with WHERE ... IS NOT NULL")
	case t.Is("PRIMARY"):
		return c.errorf(diag.Unsupported, two, "PRIMARY KEY is not supported: a stream keeps every row")
	case t.IsAny("DEFAULT", "UNIQUE", "COMMENT", "CHECK", "REFERENCES", "GENERATED", "AUTO_INCREMENT", "COLLATE", "NULL", "METADATA"):
		return c.errorf(diag.Unsupported, t.At, "%s is not supported in a column definition", strings.ToUpper(t.Text))
	case t.Is("AS"):
		return c.errorf(diag.Unsupported, t.At, "computed columns are not supported").
			WithHint("compute the column in a view")
	}
	return c.missing(",", ")")
}

func (c *cursor) column(st *ast.CreateStream) error {
	if st.Table && c.cur().Is("PRIMARY") && c.ahead(1).Is("KEY") {
		return c.primaryKey(st)
	}
	if err := c.refuseConstraint(); err != nil {
		return err
	}
	name, err := c.ident("a column name")
	if err != nil {
		return err
	}
	if c.cur().Is("AS") {
		return c.afterDefinition()
	}
	typ, err := c.typeName()
	if err != nil {
		return err
	}
	st.Columns = append(st.Columns, ast.Column{Name: name, Type: typ})
	if at := c.cur().At; st.Table && c.accept("PRIMARY", "KEY") {
		if st.Key != nil {
			return c.errorf(diag.Invalid, at, "a table has only one PRIMARY KEY")
		}
		st.Key = []ast.Ident{name}
		return c.refuseUnenforced()
	}
	return nil
}

// refuseConstraint refuses table constraints by name.
func (c *cursor) refuseConstraint() error {
	t, next := c.cur(), c.ahead(1)
	constraint := t.IsAny("PRIMARY", "FOREIGN") && next.Is("KEY") || t.Is("UNIQUE") && next.IsAny("KEY", "(") ||
		t.IsAny("INDEX", "KEY", "CHECK") && next.Is("(") || t.Is("CONSTRAINT") && next.IsName()
	if !constraint {
		return nil
	}
	return c.errorf(diag.Unsupported, t.At, "%s is not supported: a stream has no constraints and no indexes", strings.ToUpper(t.Text))
}

// watermark reads WATERMARK FOR col AS expr.
func (c *cursor) watermark(st *ast.CreateStream) error {
	start := c.cur().At.Start
	c.accept("WATERMARK", "FOR")
	if st.Watermark != nil {
		return c.errorf(diag.Invalid, diag.Span{Start: start, End: c.toks[c.pos-1].At.End}, "a stream has only one watermark")
	}
	name, err := c.ident("a column name")
	if err != nil {
		return err
	}
	if err := c.expect("AS"); err != nil {
		return err
	}
	e, err := c.exprUntilComma()
	if err != nil {
		return err
	}
	at := diag.Span{Start: start, End: c.toks[c.pos-1].At.End}
	st.Watermark = &ast.Watermark{Column: name, Expr: e, At: at}
	return nil
}

// exprUntilComma reads an expression that ends at a comma or closing bracket.
func (c *cursor) exprUntilComma() (ast.Expr, error) {
	end := c.pos
	for ; end < len(c.toks)-1 && !c.toks[end].IsAny(",", ")"); end++ {
		if c.match[end] > end {
			end = c.match[end]
		}
	}
	return c.expr(end)
}

// options reads (key = value, ...).
func (c *cursor) options() ([]ast.Option, error) {
	if err := c.expect("("); err != nil {
		return nil, err
	}
	var out []ast.Option
	if c.accept(")") {
		return nil, nil
	}
	for {
		o, err := c.option()
		if err != nil {
			return nil, err
		}
		for _, other := range out {
			if other.Key == o.Key {
				return nil, c.errorf(diag.BadOption, o.KeyAt, "option %q is given twice", o.Key)
			}
		}
		out = append(out, o)
		if c.accept(")") {
			return out, nil
		}
		if !c.accept(",") {
			return nil, c.syntax(",", ")")
		}
	}
}

func (c *cursor) option() (ast.Option, error) {
	o := ast.Option{KeyAt: c.cur().At}
	key, err := c.optionKey()
	if err != nil {
		return o, err
	}
	o.Key, o.KeyAt.End = strings.ToLower(key), c.toks[c.pos-1].At.End
	if err := c.expect("="); err != nil {
		return o, err
	}
	o.At = c.cur().At
	o.Value, err = c.optionValue()
	o.At.End = c.toks[c.pos-1].At.End
	return o, err
}

// optionKey reads 'key', "key" or dotted words: timestamp.format.
func (c *cursor) optionKey() (string, error) {
	if c.cur().Kind == lex.String {
		return c.step().Text, nil
	}
	first, err := c.ident("an option name")
	key := first.Name
	for err == nil && c.accept(".") {
		var part ast.Ident
		part, err = c.ident("an option name")
		key += "." + part.Name
	}
	return key, err
}

// optionValue reads a string, a number with or without sign, TRUE or FALSE.
func (c *cursor) optionValue() (string, error) {
	t := c.cur()
	switch {
	case t.Kind == lex.String || t.Kind == lex.Number:
		return c.step().Text, nil
	case t.IsAny("-", "+") && c.ahead(1).Kind == lex.Number:
		sign := c.step().Text
		return strings.TrimPrefix(sign, "+") + c.step().Text, nil
	case t.IsAny("TRUE", "FALSE"):
		c.accept(strings.ToUpper(t.Text))
		return strings.ToLower(t.Text), nil
	}
	err := c.syntaxAt(t, "a string", "a number", "TRUE", "FALSE")
	if t.IsName() {
		return "", err.WithHint("write the value in single quotes: '%s'", t.Text)
	}
	return "", err
}
