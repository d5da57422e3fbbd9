package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// explain reads EXPLAIN statement and EXPLAIN WINDOW pump.
func (c *cursor) explain() (ast.Statement, error) {
	start := c.pos
	c.accept("EXPLAIN")
	t := c.cur()
	if t.IsAny("ANALYZE", "FORMAT", "EXTENDED", "PARTITIONS", "VERBOSE", "FOR", "PLAN", "EXPLORE") {
		return nil, c.errorf(diag.Unsupported, t.At, "EXPLAIN %s is not supported", strings.ToUpper(t.Text)).
			WithHint("write EXPLAIN SELECT ...")
	}
	if t.Is("WINDOW") {
		return c.explainWindow(start)
	}
	target, err := c.explained()
	if err != nil {
		return nil, err
	}
	return &ast.Explain{Base: c.base(start), Target: target}, nil
}

// explainWindow reads WINDOW pump.
func (c *cursor) explainWindow(start int) (ast.Statement, error) {
	c.accept("WINDOW")
	name, err := c.objectName("pump")
	if err != nil {
		return nil, err
	}
	if !c.done() {
		return nil, c.syntax("end of statement")
	}
	return &ast.ExplainWindow{Base: c.base(start), Pump: name}, nil
}

// explained reads the statement that is explained.
func (c *cursor) explained() (ast.Statement, error) {
	t, next := c.cur(), c.ahead(1)
	switch {
	case t.IsAny("SELECT", "WITH", "(", "INSERT"):
	case t.Is("CREATE") && !next.Is("STREAM") && !(next.Is("OR") && c.ahead(3).Is("STREAM")):
	case t.IsName() && next.Kind == lex.End:
		return nil, c.errorf(diag.Unsupported, t.At, "EXPLAIN of an object is not supported").
			WithHint("write DESCRIBE %s", identOf(t))
	default:
		return nil, c.syntaxAt(t, "SELECT", "INSERT", "CREATE PUMP", "CREATE VIEW")
	}
	return c.statement()
}
