package parse

import (
	"strings"
	"testing"

	"kinesql/sql/diag"
)

// TestLimits holds that deep and long statements fail with a clear error.
func TestLimits(t *testing.T) {
	r := strings.Repeat
	for _, c := range []struct{ name, text, want string }{
		{"brackets", "SELECT " + r("(", 300) + "1" + r(")", 300), "brackets are nested more than 200 deep"},
		{"brackets allowed", "SELECT " + r("(", 190) + "1" + r(")", 190), ""},
		{"not", "SELECT " + r("NOT ", 100000) + "a", "the expression is nested more than 2000 deep"},
		{"minus", "SELECT " + r("- ", 100000) + "a", "the expression is nested more than 2000 deep"},
		{"sum", "SELECT a" + r("+a", 50000), "the expression is nested more than 2000 deep"},
		{"sum allowed", "SELECT a" + r("+a", 1500), ""},
		{"case", "SELECT " + r("CASE WHEN ", 5000) + "a" + r(" THEN 1 END", 5000), "the expression is nested more than 2000 deep"},
		{"members", "SELECT a" + r(".b", 5000), "the expression is nested more than 2000 deep"},
		{"wide", "SELECT 1" + r(", 1", 20000), ""},
		{"types", "SELECT CAST(a AS " + r("ARRAY<", 300) + "INT" + r(">", 300) + ")", "types are nested more than 200 deep"},
		{"size", "SELECT '" + r("x", 1<<20) + "'", "the statement has 1048585 bytes, more than 1048576"},
		{"open", "SELECT " + r("(", 100000), "brackets are nested more than 200 deep"},
		{"elements", "SELECT a" + r("[1]", 5000), "the expression is nested more than 2000 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Statement(&diag.Source{Name: "t", Text: c.text})
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Fatalf("%.200v, want %s", err, c.want)
			}
		})
	}
}
