package rewrite

import (
	"slices"
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
)

// shareScans lets a query read and decode a stream once: each of several scans of it
// becomes a projection of one that has the columns of all. That one drops early only
// what all of them would drop. A record that fails in a column fails for the whole
// query, once, not only for the part that reads the column. A scan of a member stays
// apart from one of the ROW that holds it.
func shareScans(n logical.Node) logical.Node {
	groups := map[streamRead]*scanGroup{}
	logical.Walk(n, func(n logical.Node) {
		if s, ok := n.(*logical.Scan); ok {
			key := streamRead{s.Stream, s.Bounded}
			if groups[key] == nil {
				groups[key] = &scanGroup{}
			}
			groups[key].add(s)
		}
	})
	return logical.Rewrite(n, func(n logical.Node) logical.Node {
		if s, ok := n.(*logical.Scan); ok {
			return groups[streamRead{s.Stream, s.Bounded}].read(s)
		}
		return n
	})
}

// streamRead is what scans must have in common to be one.
type streamRead struct {
	stream  *catalog.Stream
	bounded bool
}

// scanGroup is scans of one stream and, once asked for, the one that stands for them.
type scanGroup struct {
	scans []*logical.Scan
	one   *logical.Scan
	at    map[string]int // columns of one, by name
}

func (g *scanGroup) add(s *logical.Scan) {
	if !slices.Contains(g.scans, s) {
		g.scans = append(g.scans, s)
	}
}

// read is what stands for a scan of the group.
func (g *scanGroup) read(s *logical.Scan) logical.Node {
	if len(g.scans) < 2 {
		return s
	}
	if g.one == nil {
		g.unite()
	}
	if g.nested() {
		return s
	}
	out := &logical.Project{Input: g.one}
	for _, c := range s.Columns {
		out.Exprs = append(out.Exprs, logical.Column(g.one, g.at[pathKey(c)]))
		out.Names = append(out.Names, c.Name())
	}
	return out
}

func pathKey(c logical.ScanColumn) string { return strings.Join(c.Path, "\x00") }

// unite makes the one scan: columns in the order of the stream's, or of the scans.
func (g *scanGroup) unite() {
	one := *g.scans[0]
	one.Columns, g.at = nil, map[string]int{}
	for _, s := range g.scans {
		for _, c := range s.Columns {
			if _, have := g.at[pathKey(c)]; !have {
				g.at[pathKey(c)] = len(one.Columns)
				one.Columns = append(one.Columns, c)
			}
		}
	}
	g.one = &one
	one.Predicates = g.predicates()
}

// nested reports whether a column of the one scan lies in another.
func (g *scanGroup) nested() bool {
	for _, a := range g.one.Columns {
		for _, b := range g.one.Columns {
			if len(a.Path) < len(b.Path) && slices.Equal(a.Path, b.Path[:len(a.Path)]) {
				return true
			}
		}
	}
	return false
}

// predicates is, for each column that all scans test, that one of them wants the row.
func (g *scanGroup) predicates() []expr.Node {
	tests := make([]map[int][]expr.Node, len(g.scans))
	for i, s := range g.scans {
		tests[i] = g.tests(s)
	}
	var out []expr.Node
	for col := range g.one.Columns {
		if one := anyOf(tests, col); one != nil {
			out = append(out, one)
		}
	}
	return out
}

// tests is the tests of a scan by column of the one scan.
func (g *scanGroup) tests(s *logical.Scan) map[int][]expr.Node {
	moved, out := map[int]int{}, map[int][]expr.Node{}
	for i, c := range s.Columns {
		moved[i] = g.at[pathKey(c)]
	}
	for _, p := range s.Predicates {
		p = expr.Remap(p, moved)
		if col, _, ok := expr.RowTest(p); ok {
			out[col] = append(out[col], p)
		}
	}
	return out
}

// anyOf is TRUE for the rows that some scan wants by its tests of a column; nil where
// a scan has none.
func anyOf(tests []map[int][]expr.Node, col int) expr.Node {
	var out expr.Node
	seen := map[string]bool{}
	for _, of := range tests {
		if len(of[col]) == 0 {
			return nil
		}
		all := expr.And(of[col])
		if seen[logical.Key(all)] {
			continue
		}
		seen[logical.Key(all)] = true
		if out = either(out, all); out == nil {
			return nil
		}
	}
	if _, _, ok := expr.RowTest(out); !ok || out.Type().ID != batch.Boolean {
		return nil
	}
	return out
}

func either(a, b expr.Node) expr.Node {
	if a == nil {
		return b
	}
	out, err := expr.New("OR", []expr.Node{a, b}, a.Pos())
	if err != nil {
		return nil
	}
	return out
}
