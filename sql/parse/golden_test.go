package parse

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

var rewrite = flag.Bool("rewrite", false, "write the outputs into testdata")

// TestGolden runs testdata/*.test: input, "----", output, a blank line. Files
// that start with tidb_ show the rewritten text, the others the printed
// statements; both show errors as users see them.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	show := printed
	if strings.HasPrefix(filepath.Base(file), "tidb_") {
		show = rewritten
	}
	var out strings.Builder
	for i, c := range cases(string(data)) {
		got := show(c.input)
		if got != c.want && !*rewrite {
			t.Errorf("case %d\n%s\n---- got\n%s\n---- want\n%s", i+1, c.input, got, c.want)
		}
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "%s\n----\n%s\n", c.input, got)
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type goldenCase struct{ input, want string }

// cases splits a file; inputs without output, with blank lines between, may end
// it for -rewrite.
func cases(data string) []goldenCase {
	var out []goldenCase
	for len(strings.TrimSpace(data)) > 0 {
		input, rest, ok := strings.Cut(data, "\n----\n")
		if !ok {
			for line := range strings.SplitSeq(strings.TrimSpace(data), "\n\n") {
				out = append(out, goldenCase{input: line})
			}
			return out
		}
		want, next, _ := strings.Cut(rest, "\n\n")
		out = append(out, goldenCase{strings.Trim(input, "\n"), strings.TrimRight(want, "\n")})
		data = next
	}
	return out
}

func printed(input string) string {
	all, err := Script(&diag.Source{Name: "test.sql", Text: input})
	if err != nil {
		return err.Error()
	}
	lines := make([]string, len(all))
	for i, st := range all {
		lines[i] = st.String() + ";"
	}
	return strings.Join(lines, "\n")
}

// rewritten shows what TiDB was given.
func rewritten(input string) string {
	st, err := Statement(&diag.Source{Name: "test.sql", Text: input})
	if err != nil {
		return err.Error()
	}
	return strings.Join(dump(st), "\n")
}

// dump lists the parts of a statement without positions; equal statements give
// equal dumps.
func dump(st ast.Statement) []string {
	switch st := st.(type) {
	case *ast.Select:
		return dumpQuery(st.Query)
	case *ast.Insert:
		return append([]string{fmt.Sprintf("insert %s %s", st.Stream, names(st.Columns))}, dumpQuery(st.Query)...)
	case *ast.CreatePump:
		head := fmt.Sprintf("pump %s replace=%t if=%t stopped=%t %q", st.Name, st.OrReplace, st.IfNotExists, st.Stopped, st.Description)
		return append([]string{head}, dump(st.Insert)...)
	case *ast.CreateView:
		head := fmt.Sprintf("view %s %s replace=%t if=%t", st.Name, names(st.Columns), st.OrReplace, st.IfNotExists)
		return append([]string{head}, dumpQuery(st.Query)...)
	case *ast.Explain:
		return append([]string{"explain"}, dump(st.Target)...)
	case *ast.CreateStream:
		return dumpStream(st)
	case *ast.Show:
		return []string{fmt.Sprintf("show %s like %q", st.Kind, st.Like)}
	case *ast.Describe:
		return []string{fmt.Sprintf("describe %s %s", st.Kind, st.Name)}
	case *ast.Drop:
		return []string{fmt.Sprintf("drop %s %s if=%t", st.Kind, st.Name, st.IfExists)}
	}
	return []string{fmt.Sprintf("%T", st)}
}

func names(ids []ast.Ident) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func dumpStream(st *ast.CreateStream) []string {
	out := []string{fmt.Sprintf("stream %s replace=%t if=%t %q", st.Name, st.OrReplace, st.IfNotExists, st.Description)}
	for _, c := range st.Columns {
		out = append(out, fmt.Sprintf("column %s %s", c.Name, c.Type))
	}
	if w := st.Watermark; w != nil {
		out = append(out, fmt.Sprintf("watermark %s %s", w.Column, text(w.Expr.Map)))
	}
	for _, o := range st.Options {
		out = append(out, fmt.Sprintf("option %s = %q", o.Key, o.Value))
	}
	return out
}

// text is the rewritten text, with keywords in upper case.
func text(m ast.Map) string {
	var b strings.Builder
	for i, p := range m.(*mapping).pieces {
		if i > 0 && !p.glue {
			b.WriteByte(' ')
		}
		if upper := strings.ToUpper(p.text); isReserved(upper) {
			b.WriteString(upper)
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func dumpQuery(q *ast.Query) []string {
	out := []string{text(q.Map)}
	if q.Stream {
		out = append(out, "stream")
	}
	for i := range len(q.TableFunctions) {
		name := fmt.Sprintf("__tvf%d", i+1)
		fn := q.TableFunctions[name]
		line := fmt.Sprintf("%s = %s table=%s time=%s", name, fn.Name, fn.Table, fn.Time)
		if fn.Clock {
			line += "PROCTIME()"
		}
		for _, k := range fn.Partition {
			line += " by=" + k.String()
		}
		for _, a := range fn.Args {
			line += " " + a.Name.Name + text(a.Map)
		}
		out = append(out, line)
		if fn.Query != nil {
			for _, l := range dumpQuery(fn.Query) {
				out = append(out, "  "+l)
			}
		}
	}
	if e := q.Emit; e != nil {
		line := fmt.Sprintf("emit %d", e.Mode)
		if e.Every.Node != nil {
			line += " " + text(e.Every.Map)
		}
		out = append(out, line)
	}
	return out
}
