package planner

import (
	"strings"

	"kinesql/operators/batch"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

func (p *Planner) describe(st *ast.Describe) (*Plan, error) {
	if st.Kind == ast.FunctionObject {
		return describeFunction(st)
	}
	o, err := p.catalog.Lookup(st.Name.Name)
	if o == nil || err != nil || st.Kind != "" && o.Kind() != st.Kind {
		return nil, p.missing(st.Base, st.Kind, st.Name, o, err)
	}
	switch o := o.(type) {
	case *catalog.Stream:
		if o.IsTable() {
			return describeTable(o), nil
		}
		return describeStream(o), nil
	case *catalog.View:
		return describeColumns(o.Schema), nil
	case *catalog.Pump:
		row := showRow(o)
		return &Plan{
			Kind: Rows, Columns: []string{"name", "target", "reads", "state", "description", "statement"},
			Table: [][]string{append(row, o.Statement)},
		}, nil
	}
	return nil, diag.Errorf(diag.Unsupported, st.Source(), st.Span(), "%q cannot be described", st.Name.Name)
}

// missing is the error for a name that is not, or is something else.
func (p *Planner) missing(in ast.Base, kind ast.ObjectKind, name ast.Ident, found catalog.Object, cause error) error {
	word := strings.ToLower(string(kind))
	if kind == "" {
		word = "object"
	}
	if found == nil || cause != nil {
		return p.catalog.Missing(word, in.Src, name.At, name.Name, cause)
	}
	have := strings.ToLower(string(found.Kind()))
	return diag.Errorf(diag.Invalid, in.Src, name.At, "%q is a %s, not a %s", found.ObjectName(), have, word)
}

// describeStream lists the columns, and in a last row without a column what the stream
// is said to be for.
func describeStream(s *catalog.Stream) *Plan {
	out := describeColumns(batch.NewSchema(s.Fields()...))
	for i, row := range out.Table {
		var notes []string
		if i >= s.Schema.Len() {
			notes = append(notes, "metadata, not in SELECT *")
		}
		if i == s.Time {
			notes = append(notes, "time attribute, delay "+logical.Duration(s.Delay))
		}
		row[2] = strings.Join(notes, "; ")
	}
	if s.Comment != "" {
		out.Table = append(out.Table, []string{"", "", "description: " + s.Comment})
	}
	return out
}

func describeColumns(s *batch.Schema) *Plan {
	out := &Plan{Kind: Rows, Columns: []string{"column", "type", "note"}}
	for _, f := range s.Fields() {
		out.Table = append(out.Table, []string{f.Name, f.Type.String(), ""})
	}
	return out
}

func describeFunction(st *ast.Describe) (*Plan, error) {
	out := &Plan{Kind: Rows, Columns: []string{"name", "signature", "summary", "example"}}
	var known []string
	for _, row := range functions() {
		if strings.EqualFold(row[0], st.Name.Name) {
			out.Table = append(out.Table, row)
		}
		known = append(known, row[0])
	}
	if len(out.Table) > 0 {
		return out, nil
	}
	err := diag.Errorf(diag.UnknownName, st.Source(), st.Name.At, "unknown function %q", st.Name.Name)
	if near, ok := diag.Suggest(strings.ToUpper(st.Name.Name), known); ok {
		return nil, err.WithHint("did you mean %q?", near)
	}
	return nil, err.WithHint("SHOW FUNCTIONS lists what there is")
}
