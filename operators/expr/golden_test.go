package expr

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/operators/batch"
)

var rewrite = flag.Bool("rewrite", false, "write the results into testdata instead of comparing")

// TestGolden evaluates testdata/*.test: lines of an expression, "=>" and its value
// as text, its fault, or the error of the statement. Each expression is also
// folded, and must come to the same.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { goldenFile(t, file) })
	}
}

func goldenFile(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		text, want, _ := strings.Cut(line, " => ")
		if text == "" || strings.HasPrefix(text, "#") {
			out.WriteString(line + "\n")
			continue
		}
		got := strings.ReplaceAll(golden(t, text), "\n", "\\n")
		out.WriteString(text + " => " + got + "\n")
		if !*rewrite && got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func golden(t *testing.T, text string) string {
	n, err := binder{batch.NewSchema()}.parse(text)
	if err != nil {
		return "error: " + err.Error()
	}
	got := evaluate(t, n)
	if folded := evaluate(t, Fold(n)); folded != got {
		t.Errorf("%s: %s, but folded %s", text, got, folded)
	}
	return got + " :: " + n.Type().String()
}
