package parse

import (
	"strconv"
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// shape says how a type is written.
type shape struct {
	canonical string // the name in ast.TypeName
	args      int    // at most so many numbers in parentheses
	second    string // an optional second word: DOUBLE PRECISION
}

// types are the type names of the dialect.
var types = map[string]shape{
	"BOOLEAN": {"BOOLEAN", 0, ""}, "BOOL": {"BOOLEAN", 0, ""},
	"TINYINT": {"TINYINT", 0, ""}, "SMALLINT": {"SMALLINT", 0, ""},
	"INT": {"INTEGER", 0, ""}, "INTEGER": {"INTEGER", 0, ""}, "BIGINT": {"BIGINT", 0, ""},
	"SIGNED": {"BIGINT", 0, "INTEGER"},
	"REAL":   {"REAL", 0, ""}, "FLOAT": {"DOUBLE", 0, ""}, "DOUBLE": {"DOUBLE", 0, "PRECISION"},
	"DECIMAL": {"DECIMAL", 2, ""}, "DEC": {"DECIMAL", 2, ""}, "NUMERIC": {"DECIMAL", 2, ""},
	"CHAR": {"CHAR", 1, "VARYING"}, "CHARACTER": {"CHAR", 1, "VARYING"}, "VARCHAR": {"VARCHAR", 1, ""},
	"STRING": {"VARCHAR", 0, ""}, "TEXT": {"VARCHAR", 0, ""},
	"BINARY": {"BINARY", 1, "VARYING"}, "VARBINARY": {"VARBINARY", 1, ""},
	"BYTES": {"VARBINARY", 0, ""}, "BLOB": {"VARBINARY", 0, ""},
	"DATE": {"DATE", 0, ""}, "TIME": {"TIME", 1, ""}, "TIMESTAMP": {"TIMESTAMP", 1, ""},
	"DATETIME": {"TIMESTAMP", 1, ""}, "JSON": {"JSON", 0, ""},
	"ARRAY": {"ARRAY", 0, ""}, "ROW": {"ROW", 0, ""}, "INTERVAL": {"INTERVAL", 0, ""},
}

// typeNames lists the types for suggestions, the usual ones first.
func typeNames() []string {
	return []string{"BIGINT", "INTEGER", "VARCHAR", "DOUBLE", "TIMESTAMP", "DECIMAL", "BOOLEAN", "SMALLINT",
		"TINYINT", "REAL", "FLOAT", "CHAR", "BINARY", "VARBINARY", "DATE", "TIME", "DATETIME", "JSON", "ARRAY",
		"ROW", "INT", "STRING", "TEXT", "NUMERIC", "BOOL", "BYTES"}
}

// Type reads a type as ast.TypeName prints it, such as the second argument of
// __cast. Names are canonical: INT gives INTEGER, FLOAT gives DOUBLE, CHARACTER
// VARYING and TEXT give VARCHAR, DATETIME gives TIMESTAMP, SIGNED gives BIGINT.
func Type(text string) (ast.TypeName, error) {
	src := &diag.Source{Name: "type", Text: text}
	toks, err := lex.Tokens(src)
	if err != nil {
		return ast.TypeName{}, err
	}
	c, err := newCursor(src, toks)
	if err != nil {
		return ast.TypeName{}, err
	}
	t, err := c.typeName()
	if err == nil && !c.done() {
		err = c.syntax("end of the type")
	}
	return t, err
}

// typeName reads a type.
func (c *cursor) typeName() (ast.TypeName, error) {
	t := c.cur()
	sh, ok := types[strings.ToUpper(t.Text)]
	if t.Kind != lex.Word || !ok {
		return ast.TypeName{}, c.unknownType(t)
	}
	c.accept(strings.ToUpper(t.Text))
	out := ast.TypeName{Name: sh.canonical, At: t.At}
	if sh.second != "" && c.accept(sh.second) && sh.second == "VARYING" {
		out.Name = "VAR" + out.Name
	}
	var err error
	switch out.Name {
	case "ARRAY":
		out.Elem, err = c.elementType(t)
	case "ROW":
		out.Fields, err = c.members(t)
	default:
		out.Args, err = c.typeArgs(t, sh)
	}
	if err != nil {
		return out, err
	}
	if c.half && c.depth == 0 {
		return out, c.errorf(diag.Syntax, c.cur().At, "one > of >> closes nothing")
	}
	out.At.End = c.toks[c.pos-1].At.End
	return out, c.afterType(out)
}

func (c *cursor) unknownType(t lex.Token) error {
	if t.Kind != lex.Word {
		return c.syntax("a type")
	}
	upper := strings.ToUpper(t.Text)
	if upper == "UNSIGNED" {
		return c.errorf(diag.Unsupported, t.At, "unsigned types are not supported").WithHint("use BIGINT or DECIMAL(20, 0)")
	}
	err := c.errorf(diag.Type, t.At, "unknown type %q", t.Text)
	if s, ok := diag.Suggest(t.Text, typeNames()); ok {
		return err.WithHint("did you mean %s?", s)
	}
	return err.WithHint("the types are BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL, CHAR, VARCHAR, " +
		"BINARY, VARBINARY, DATE, TIME, TIMESTAMP, JSON, ARRAY and ROW")
}

// afterType refuses what other dialects write after a type.
func (c *cursor) afterType(t ast.TypeName) error {
	at := diag.Span{Start: c.cur().At.Start, End: c.ahead(1).At.End}
	switch {
	case c.cur().Is("UNSIGNED"):
		return c.errorf(diag.Unsupported, c.cur().At, "unsigned types are not supported").WithHint("use BIGINT or DECIMAL(20, 0)")
	case c.cur().Is("ZEROFILL"):
		return c.errorf(diag.Unsupported, c.cur().At, "ZEROFILL is not supported")
	case c.cur().IsAny("WITH", "WITHOUT") && c.ahead(1).IsAny("TIME", "LOCAL"):
		return c.errorf(diag.Unsupported, at, "%s %s TIME ZONE is not supported: times are UTC", t.Name, strings.ToUpper(c.cur().Text))
	case c.cur().Is("CHARACTER") && c.ahead(1).Is("SET"):
		return c.errorf(diag.Unsupported, at, "character sets are not supported: text is UTF-8")
	}
	return nil
}

// typeArgs reads (n) or (n, m).
func (c *cursor) typeArgs(name lex.Token, sh shape) ([]int, error) {
	open := c.cur()
	if !open.Is("(") {
		return nil, nil
	}
	if sh.args == 0 {
		return nil, c.errorf(diag.Type, open.At, "type %s takes no length", strings.ToUpper(name.Text))
	}
	c.accept("(")
	var out []int
	for {
		t := c.cur()
		n, err := strconv.Atoi(t.Text)
		if t.Kind != lex.Number || err != nil {
			return nil, c.syntax("a whole number")
		}
		c.step()
		if out = append(out, n); len(out) > sh.args {
			return nil, c.errorf(diag.Type, t.At, "type %s takes at most %d numbers", strings.ToUpper(name.Text), sh.args)
		}
		if c.accept(")") {
			return out, c.checkArgs(sh.canonical, out, t)
		}
		if !c.accept(",") {
			return nil, c.syntax(",", ")")
		}
	}
}

// checkArgs holds lengths and precisions against the limits of the types.
func (c *cursor) checkArgs(name string, args []int, last lex.Token) error {
	switch {
	case name == "DECIMAL" && (args[0] < 1 || args[0] > 38):
		return c.errorf(diag.Type, last.At, "the precision of DECIMAL is 1 to 38, not %d", args[0])
	case name == "DECIMAL" && len(args) == 2 && args[1] > args[0]:
		return c.errorf(diag.Type, last.At, "the scale of DECIMAL is at most its precision %d, not %d", args[0], args[1])
	case (name == "TIMESTAMP" || name == "TIME") && args[0] > 6:
		return c.errorf(diag.Type, last.At, "the precision of %s is 0 to 6 digits of a second, not %d", name, args[0])
	case strings.HasSuffix(name, "CHAR") && args[0] < 1:
		return c.errorf(diag.Type, last.At, "the length of %s is at least 1", name)
	}
	return nil
}

// open takes the < of a nested type.
func (c *cursor) open(name lex.Token) error {
	if !c.cur().Is("<") {
		err := c.syntaxAt(c.cur(), "<")
		return err.WithHint("write %s", map[bool]string{true: "ARRAY<type>", false: "ROW<name type, ...>"}[name.Is("ARRAY")])
	}
	c.toks[c.pos].Role = lex.Tight
	c.pos++
	return nil
}

// close takes a >, which may be half of >>.
func (c *cursor) close() error {
	t := &c.toks[c.pos]
	if !t.IsAny(">", ">>") {
		return c.syntax(",", ">")
	}
	t.Role = lex.Tight
	if c.half = t.Is(">>") && !c.half; !c.half {
		c.pos++
	}
	return nil
}

func (c *cursor) elementType(name lex.Token) (*ast.TypeName, error) {
	if err := c.open(name); err != nil {
		return nil, err
	}
	elem, err := c.nested()
	if err != nil {
		return nil, err
	}
	return &elem, c.close()
}

// nested reads a type within a type.
func (c *cursor) nested() (ast.TypeName, error) {
	if c.depth++; c.depth > maxBrackets {
		return ast.TypeName{}, c.errorf(diag.Syntax, c.cur().At, "types are nested more than %d deep", maxBrackets)
	}
	t, err := c.typeName()
	c.depth--
	return t, err
}

// members reads <a BIGINT, b VARCHAR>.
func (c *cursor) members(name lex.Token) ([]ast.Column, error) {
	if err := c.open(name); err != nil {
		return nil, err
	}
	var out []ast.Column
	for {
		member, err := c.ident("a member name")
		if err != nil {
			return nil, err
		}
		typ, err := c.nested()
		if err != nil {
			return nil, err
		}
		out = append(out, ast.Column{Name: member, Type: typ})
		if !c.accept(",") {
			if err := c.distinct(out); err != nil {
				return nil, err
			}
			return out, c.close()
		}
	}
}
