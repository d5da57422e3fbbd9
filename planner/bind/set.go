package bind

import (
	"slices"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
)

// resultSet binds a SELECT, a UNION ALL, or either in parentheses.
func (q *query) resultSet(n tidb.ResultSetNode) (logical.Node, error) {
	switch n := n.(type) {
	case *tidb.SelectStmt:
		return q.selectStmt(n)
	case *tidb.SetOprStmt:
		return q.setStmt(n)
	case *tidb.SubqueryExpr:
		return q.resultSet(n.Query)
	}
	return nil, q.unsupported(n, "this form of query")
}

// with makes the subqueries of a WITH clause known; the returned function takes
// them away again.
func (q *query) with(w *tidb.WithClause) (func(), error) {
	before := q.ctes
	restore := func() { q.ctes = before }
	if w == nil {
		return restore, nil
	}
	if w.IsRecursive {
		return nil, q.unsupported(w.CTEs[0], "WITH RECURSIVE")
	}
	for i, c := range w.CTEs {
		for _, earlier := range w.CTEs[:i] {
			if earlier.Name.O == c.Name.O {
				return nil, q.errorf(diag.Exists, c, "there are two subqueries called %q in WITH", c.Name.O)
			}
		}
		entry := cte{name: c.Name.O, node: c.Query.Query, outer: q.ctes}
		for _, col := range c.ColNameList {
			entry.columns = append(entry.columns, col.O)
		}
		q.ctes = append(slices.Clip(q.ctes), entry)
	}
	return restore, nil
}

func (q *query) setStmt(s *tidb.SetOprStmt) (logical.Node, error) {
	restore, err := q.with(s.With)
	if err != nil {
		return nil, err
	}
	defer restore()
	node, err := q.setList(s.SelectList)
	if err != nil {
		return nil, err
	}
	return q.orderSet(node, s.OrderBy, s.Limit)
}

func (q *query) setList(l *tidb.SetOprSelectList) (logical.Node, error) {
	restore, err := q.with(l.With)
	if err != nil {
		return nil, err
	}
	defer restore()
	parts := make([]logical.Node, len(l.Selects))
	for i, sel := range l.Selects {
		if err := q.checkSetOperator(sel); err != nil {
			return nil, err
		}
		if parts[i], err = q.setMember(sel); err != nil {
			return nil, err
		}
	}
	node, err := q.union(parts, l.Selects)
	if err != nil {
		return nil, err
	}
	return q.orderSet(node, l.OrderBy, l.Limit)
}

func (q *query) setMember(n tidb.Node) (logical.Node, error) {
	if l, ok := n.(*tidb.SetOprSelectList); ok {
		return q.setList(l)
	}
	return q.resultSet(n.(tidb.ResultSetNode))
}

func (q *query) checkSetOperator(n tidb.Node) error {
	var after *tidb.SetOprType
	switch n := n.(type) {
	case *tidb.SelectStmt:
		after = n.AfterSetOperator
	case *tidb.SetOprSelectList:
		after = n.AfterSetOperator
	}
	if after == nil || *after == tidb.UnionAll {
		return nil
	}
	err := q.unsupported(n, after.String())
	if *after == tidb.Union {
		return err.WithHint("write UNION ALL, and SELECT DISTINCT around it if rows may repeat")
	}
	return err
}

// union joins parts whose columns are cast to common types.
func (q *query) union(parts []logical.Node, at []tidb.Node) (logical.Node, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	first := parts[0].Schema()
	types := make([]batch.Type, first.Len())
	for i, p := range parts {
		if p.Schema().Len() != first.Len() {
			return nil, q.errorf(diag.Invalid, at[i], "the parts of UNION ALL have %d and %d columns",
				first.Len(), p.Schema().Len())
		}
		for c, f := range p.Schema().Fields() {
			if i == 0 {
				types[c] = f.Type
				continue
			}
			common, ok := expr.CommonType(types[c], f.Type)
			if !ok {
				return nil, q.errorf(diag.Type, at[i], "column %d of UNION ALL is %s and %s", c+1, types[c], f.Type)
			}
			types[c] = common
		}
	}
	for i, p := range parts {
		cast, err := castColumns(p, types, first)
		if err != nil {
			return nil, q.typed(err, at[i])
		}
		parts[i] = cast
	}
	return &logical.Union{Parts: parts}, nil
}

// castColumns gives the columns of n other types, and the names of a schema.
func castColumns(n logical.Node, types []batch.Type, names *batch.Schema) (logical.Node, error) {
	exprs, have := logical.Pass(n)
	same := true
	for i := range exprs {
		same = same && exprs[i].Type().Equal(types[i]) && have[i] == names.Field(i).Name
		cast, err := castTo(exprs[i], types[i])
		if err != nil {
			return nil, err
		}
		exprs[i], have[i] = cast, names.Field(i).Name
	}
	if same {
		return n, nil
	}
	return &logical.Project{Input: n, Exprs: exprs, Names: have}, nil
}

func castTo(e expr.Node, t batch.Type) (expr.Node, error) {
	if e.Type().Equal(t) {
		return e, nil
	}
	return expr.NewCast(e, t, false, e.Pos())
}
