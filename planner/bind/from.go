package bind

import (
	"slices"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// scope is the columns that expressions may name. assign is set where FROM is a
// window table function. Where FROM joins several tables, tables and tree are set,
// and node is a step with their columns until WHERE is bound, which may say more of
// the joins.
type scope struct {
	alias  string
	node   logical.Node
	assign *logical.Assign
	hidden hidden
	tables []table
	merged []merged
	tree   *joinTree
}

// hidden is the columns from index from on, n of them, that can be named and are
// not in *: metadata of a stream.
type hidden struct{ from, n int }

// hiddenOf returns what is hidden where FROM names what node reads.
func hiddenOf(node logical.Node) hidden {
	if l, ok := node.(*logical.FromLog); ok {
		node = l.Input
	}
	scan, ok := node.(*logical.Scan)
	if !ok {
		return hidden{}
	}
	own := scan.Stream.Schema.Len()
	return hidden{from: own, n: len(scan.Stream.Fields()) - own}
}

// has reports whether column i is hidden.
func (h hidden) has(i int) bool { return i >= h.from && i < h.from+h.n }

// visible returns the step without its hidden columns.
func (s *scope) visible() logical.Node {
	if s.hidden.n == 0 {
		return s.node
	}
	out := &logical.Project{Input: s.node}
	exprs, names := logical.Pass(s.node)
	for i := range exprs {
		if !s.hidden.has(i) {
			out.Exprs, out.Names = append(out.Exprs, exprs[i]), append(out.Names, names[i])
		}
	}
	return out
}

// from binds a FROM clause.
func (q *query) from(clause *tidb.TableRefsClause) (*scope, error) {
	if clause == nil {
		return &scope{node: logical.Values{}}, nil
	}
	return q.tableRef(clause.TableRefs)
}

func (q *query) tableRef(n tidb.ResultSetNode) (*scope, error) {
	switch n := n.(type) {
	case *tidb.TableSource:
		return q.tableSource(n)
	case *tidb.Join:
		if n.Right == nil {
			return q.tableRef(n.Left)
		}
		return q.join(n)
	}
	return nil, q.unsupported(n, "this form of FROM")
}

func (q *query) tableSource(t *tidb.TableSource) (*scope, error) {
	if t.Lateral {
		return nil, q.unsupported(t, "LATERAL")
	}
	s, err := q.source(t.Source)
	if err != nil {
		return nil, err
	}
	if t.AsName.O != "" {
		s.alias = t.AsName.O
	}
	if len(t.ColumnNames) > 0 {
		names := make([]string, len(t.ColumnNames))
		for i, c := range t.ColumnNames {
			names[i] = c.O
		}
		s.assign = nil
		s.node, err = q.rename(s.visible(), names, q.span(t))
		s.hidden = hidden{}
	}
	return s, err
}

func (q *query) source(n tidb.ResultSetNode) (*scope, error) {
	if name, ok := n.(*tidb.TableName); ok {
		if tf := q.TableFunctions[name.Name.O]; tf != nil {
			return q.tableFunction(tf)
		}
		if m := q.Matches[name.Name.O]; m != nil {
			return q.matchRecognize(m)
		}
		return q.tableName(name)
	}
	node, err := q.resultSet(n)
	return &scope{node: node}, err
}

func (q *query) tableName(n *tidb.TableName) (*scope, error) {
	switch {
	case n.Schema.O != "":
		return nil, q.errorf(diag.UnknownName, n, "unknown stream %q: there are no schemas", n.Schema.O+"."+n.Name.O)
	case len(n.IndexHints) > 0:
		return nil, q.unsupported(n, "an index hint")
	case len(n.PartitionNames) > 0:
		return nil, q.unsupported(n, "PARTITION")
	case n.TableSample != nil:
		return nil, q.unsupported(n, "TABLESAMPLE")
	case n.AsOf != nil:
		return nil, q.unsupported(n, "AS OF")
	}
	node, err := q.relation(n.Name.O, q.span(n))
	return &scope{alias: n.Name.O, node: node, hidden: hiddenOf(node)}, err
}

// relation is what a name in FROM stands for: a subquery of WITH, a view, a
// stream.
func (q *query) relation(name string, at diag.Span) (logical.Node, error) {
	for _, exact := range []bool{true, false} {
		for i := len(q.ctes) - 1; i >= 0; i-- {
			if c := q.ctes[i]; c.name == name || !exact && strings.EqualFold(c.name, name) {
				return q.useCTE(c, at)
			}
		}
	}
	object, err := q.catalog.Lookup(name)
	if object == nil || err != nil {
		return nil, q.unknownRelation(name, at, err)
	}
	switch o := object.(type) {
	case *catalog.Stream:
		q.reads = append(q.reads, o.Name)
		return q.scan(o, at)
	case *catalog.View:
		q.reads = append(q.reads, o.Name)
		return q.view(o, at)
	}
	return nil, q.errorAt(diag.Invalid, at, "%q is a pump and cannot be read", object.ObjectName()).
		WithHint("read the stream that it writes to")
}

func (q *query) unknownRelation(name string, at diag.Span, cause error) error {
	err := q.catalog.Missing("stream", q.Source(), at, name, cause)
	if cause == nil && err.Hint == "" {
		var known []string
		for _, c := range q.ctes {
			known = append(known, c.name)
		}
		if near, ok := diag.Suggest(name, known); ok {
			return err.WithHint("did you mean %q?", near)
		}
	}
	return err
}

func (q *query) scan(s *catalog.Stream, at diag.Span) (logical.Node, error) {
	if !s.Description.CanRead {
		return nil, q.errorAt(diag.Invalid, at, "stream %q cannot be read: its connector %q only writes",
			s.Name, s.ConnectorName())
	}
	scan := logical.NewScan(s, q.catalog.Bounded(s))
	if s.Changelog == "" {
		return scan, nil
	}
	scan.Columns = append(scan.Columns, logical.ScanColumn{Path: []string{s.Changelog}, Type: batch.Of(batch.Varchar)})
	return &logical.FromLog{Input: scan}, nil
}

func (q *query) useCTE(c cte, at diag.Span) (logical.Node, error) {
	inner := &query{Binder: q.Binder, Query: q.Query, ctes: c.outer}
	node, err := inner.resultSet(c.node)
	if err != nil || len(c.columns) == 0 {
		return node, err
	}
	return q.rename(node, c.columns, at)
}

func (q *query) view(v *catalog.View, at diag.Span) (logical.Node, error) {
	if slices.Contains(q.views, v.Name) {
		return nil, q.errorAt(diag.Invalid, at, "view %q reads itself", v.Name)
	}
	q.views = append(q.views, v.Name)
	defer func() { q.views = q.views[:len(q.views)-1] }()
	reads := q.reads
	node, err := q.View(v.Query, v.Columns)
	q.reads = reads // a view stands for what it reads
	return node, err
}

// View binds the query of a view and gives its columns their names.
func (b *Binder) View(v *ast.Query, columns []ast.Ident) (logical.Node, error) {
	node, err := b.unchecked(v)
	if err != nil || len(columns) == 0 {
		return node, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	q := &query{Binder: b, Query: v}
	at := columns[0].At
	at.End = columns[len(columns)-1].At.End
	return q.rename(node, names, at)
}

func (q *query) rename(n logical.Node, names []string, at diag.Span) (logical.Node, error) {
	exprs, _ := logical.Pass(n)
	if len(names) != len(exprs) {
		return nil, q.errorAt(diag.Invalid, at, "%d column names for %d columns", len(names), len(exprs))
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, q.errorAt(diag.Exists, at, "there are two columns called %q", name)
		}
	}
	return &logical.Project{Input: n, Exprs: exprs, Names: names}, nil
}
