package main

import (
	"errors"
	"strings"
	"testing"

	"kinesql/sql/diag"
)

// TestPlace finds the script that an error of joined ones is in.
func TestPlace(t *testing.T) {
	scripts := []*diag.Source{{Name: "a.sql", Text: "one\ntwo;"}, {Name: "b.sql", Text: ""}, {Name: "c.sql", Text: "\nthree"}}
	all := join(scripts)
	for word, want := range map[string]string{"one": "a.sql:1:1: ", "two": "a.sql:2:1: ", "three": "c.sql:2:1: "} {
		i := strings.Index(all.Text, word)
		err := place(diag.Errorf(diag.Syntax, all, diag.Span{Start: i, End: i + len(word)}, "x"), scripts)
		if got := err.Error(); !strings.HasPrefix(got, want) || !strings.Contains(got, "  "+word) || strings.Count(got, "~") != len(word)-1 {
			t.Errorf("%s: got %s", word, got)
		}
	}
	if other := errors.New("x"); place(other, scripts) != other {
		t.Error("another error was changed")
	}
}
