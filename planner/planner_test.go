package planner_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/planner"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

var rewriteGoldens = flag.Bool("rewrite", false, "write what comes out into testdata")

// fake is a connector that describes streams and reads nothing.
type fake struct {
	name       string
	bounded    bool
	sources    int
	needsPath  bool
	appendOnly bool
}

func (f fake) Name() string { return f.name }

func (f fake) Describe(spec connectors.Spec) (connectors.Description, error) {
	d := connectors.Description{
		Schema: spec.Schema, CanRead: true, CanWrite: true, Bounded: f.bounded, MaxSources: f.sources, AppendOnly: f.appendOnly,
		Kept: f.name == "memory", EndsWithWriters: f.name == "memory",
	}
	if f.needsPath {
		if _, err := spec.Options.Require("path"); err != nil {
			return d, err
		}
		format, err := spec.Options.Enum("format", "json", "json", "csv", "combined")
		if err != nil {
			return d, err
		}
		if format == "combined" && spec.Schema == nil {
			d.Time = "time"
			d.Schema = batch.NewSchema(
				batch.Field{Name: "time", Type: batch.Of(batch.Timestamp)},
				batch.Field{Name: "path", Type: batch.Of(batch.Varchar)},
				batch.Field{Name: "status", Type: batch.Of(batch.Integer)},
			)
		}
	}
	d.CanWrite = f.name != "readonly"
	d.CanRead = f.name != "blackhole"
	return d, nil
}

func (f fake) Source(connectors.SourceSpec) (operators.Source, error) { return nil, io.EOF }
func (f fake) Sink(connectors.SinkSpec) (operators.Sink, error)       { return nil, io.EOF }

func fakes() []connectors.Connector {
	return []connectors.Connector{
		fake{name: "memory", bounded: true, sources: 1},
		fake{name: "file", bounded: true, sources: 4, needsPath: true},
		fake{name: "live", sources: 2},
		fake{name: "readonly", bounded: true, sources: 1},
		fake{name: "blackhole", bounded: true, sources: 1, appendOnly: true},
	}
}

// answer is what a statement prints: a table, a message, a plan, an error.
func answer(p *planner.Planner, st ast.Statement) string {
	plan, err := p.Plan(st)
	if err != nil {
		return err.Error() + "\n"
	}
	if plan.Kind == planner.Rows {
		var b strings.Builder
		for _, row := range plan.Table {
			b.WriteString(strings.Join(row, " | ") + "\n")
		}
		return b.String()
	}
	if plan.Kind == planner.Change || plan.Name != "" {
		return plan.Message + "\n"
	}
	return plan.Explain()
}

// run answers the statements of a text.
func run(t *testing.T, p *planner.Planner, text string) string {
	t.Helper()
	src := &diag.Source{Name: "test", Text: text}
	statements, err := parse.Script(src)
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	for _, st := range statements {
		b.WriteString(answer(p, st))
	}
	return b.String()
}

// directive reads a block such as "# parallelism 3 rule1 rule2": what is switched off.
func directive(t *testing.T, block string) (planner.Options, bool) {
	words := strings.Fields(block)
	if len(words) < 3 || words[0] != "#" || words[1] != "parallelism" {
		return planner.Options{}, false
	}
	n, err := strconv.Atoi(words[2])
	if err != nil {
		t.Fatal(err)
	}
	o := planner.Options{Parallelism: n, Connectors: fakes(), Disabled: map[string]bool{}}
	for _, w := range words[3:] {
		o.Disabled[w] = true
	}
	return o, true
}

// TestGoldens runs the scripts of testdata: statements, a line of four dashes,
// what they answer, a blank line. A block "# parallelism N [RULE ..]" makes a new
// planner with some rules off.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test"), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := planner.New(planner.Options{Parallelism: 1, Connectors: fakes()})
	var out []string
	for _, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		if o, ok := directive(t, block); ok {
			p = planner.New(o)
			out = append(out, block+"\n")
			continue
		}
		input, want, _ := strings.Cut(block+"\n", "----\n")
		got := run(t, p, input)
		if !*rewriteGoldens && got != want {
			t.Errorf("%s:\n%s----\n%s\nwant\n%s", file, input, got, want)
		}
		out = append(out, input+"----\n"+got)
	}
	if *rewriteGoldens {
		if err := os.WriteFile(file, []byte(strings.Join(out, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
