package planner

import (
	"slices"
	"strings"

	"kinesql/operators/aggregate"
	"kinesql/operators/expr"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

func (p *Planner) show(st *ast.Show) (*Plan, error) {
	out := &Plan{Kind: Rows}
	switch st.Kind {
	case ast.StreamObject:
		out.Columns = []string{"name", "connector", "columns", "time", "delay", "description"}
	case ast.TableObject:
		out.Columns = []string{"name", "connector", "columns", "key", "refresh", "description"}
	case ast.ViewObject:
		out.Columns = []string{"name", "columns"}
	case ast.PumpObject:
		out.Columns = []string{"name", "target", "reads", "state", "description"}
	case ast.FunctionObject:
		out.Columns = []string{"name", "signature", "summary", "example"}
		out.Table = matching(functions(), st.Like)
		return out, nil
	default:
		return nil, diag.Errorf(diag.Unsupported, st.Source(), st.Span(), "SHOW %s is not supported yet", st.Kind)
	}
	var rows [][]string
	for _, name := range p.catalog.Names(st.Kind) {
		rows = append(rows, showRow(p.catalog.Exact(name)))
	}
	out.Table = matching(rows, st.Like)
	return out, nil
}

func showRow(o catalog.Object) []string {
	switch o := o.(type) {
	case *catalog.Stream:
		if o.IsTable() {
			return tableRow(o)
		}
		column, delay := "", ""
		if o.Time >= 0 {
			column, delay = o.TimeName(), logical.Duration(o.Delay)
		}
		return []string{o.Name, o.ConnectorName(), o.Schema.String(), column, delay, o.Comment}
	case *catalog.View:
		return []string{o.Name, o.Schema.String()}
	case *catalog.Pump:
		state := "started"
		if o.Stopped {
			state = "stopped"
		}
		return []string{o.Name, o.Target, strings.Join(o.Reads, ", "), state, o.Comment}
	}
	return nil
}

// functions lists scalar and aggregate functions by name.
func functions() [][]string {
	var out [][]string
	for _, f := range expr.Functions() {
		if f.Kind == expr.Scalar {
			out = append(out, []string{f.Name, f.Signature, f.Summary, f.Example})
		}
	}
	for _, f := range aggregate.Functions() {
		out = append(out, []string{f.Name, f.Signature, f.Summary, f.Example})
	}
	slices.SortStableFunc(out, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// matching keeps the rows whose first column is LIKE a pattern, without regard to
// case.
func matching(rows [][]string, pattern string) [][]string {
	if pattern == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(r []string) bool {
		return !like([]rune(strings.ToLower(r[0])), []rune(strings.ToLower(pattern)))
	})
}

// like matches % (any text) and _ (any character); a backslash takes away their
// meaning.
func like(s, pattern []rune) bool {
	if len(pattern) == 0 {
		return len(s) == 0
	}
	switch c := pattern[0]; {
	case c == '%':
		for i := range len(s) + 1 {
			if like(s[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case c == '\\' && len(pattern) > 1:
		return len(s) > 0 && s[0] == pattern[1] && like(s[1:], pattern[2:])
	case c == '_':
		return len(s) > 0 && like(s[1:], pattern[1:])
	}
	return len(s) > 0 && s[0] == pattern[0] && like(s[1:], pattern[1:])
}
