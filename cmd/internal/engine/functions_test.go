package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/diag"
)

// minFunctions is how many scalar functions users are promised.
const minFunctions = 120

// TestFunctionExamples runs the example of every scalar function through the
// whole engine, as a user would type it.
func TestFunctionExamples(t *testing.T) {
	functions := expr.Functions()
	if len(functions) < minFunctions {
		t.Errorf("%d functions, want at least %d", len(functions), minFunctions)
	}
	for _, f := range functions {
		t.Run(f.Name, func(t *testing.T) {
			if f.Signature == "" || f.Summary == "" {
				t.Error("no signature or no summary")
			}
			got := evaluate(t, "SELECT "+f.Example)
			if f.Deterministic && got != f.Result {
				t.Errorf("%s\n got %s\nwant %s", f.Example, got, f.Result)
			}
			if strings.Contains(got, "error KSQL") {
				t.Errorf("%s: %s", f.Example, got)
			}
		})
	}
}

// evaluate runs a query of one value and returns it as text.
func evaluate(t *testing.T, query string) string {
	t.Helper()
	var out bytes.Buffer
	e, err := engine.New(engine.Config{Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	writer := &engine.Writer{W: &out, Format: cellLines}
	if err := e.RunScript(context.Background(), &diag.Source{Name: "example", Text: query}, writer); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// cells writes one value a line, as people read it.
type cells struct{ w io.Writer }

func cellLines(w io.Writer, _ *batch.Schema, _ bool) (format.Encoder, error) { return cells{w}, nil }

func (c cells) Encode(b batch.Batch) error {
	for i := range b.Rows() {
		fmt.Fprintln(c.w, strings.Join(encode.Cells(b, i), "|"))
	}
	return nil
}

func (c cells) Flush() error { return nil }
func (c cells) Close() error { return nil }
