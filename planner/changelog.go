package planner

import (
	"strings"

	"kinesql/planner/catalog"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// changelogOption names the member of records that holds the kind of change.
const changelogOption = "changelog"

// changelog reads the option: it stands before the connector is asked, which sees
// the member as the first column.
func changelog(st *ast.CreateStream, s *catalog.Stream) error {
	if st.Table {
		return nil // a table is read whole: it has no changes
	}
	name, given := s.Options.Lookup(changelogOption)
	if !given {
		return nil
	}
	at := optionSpan(st, changelogOption, true)
	if name == "" {
		return diag.Errorf(diag.BadOption, st.Src, at, "option %q wants the name of a member, such as 'op'", changelogOption)
	}
	if s.Schema == nil {
		return diag.Errorf(diag.BadOption, st.Src, at, "a stream with a changelog needs declared columns").
			WithHint("write CREATE STREAM %s (columns) WITH (..)", s.Name)
	}
	for _, f := range s.Schema.Fields() {
		if strings.EqualFold(f.Name, name) {
			return diag.Errorf(diag.BadOption, st.Src, at, "the changelog %q has the name of a column", name).
				WithHint("leave the column out: records carry the kind of change (+I, -U, +U, -D) beside the columns")
		}
	}
	s.Changelog = name
	return nil
}

// checkChangelog refuses a changelog whose order the shards would lose.
func checkChangelog(st *ast.CreateStream, s *catalog.Stream) error {
	if s.Changelog == "" || s.Description.KeyOption == "" || s.Description.Key != "" {
		return nil
	}
	return diag.Errorf(diag.BadOption, st.Src, optionSpan(st, changelogOption, true),
		"a changelog on shards needs %s: the changes of a row must stay in order, and records without it go to any shard", s.Description.KeyOption).
		WithHint("add %s='..' with the columns that tell the rows apart", s.Description.KeyOption)
}
