package parse

import (
	"reflect"
	"strings"
	"testing"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// TestComplete holds which texts a shell sends on.
func TestComplete(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "  -- x\n": true, "SELECT 1": false, "SELECT 1;": true, "SELECT 1; -- x": true, "SELECT 'a;": false,
		"SELECT 'a;';": true, "SELECT /* ;": false, "SELECT 1; SELECT": false, "SELECT \\;": true, `SELECT "a;`: false,
	} {
		if got := Complete(text); got != want {
			t.Errorf("Complete(%q) = %t", text, got)
		}
	}
}

// TestStatement holds that exactly one statement is taken.
func TestStatement(t *testing.T) {
	for text, want := range map[string]string{
		"": "t:1:1: error KSQL-1002: there is no statement", " ; ": "t:1:1: error KSQL-1002: there is no statement",
		"SELECT 1; SELECT 2": "t:1:11: error KSQL-1002: one statement is expected",
	} {
		if _, err := Statement(&diag.Source{Name: "t", Text: text}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestSpan holds that a statement knows its place in a script.
func TestSpan(t *testing.T) {
	text := "SELECT 1 ;\n -- x\n CREATE VIEW v AS\n SELECT 2 -- y\n;"
	all, err := Script(&diag.Source{Name: "t", Text: text})
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	at := all[1].Span()
	if got := text[at.Start:at.End]; got != "CREATE VIEW v AS\n SELECT 2" {
		t.Errorf("the span is %q", got)
	}
	inner := all[1].(*ast.CreateView).Query
	if got := inner.Text(); got != "SELECT 2" {
		t.Errorf("the query is %q", got)
	}
}

// TestType holds that types print as Type reads them.
func TestType(t *testing.T) {
	for _, text := range []string{
		"BIGINT", "DECIMAL(10, 2)", "VARCHAR", "VARCHAR(10)", "TIMESTAMP(3)", "ARRAY<BIGINT>", "ARRAY<ARRAY<ROW<a INTEGER, \"b c\" JSON>>>",
	} {
		typ, err := Type(text)
		if err != nil || typ.String() != text {
			t.Errorf("%s gives %s, %v", text, typ, err)
		}
	}
	if typ, err := Type("double precision"); err != nil || typ.Name != "DOUBLE" {
		t.Error(typ, err)
	}
	for _, text := range []string{"", "FOO", "BIGINT x", "ARRAY<INT>>", "'x"} {
		if typ, err := Type(text); err == nil {
			t.Errorf("%q gives %v", text, typ)
		}
	}
}

// TestCreateStream looks at what the goldens do not show.
func TestCreateStream(t *testing.T) {
	st, err := Statement(&diag.Source{Name: "t", Text: `CREATE STREAM "S x" (a INT, WATERMARK FOR a AS a - 1) WITH (Timestamp.Format='%Y', 'K'=-1.5, b=TRUE)`})
	if err != nil {
		t.Fatal(err)
	}
	cs := st.(*ast.CreateStream)
	var got []string
	for _, o := range cs.Options {
		got = append(got, o.Key, o.Value, cs.Src.Text[o.KeyAt.Start:o.KeyAt.End], cs.Src.Text[o.At.Start:o.At.End])
	}
	want := []string{"timestamp.format", "%Y", "Timestamp.Format", "'%Y'", "k", "-1.5", "'K'", "-1.5", "b", "true", "b", "TRUE"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("options %q", got)
	}
	if cs.Name.Name != "S x" || !cs.Name.Quoted || cs.Columns[0].Type.Name != "INTEGER" {
		t.Errorf("name %+v, columns %+v", cs.Name, cs.Columns)
	}
	at := cs.Watermark.Expr.Map.Span(cs.Watermark.Expr.Node)
	if got := cs.Src.Text[at.Start:at.End]; got != "a - 1" {
		t.Errorf("the watermark is %q", got)
	}
}
