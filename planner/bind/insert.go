package bind

import (
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// Insert binds INSERT INTO: the query's columns are cast to the stream's, and
// columns that are not named are NULL.
func (b *Binder) Insert(ins *ast.Insert) (*logical.Sink, error) {
	target, err := b.target(ins)
	if err != nil {
		return nil, err
	}
	q := &query{Binder: b, Query: ins.Query}
	node, err := q.whole()
	if err == nil {
		node, err = b.boundRanks(node)
	}
	if err != nil {
		return nil, err
	}
	if node, err = b.boundRanks(node); err != nil {
		return nil, err
	}
	to, err := q.targets(ins, target, node)
	if err != nil {
		return nil, err
	}
	exprs, names, err := q.assignments(ins, target, node, to)
	if err != nil {
		return nil, err
	}
	rows := &logical.Project{Input: node, Exprs: exprs, Names: names}
	return &logical.Sink{Input: logged(keyed(rows, target), target), Stream: target}, nil
}

// logged writes the kinds of changes beside the columns, where the stream wants it.
func logged(rows logical.Node, s *catalog.Stream) logical.Node {
	if s.Changelog == "" {
		return rows
	}
	return &logical.ToLog{Input: rows, Name: s.Changelog}
}

// keyed adds the value of the stream's key behind its columns.
func keyed(rows *logical.Project, s *catalog.Stream) logical.Node {
	if s.Key == nil {
		return rows
	}
	exprs, names := logical.Pass(rows)
	return &logical.Project{Input: rows, Exprs: append(exprs, s.Key), Names: append(names, KeyName)}
}

// KeyName is the name of the column that holds the value of a stream's key.
const KeyName = "#key"

// Key binds an expression over the columns of a stream as its key, a VARCHAR.
func Key(src *diag.Source, e ast.Expr, schema *batch.Schema) (expr.Node, error) {
	q := &query{Query: &ast.Query{Base: ast.Base{Src: src}, Map: e.Map}}
	s := &scope{node: logical.NewScan(catalog.Memory("", schema, nil), false)}
	at := env{selection: &selection{query: q, scope: s, spans: map[int]diag.Span{}}, clause: "a key"}
	bound, err := at.bind(e.Node)
	if err != nil {
		return nil, err
	}
	return castTo(bound, batch.Of(batch.Varchar))
}

func (b *Binder) target(ins *ast.Insert) (*catalog.Stream, error) {
	name := ins.Stream
	object, err := b.catalog.Lookup(name.Name)
	if object == nil || err != nil {
		return nil, b.catalog.Missing("stream", ins.Source(), name.At, name.Name, err)
	}
	s, ok := object.(*catalog.Stream)
	if !ok {
		return nil, diag.Errorf(diag.Invalid, ins.Source(), name.At, "%s %q cannot be written to",
			strings.ToLower(string(object.Kind())), object.ObjectName())
	}
	if s.Pump != "" {
		return nil, diag.Errorf(diag.Invalid, ins.Source(), name.At, "stream %q is filled by pump %q and cannot be written to", s.Name, s.Pump)
	}
	if s.IsTable() {
		return nil, diag.Errorf(diag.Invalid, ins.Source(), name.At, "table %q cannot be written to: it is read from its connector", s.Name)
	}
	if !s.Description.CanWrite {
		return nil, diag.Errorf(diag.Invalid, ins.Source(), name.At, "stream %q cannot be written to: its connector %q only reads",
			s.Name, s.ConnectorName())
	}
	return s, nil
}

// targets returns for each column of the query the column of the stream that it
// goes to.
func (q *query) targets(ins *ast.Insert, s *catalog.Stream, n logical.Node) ([]int, error) {
	have := n.Schema().Len()
	if len(ins.Columns) == 0 {
		if have != s.Schema.Len() {
			return nil, q.errorAt(diag.Invalid, ins.Stream.At, "stream %q has %d columns and the query %d", s.Name, s.Schema.Len(), have).
				WithHint("name the columns: INSERT INTO %s (%s)", s.Name, strings.Join(fieldNames(s.Schema.Fields()), ", "))
		}
		out := make([]int, have)
		for i := range out {
			out[i] = i
		}
		return out, nil
	}
	if len(ins.Columns) != have {
		return nil, q.errorAt(diag.Invalid, ins.Columns[0].At, "%d columns are named and the query has %d", len(ins.Columns), have)
	}
	return q.namedTargets(ins, s)
}

func (q *query) namedTargets(ins *ast.Insert, s *catalog.Stream) ([]int, error) {
	var out []int
	target := &scope{node: logical.NewScan(catalog.Memory(s.Name, s.Schema, nil), false)}
	for _, c := range ins.Columns {
		i, err := target.column(c.Name)
		if err != nil {
			return nil, q.errorAt(diag.Ambiguous, c.At, "%s", err)
		}
		if i < 0 {
			return nil, q.unknownColumn(target, c.Name, c.At)
		}
		for _, earlier := range out {
			if earlier == i {
				return nil, q.errorAt(diag.Exists, c.At, "column %q is named twice", c.Name)
			}
		}
		out = append(out, i)
	}
	return out, nil
}

// assignments are the columns of the stream, computed from those of the query.
func (q *query) assignments(ins *ast.Insert, s *catalog.Stream, n logical.Node, to []int) ([]expr.Node, []string, error) {
	fields := s.Schema.Fields()
	exprs := make([]expr.Node, len(fields))
	for i, target := range to {
		e, err := q.assign(ins, n, i, fields[target])
		if err != nil {
			return nil, nil, err
		}
		exprs[target] = e
	}
	for i, e := range exprs {
		if e != nil {
			continue
		}
		null, err := castTo(expr.Null(-1), fields[i].Type)
		if err != nil {
			return nil, nil, err
		}
		exprs[i] = expr.Fold(null)
	}
	return exprs, fieldNames(fields), nil
}

func (q *query) assign(ins *ast.Insert, n logical.Node, i int, to batch.Field) (expr.Node, error) {
	var e expr.Node = logical.Column(n, i)
	source := e
	if p, ok := n.(*logical.Project); ok {
		source = p.Exprs[i]
	}
	at, ok := q.place(i)
	if !ok {
		at = ins.Stream.At
	}
	if !assignable(source, to.Type) {
		return nil, q.errorAt(diag.Type, at, "column %q is %s and cannot take a %s", to.Name, to.Type, e.Type()).
			WithHint("write CAST(.. AS %s)", to.Type)
	}
	cast, err := expr.NewAssign(e, to.Type, e.Pos())
	if err != nil {
		return nil, q.errorAt(diag.Type, at, "column %q is %s: %s", to.Name, to.Type, err)
	}
	return cast, nil
}
