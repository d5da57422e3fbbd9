package bind

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// rowtime is the name of the time attribute, whatever its column is called.
const rowtime = "ROWTIME"

// find returns the index of a name in a list: the exact one, else the only one
// that is equal without regard to case; -1 if there is none.
func find(names []string, name string) (int, error) {
	for _, equal := range []func(string) bool{
		func(s string) bool { return s == name },
		func(s string) bool { return strings.EqualFold(s, name) },
	} {
		var found []int
		for i, n := range names {
			if equal(n) {
				found = append(found, i)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return 0, ambiguous(names, found, name)
		}
	}
	return -1, nil
}

func ambiguous(names []string, found []int, name string) error {
	var candidates []string
	for _, i := range found {
		candidates = append(candidates, fmt.Sprintf("%q", names[i]))
	}
	if slices.Sort(candidates); len(slices.Compact(slices.Clone(candidates))) == 1 {
		return fmt.Errorf("column %q is ambiguous: there are %d columns of that name", name, len(found))
	}
	return fmt.Errorf("column %q is ambiguous: it may be any of %s", name, strings.Join(candidates, ", "))
}

func fieldNames(fields []batch.Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// column returns the index of a column, or -1.
func (s *scope) column(name string) (int, error) {
	if s.tables != nil {
		return s.columnOfTables(name)
	}
	return find(fieldNames(s.node.Schema().Fields()), name)
}

// isAlias reports whether name is what the FROM clause calls one of its tables.
func (s *scope) isAlias(name string) bool {
	_, ok := s.table(name)
	return ok
}

// unknownColumn is the error for a column that is not there.
func (q *query) unknownColumn(s *scope, name string, at diag.Span) error {
	err := q.errorAt(diag.UnknownName, at, "unknown column %q", name)
	if _, ok := s.node.(logical.Values); ok {
		return err.WithHint("there is no FROM clause")
	}
	known := fieldNames(s.node.Schema().Fields())
	switch strings.ToLower(name) {
	case logical.WindowStart, logical.WindowEnd, logical.WindowTime:
		return err.WithHint("it comes with a window: GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE), or FROM TUMBLE(s, ts, INTERVAL '1' MINUTE)")
	}
	if near, ok := diag.Suggest(name, known); ok {
		return err.WithHint("did you mean %q?", near)
	}
	if strings.EqualFold(name, rowtime) {
		return err.WithHint("there is no time attribute here: CREATE STREAM declares one by WATERMARK FOR")
	}
	if len(known) <= 12 {
		return err.WithHint("the columns are %s", strings.Join(known, ", "))
	}
	return err
}

// members goes down from a value into ROW members and JSON members.
func (q *query) members(e expr.Node, names []string, at diag.Span) (expr.Node, error) {
	for _, name := range names {
		var err error
		if e, err = q.member(e, name, at); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (q *query) member(e expr.Node, name string, at diag.Span) (expr.Node, error) {
	t := e.Type()
	switch t.ID {
	case batch.Row:
		known := fieldNames(t.Fields)
		i, err := find(known, name)
		if err != nil {
			return nil, q.errorAt(diag.Ambiguous, at, "%s", strings.Replace(err.Error(), "column", "member", 1))
		}
		if i < 0 {
			return nil, q.unknownMember(e, name, known, at)
		}
		name = known[i]
	case batch.JSON:
	default:
		return nil, q.errorAt(diag.Type, at, "%s is of type %s and has no member %q", e, t, name)
	}
	out, err := expr.New("FIELD", []expr.Node{e, stringLiteral(name, e.Pos())}, e.Pos())
	if err != nil {
		return nil, q.errorAt(diag.Type, at, "%s", err)
	}
	return out, nil
}

func (q *query) unknownMember(e expr.Node, name string, known []string, at diag.Span) error {
	err := q.errorAt(diag.UnknownName, at, "%s has no member %q", e, name)
	if near, ok := diag.Suggest(name, known); ok {
		return err.WithHint("did you mean %q?", near)
	}
	return err.WithHint("its members are %s", strings.Join(known, ", "))
}

func stringLiteral(s string, at int) *expr.Literal {
	return expr.NewLiteral(s, batch.Of(batch.Varchar), at)
}
