package expr

import (
	"strings"
	"testing"
	"time"

	"kinesql/operators/batch"
)

func testNow() time.Time { return time.Date(2024, 2, 29, 12, 34, 56, 789012000, time.UTC) }

// TestExamples runs the example of every function and compares with its result.
func TestExamples(t *testing.T) {
	if n := len(Functions()); n < 150 {
		t.Errorf("there are %d functions, want at least 150", n)
	}
	for _, f := range Functions() {
		t.Run(f.Name, func(t *testing.T) {
			n, err := binder{batch.NewSchema()}.parse(f.Example)
			if err != nil {
				t.Fatal(err)
			}
			if got := evaluate(t, n); got != f.Result {
				t.Errorf("%s: got %q, want %q", f.Example, got, f.Result)
			}
			if !strings.Contains(strings.ToUpper(f.Example), f.Name) {
				t.Errorf("example %s does not show the function", f.Example)
			}
			if f.Summary == "" || !strings.HasSuffix(f.Summary, ".") || !strings.HasPrefix(f.Signature, f.Name+"(") {
				t.Errorf("documentation: %q, %q", f.Signature, f.Summary)
			}
		})
	}
}

// TestNames finds no name twice.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, family := range families() {
		for _, f := range family() {
			if seen[f.Name] {
				t.Errorf("%s is defined twice", f.Name)
			}
			seen[f.Name] = true
		}
	}
}
