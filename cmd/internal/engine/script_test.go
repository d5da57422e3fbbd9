package engine_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/rogpeppe/go-internal/txtar"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

var rewrite = flag.Bool("rewrite", false, "write the results of testdata/*.test instead of comparing them")

// configuration is one way to run a script; all ways must give one answer.
type configuration struct {
	parallelism, batchRows int
	rules                  bool
}

func (c configuration) String() string {
	return fmt.Sprintf("parallelism=%d,batch=%d,rules=%t", c.parallelism, c.batchRows, c.rules)
}

var configurations = []configuration{
	{1, 4096, true}, {1, 1, true}, {3, 7, true}, {1, 4096, false}, {3, 4096, false},
}

// TestScripts runs testdata/*.test, each a txtar archive
// (https://pkg.go.dev/github.com/rogpeppe/go-internal/txtar): the comment tells
// what it shows, and may hold the line "ordered" (compare rows in order; without
// it they are sorted) or "folded" (compare what changes come to) and "only <configuration prefix>: reason". Its files:
//
//	app.sql   the script; $DIR is the folder of the input files
//	want      what it prints as JSON lines, or its error
//	warnings  what it prints on standard error, sorted; absent: nothing
//	others    input files
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.test")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".test"), func(t *testing.T) {
			t.Parallel()
			runScript(t, path)
		})
	}
}

func runScript(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		got, warnings := execute(t, archive, configurations[0])
		set(archive, "want", got)
		set(archive, "warnings", warnings)
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	chosen := slices.DeleteFunc(slices.Clone(configurations), func(c configuration) bool { return !applies(archive, c) })
	if len(chosen) == 0 {
		t.Fatal("no configuration fits the line \"only\"")
	}
	for _, c := range chosen {
		t.Run(c.String(), func(t *testing.T) {
			got, warnings := execute(t, archive, c)
			compare(t, "want", got, file(archive, "want"))
			compare(t, "warnings", warnings, file(archive, "warnings"))
		})
	}
}

func compare(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n--- got\n%s--- want\n%s", what, got, want)
	}
}

// execute runs a script in a folder of its own and returns what it printed.
func execute(t *testing.T, archive *txtar.Archive, c configuration) (out, warnings string) {
	dir := t.TempDir()
	for _, f := range archive.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	cfg := engine.Config{
		Parallelism: c.parallelism, BatchRows: c.batchRows, Alloc: alloc, Stdin: strings.NewReader(file(archive, "stdin")),
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	if !c.rules {
		cfg.Disabled = engine.Rules()
	}
	var stdout bytes.Buffer
	cfg.Stdout = &stdout
	lines := run(t, cfg, strings.ReplaceAll(file(archive, "app.sql"), "$DIR", dir), &stdout)
	result := strings.ReplaceAll(stdout.String(), dir, "$DIR")
	switch comment := string(archive.Comment); {
	case strings.Contains(comment, "\nfolded"):
		result = folded(result)
	case !strings.Contains(comment, "\nordered"):
		result = sorted(result)
	}
	return result, sorted(strings.ReplaceAll(strings.Join(lines, ""), dir, "$DIR"))
}

// run runs a script and returns its warnings; an error goes to stdout.
func run(t *testing.T, cfg engine.Config, text string, stdout *bytes.Buffer) (warnings []string) {
	e, err := engine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.OnWarning(func(s string) { warnings = append(warnings, s+"\n") })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	writer := &engine.Writer{W: stdout, Format: jsonLines}
	if err := e.RunScript(ctx, &diag.Source{Name: "app.sql", Text: text}, writer); err != nil {
		fmt.Fprintln(stdout, err)
	}
	return warnings
}

func jsonLines(w io.Writer, schema *batch.Schema, changes bool) (format.Encoder, error) {
	return encode.New("jsonl", w, schema, format.EncodeOptions{Changes: changes})
}

func sorted(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func file(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(a *txtar.Archive, name, text string) {
	for i, f := range a.Files {
		if f.Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	if text != "" {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	}
}

// applies reports whether the script is about c: a script whose results are those
// of one configuration says so.
func applies(a *txtar.Archive, c configuration) bool {
	for line := range strings.Lines(string(a.Comment)) {
		if rest, ok := strings.CutPrefix(line, "only "); ok {
			prefix, _, _ := strings.Cut(rest, ":")
			return strings.HasPrefix(c.String(), prefix)
		}
	}
	return true
}
