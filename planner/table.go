package planner

import (
	"math"
	"slices"
	"strings"

	"kinesql/operators/batch"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/window"
)

// maxTableRows is how many rows a table may have where max_rows does not say.
const maxTableRows = 10_000_000

// table makes a table of a stream: what it is read from must end.
func (p *Planner) table(st *ast.CreateStream, s *catalog.Stream) error {
	t := &catalog.Table{}
	if !s.Description.CanRead || s.Description.Kept || !s.Description.Bounded {
		return diag.Errorf(diag.BadOption, st.Src, optionSpan(st, "connector", true),
			"a table is read whole, and connector %q does not come to an end here", s.ConnectorName()).
			WithHint("use file, http or postgres, or CREATE STREAM")
	}
	var err error
	if t.Refresh, err = s.Options.Duration("refresh", 0); err != nil {
		return optionError(st, s.Options, err)
	}
	if t.MaxRows, err = s.Options.Int("max_rows", maxTableRows, 1, math.MaxInt32); err != nil {
		return optionError(st, s.Options, err)
	}
	fields := s.Schema.Fields()
	for _, k := range st.Key {
		i := slices.IndexFunc(fields, func(f batch.Field) bool { return f.Name == k.Name })
		if fields[i].Type.Lane() == batch.LaneNested {
			return diag.Errorf(diag.Type, st.Src, k.At, "%q of type %s cannot be a key", k.Name, fields[i].Type)
		}
		t.Key = append(t.Key, i)
	}
	s.Table = t
	return nil
}

// tableRow is a table in SHOW TABLES.
func tableRow(s *catalog.Stream) []string {
	var key []string
	for _, k := range s.Table.Key {
		key = append(key, s.Schema.Field(k).Name)
	}
	refresh := ""
	if s.Table.Refresh > 0 {
		refresh = logical.Duration(window.Micros(s.Table.Refresh.Microseconds()))
	}
	return []string{s.Name, s.ConnectorName(), s.Schema.String(), strings.Join(key, ", "), refresh, s.Comment}
}

// describeTable lists the columns, and in a last row without a column what the
// table is said to be for.
func describeTable(s *catalog.Stream) *Plan {
	out := describeColumns(s.Schema)
	for _, k := range s.Table.Key {
		out.Table[k][2] = "primary key"
	}
	if s.Comment != "" {
		out.Table = append(out.Table, []string{"", "", "description: " + s.Comment})
	}
	return out
}
