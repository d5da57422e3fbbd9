package parse

import (
	"fmt"
	"strings"
	"testing"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

func query(t *testing.T, text string) *ast.Query {
	t.Helper()
	st, err := Statement(&diag.Source{Name: "t", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return st.(*ast.Select).Query
}

// TestFieldSpans holds that the span of a select field's expression is its
// source text.
func TestFieldSpans(t *testing.T) {
	for _, field := range []string{
		"a", `"a b"`, "t.a", "a.b.c.d.e", "x[1]", "x[i + 1].y", "1", "'it''s'", "X'41'", "-a", "- 1", "NOT a", "!a",
		"a + b * 2", "(a + b) * (c)", "a || b || 'x'", "concat(a) || b", "f()", "f(a, (b))", "COUNT(*)",
		"COUNT(DISTINCT a)", "SUM(a) FILTER (WHERE b > 1)", "SUM(a) FILTER (WHERE b > 1) OVER (ORDER BY c)", "SUM(a) OVER w",
		"SUM(a) OVER (PARTITION BY b ORDER BY c RANGE INTERVAL '1' DAY PRECEDING)", "CAST(a AS DECIMAL(10, 2))",
		"TRY_CAST(a AS ARRAY<INT>)", "CONVERT(a, SIGNED)", "a IS NULL", "a IS NOT NULL", "a IS NOT TRUE", "a IN (1, (2))", "a NOT IN (1)",
		"a BETWEEN 1 AND b + 2", "a NOT BETWEEN 1 AND 2", "a LIKE 'x' ESCAPE '!'", "a NOT LIKE b", "a REGEXP 'x'",
		"CASE WHEN a THEN CASE b WHEN 1 THEN 2 END END", "DATE '2024-01-01'", "TIMESTAMP '2024-01-01 00:00:00'",
		"CURRENT_TIMESTAMP", "now()", "INTERVAL '1:30' MINUTE TO SECOND(3)", "INTERVAL -10 DAY", "ts - INTERVAL '1' DAY",
		"STEP(ts BY INTERVAL '10' SECOND)", "FLOOR(ts TO MINUTE)", "EXTRACT(HOUR FROM ts)", "TRIM(LEADING 'x' FROM a)",
		"a -> '$.x'", "a ->> '$.x'", "MOD(a, 2)", "a MOD 2", "a DIV b", "IF(a, b, c)", "DATE_ADD(a, INTERVAL 1 DAY)",
		"FIRST_VALUE(a)", "(a)", "((a))", "TRUE", "NULL", "a = b", "a <=> b", "f(a) + g(b)", "GROUP_CONCAT(a ORDER BY b SEPARATOR ',')",
		"SUBSTRING(a FROM 1 FOR 2)", "a AND b OR c", "a XOR b", "~a", "a << 2", "json_extract(a, 'x')", "x'41'",
	} {
		text := "SELECT 1 AS one,  " + field + "  AS q FROM t WINDOW w AS (ORDER BY a)"
		q := query(t, text)
		at := q.Map.Span(q.Fields()[1].Expr)
		if got := text[at.Start:at.End]; got != field {
			t.Errorf("span of %s is %s", field, got)
		}
		if got := ast.FieldText(q, 1); got != field {
			t.Errorf("text of %s is %s", field, got)
		}
		whole := q.Map.Span(q.Fields()[1])
		if got := text[whole.Start:whole.End]; got != field+"  AS q" {
			t.Errorf("span of the field %s is %s", field, got)
		}
	}
}

// TestFieldText holds that comments and white space do not count.
func TestFieldText(t *testing.T) {
	q := query(t, "SELECT a /* x */ +\n\t1, count( * ), t.* FROM s t UNION ALL SELECT 1, 2, 3")
	for i, want := range []string{"a + 1", "count( * )", "*"} {
		if got := ast.FieldText(q, i); got != want {
			t.Errorf("field %d is %q, want %q", i, got, want)
		}
	}
}

type spans struct {
	q   *ast.Query
	out []string
}

// Enter implements tidb.Visitor.
func (s *spans) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n.(type) {
	case *tidb.TableName, *tidb.PositionExpr, *tidb.ByItem, *tidb.ColumnName:
		at := s.q.Map.Span(n)
		s.out = append(s.out, fmt.Sprintf("%T %s", n, s.q.Src.Text[at.Start:at.End]))
	}
	return n, false
}

// Leave implements tidb.Visitor.
func (s *spans) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }

// TestNodeSpans holds that nodes to which TiDB gives no place have one.
func TestNodeSpans(t *testing.T) {
	q := query(t, `WITH c AS (SELECT "x y" FROM "s 1") SELECT t.*, a FROM TUMBLE(s, ts, INTERVAL '1' DAY) t GROUP BY 2, b, 7 ORDER BY 1 DESC, 2`)
	star := q.Map.Span(q.Fields()[0].WildCard)
	if got := q.Src.Text[star.Start:star.End]; got != "t.*" {
		t.Errorf("the span of t.* is %s", got)
	}
	s := &spans{q: q}
	q.Node.Accept(s)
	got := strings.Join(s.out, "\n")
	want := `*ast.ColumnName "x y"
*ast.TableName "s 1"
*ast.ColumnName a
*ast.TableName TUMBLE(s, ts, INTERVAL '1' DAY)
*ast.ByItem 2
*ast.PositionExpr 2
*ast.ByItem b
*ast.ColumnName b
*ast.ByItem 7
*ast.PositionExpr 7
*ast.ByItem 1
*ast.PositionExpr 1
*ast.ByItem 2
*ast.PositionExpr 2`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSource holds that offsets in the rewritten text lead back.
func TestSource(t *testing.T) {
	text := "SELECT STREAM a, INTERVAL '10' SECOND, bcd FROM s"
	m := query(t, text).Map.(*mapping)
	for _, c := range []struct{ in, want string }{{"bcd", "bcd"}, {"cd", "cd"}, {"__interval", "INTERVAL"}, {"'SECOND'", "SECOND"}, {"FROM", "FROM"}} {
		off := strings.Index(m.text, c.in)
		if got := text[m.Source(off):]; off < 0 || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s leads to %s", c.in, got)
		}
	}
}
