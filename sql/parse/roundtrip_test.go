package parse

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// corpus is the input of all goldens.
func corpus(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases(string(data)) {
			out = append(out, c.input)
		}
	}
	return out
}

// checkRoundTrip fails unless printing is stable and parses to an equal
// statement.
func checkRoundTrip(t testing.TB, input string) bool {
	all, err := Script(&diag.Source{Name: "t", Text: input})
	if err != nil {
		var e *diag.Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: the error is a %T", input, err)
		}
		if e.Span.Start < 0 || e.Span.End > len(input) || e.Span.Start > e.Span.End {
			t.Fatalf("%q: span %v", input, e.Span)
		}
		_ = e.Error()
		return false
	}
	for _, st := range all {
		checkStatement(t, st)
	}
	return true
}

func checkStatement(t testing.TB, st ast.Statement) {
	text := st.String()
	again, err := Statement(&diag.Source{Name: "t", Text: text})
	if err != nil {
		t.Fatalf("%q prints as %q, which fails: %v", st.Source().Text, text, err)
	}
	if again.String() != text {
		t.Fatalf("%q prints as %q, then as %q", st.Source().Text, text, again.String())
	}
	if a, b := dump(st), dump(again); !slices.Equal(a, b) {
		t.Fatalf("%q prints as %q, which differs:\n%s\n----\n%s", st.Source().Text, text, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// TestRoundTrip holds that print-then-parse gives an equal statement.
func TestRoundTrip(t *testing.T) {
	parsed := 0
	for _, input := range corpus(t) {
		if checkRoundTrip(t, input) {
			parsed++
		}
	}
	if parsed < 70 {
		t.Fatalf("only %d inputs parse", parsed)
	}
}

// TestMutations cuts, doubles and swaps tokens of the corpus: no panic, every
// error points into the text, and what parses prints stably.
func TestMutations(t *testing.T) {
	for _, input := range corpus(t) {
		words := strings.Fields(input)
		for i := range words {
			cut := slices.Delete(slices.Clone(words), i, i+1)
			checkRoundTrip(t, strings.Join(cut, " "))
			twice := slices.Insert(slices.Clone(words), i, words[i])
			checkRoundTrip(t, strings.Join(twice, " "))
			checkRoundTrip(t, strings.Join(words[:i], " "))
			if i > 0 {
				swapped := slices.Clone(words)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				checkRoundTrip(t, strings.Join(swapped, " "))
			}
		}
	}
}

// FuzzScript holds that no bytes make the parser panic.
func FuzzScript(f *testing.F) {
	for _, input := range corpus(f) {
		f.Add(input)
	}
	f.Fuzz(func(t *testing.T, input string) { checkRoundTrip(t, input) })
}
