package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// show reads SHOW STREAMS | TABLES | PUMPS | VIEWS | FUNCTIONS [LIKE 'pattern'].
func (c *cursor) show() (ast.Statement, error) {
	start := c.pos
	c.accept("SHOW")
	st := &ast.Show{}
	switch {
	case c.accept("STREAMS"):
		st.Kind = ast.StreamObject
	case c.accept("TABLES"):
		st.Kind = ast.TableObject
	case c.accept("PUMPS"):
		st.Kind = ast.PumpObject
	case c.accept("VIEWS"):
		st.Kind = ast.ViewObject
	case c.accept("FUNCTIONS"):
		st.Kind = ast.FunctionObject
	default:
		return nil, c.refuseShow()
	}
	if c.accept("LIKE") {
		pattern := c.cur()
		var err error
		if st.Like, err = c.stringLiteral("a pattern in single quotes"); err != nil {
			return nil, err
		}
		if st.Like == "" {
			return nil, c.errorf(diag.Invalid, pattern.At, "the pattern is empty").WithHint("'%%' matches everything")
		}
	}
	if !c.done() {
		return nil, c.missing("LIKE", "end of statement")
	}
	st.Base = c.base(start)
	return st, nil
}

// refuseShow is the error for what else SHOW shows elsewhere.
func (c *cursor) refuseShow() error {
	t := c.cur()
	if t.IsAny("DATABASES", "SCHEMAS", "COLUMNS", "INDEX", "INDEXES", "CREATE", "VARIABLES", "STATUS",
		"PROCESSLIST", "FIELDS", "KEYS", "GRANTS", "WARNINGS", "ERRORS", "FULL", "GLOBAL", "SESSION", "TABLE", "ENGINES") {
		return c.errorf(diag.Unsupported, t.At, "SHOW %s is not supported", strings.ToUpper(t.Text)).
			WithHint("there are SHOW STREAMS, SHOW TABLES, SHOW PUMPS, SHOW VIEWS and SHOW FUNCTIONS; DESCRIBE name shows columns")
	}
	return c.missing("STREAMS", "TABLES", "PUMPS", "VIEWS", "FUNCTIONS")
}
