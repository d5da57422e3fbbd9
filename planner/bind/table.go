package bind

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// table is one of the tables in FROM: the columns of the scope from index from on,
// n of them.
type table struct {
	alias   string
	from, n int
	hidden  hidden
	time    int // its time attribute, a column of the scope, or -1
}

// merged is a column of USING: one name for a column of each side.
type merged struct {
	name    string
	node    expr.Node
	columns []int
}

// parts are the tables of the scope.
func (s *scope) parts() []table {
	if s.tables != nil {
		return s.tables
	}
	return []table{{alias: s.alias, n: s.node.Schema().Len(), hidden: s.hidden, time: s.node.Traits().Time()}}
}

// moved is the table n columns further on.
func (t table) moved(n int) table {
	t.from, t.hidden.from = t.from+n, t.hidden.from+n
	if t.time >= 0 {
		t.time += n
	}
	return t
}

// table finds a table by what FROM calls it.
func (s *scope) table(name string) (table, bool) {
	for _, t := range s.parts() {
		if t.alias != "" && strings.EqualFold(t.alias, name) {
			return t, true
		}
	}
	return table{}, false
}

// owner is the table that column i belongs to.
func (s *scope) owner(i int) table {
	for _, t := range s.parts() {
		if i >= t.from && i < t.from+t.n {
			return t
		}
	}
	return table{}
}

// only is the scope of one table, for messages.
func (s *scope) only(t table) *scope {
	if s.tables == nil {
		return s
	}
	out := &logical.Project{Input: s.node}
	exprs, names := logical.Pass(s.node)
	out.Exprs, out.Names = exprs[t.from:t.from+t.n], names[t.from:t.from+t.n]
	return &scope{alias: t.alias, node: out}
}

// aliases are the names of the tables.
func (s *scope) aliases() []string {
	var out []string
	for _, t := range s.parts() {
		if t.alias != "" {
			out = append(out, t.alias)
		}
	}
	return out
}

// isHidden reports whether column i can be named and is not in *.
func (s *scope) isHidden(i int) bool { return s.owner(i).hidden.has(i) }

// isMerged reports whether column i is one of USING.
func (s *scope) isMerged(i int) bool {
	return slices.ContainsFunc(s.merged, func(m merged) bool { return slices.Contains(m.columns, i) })
}

// mergedColumn is what a name of USING stands for, or nil.
func (s *scope) mergedColumn(name string) expr.Node {
	for _, m := range s.merged {
		if strings.EqualFold(m.name, name) {
			return m.node
		}
	}
	return nil
}

// columnIn returns the index of a column of a table, or -1. ROWTIME is its time
// attribute, unless a column has that name.
func (s *scope) columnIn(t table, name string) (int, error) {
	i, err := find(fieldNames(s.node.Schema().Fields()[t.from:t.from+t.n]), name)
	switch {
	case err != nil:
		return -1, err
	case i >= 0:
		return t.from + i, nil
	case strings.EqualFold(name, rowtime):
		return t.time, nil
	}
	return -1, nil
}

// columnOfTables looks a name up in all tables: what * shows goes before what it
// hides, and the exact name before one in another case.
func (s *scope) columnOfTables(name string) (int, error) {
	fields := s.node.Schema().Fields()
	for _, hidden := range []bool{false, true} {
		for _, exact := range []bool{true, false} {
			var found []int
			for i, f := range fields {
				equal := f.Name == name || !exact && strings.EqualFold(f.Name, name)
				if equal && s.isHidden(i) == hidden {
					found = append(found, i)
				}
			}
			switch {
			case len(found) == 1:
				return found[0], nil
			case len(found) > 1:
				return -1, s.ambiguousColumn(name, found)
			}
		}
	}
	return -1, nil
}

func (s *scope) ambiguousColumn(name string, found []int) error {
	var names []string
	for _, i := range found {
		f := fmt.Sprintf("%q", s.node.Schema().Field(i).Name)
		if t := s.owner(i); t.alias != "" {
			f = fmt.Sprintf("%q", t.alias+"."+s.node.Schema().Field(i).Name)
		}
		names = append(names, f)
	}
	return fmt.Errorf("column %q is ambiguous: it may be any of %s", name, strings.Join(names, ", "))
}

// rowtime is the column of the time attribute, or -1. Before joins are complete,
// and behind those that have none, only a table's own can be meant.
func (s *scope) rowtime() (int, error) {
	if t := s.node.Traits().Time(); t >= 0 || s.tables == nil {
		return t, nil
	}
	var found []int
	for _, t := range s.tables {
		if t.time >= 0 {
			found = append(found, t.time)
		}
	}
	switch len(found) {
	case 0:
		return -1, nil
	case 1:
		return found[0], nil
	}
	return -1, s.ambiguousColumn(rowtime, found)
}
