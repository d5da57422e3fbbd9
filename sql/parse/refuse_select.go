package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"
)

// selectStmt: run are Distinct, From, Where, Fields, GroupBy, Having,
// WindowSpecs, OrderBy, Limit and With.
func (v *refuser) selectStmt(n *tidb.SelectStmt) {
	switch {
	case n.Kind == tidb.SelectStmtKindValues || len(n.Lists) > 0:
		v.no(n, "VALUES as a query is")
	case n.Kind == tidb.SelectStmtKindTable:
		v.no(n, "TABLE as a query is")
	case n.LockInfo != nil && n.LockInfo.LockType != tidb.SelectLockNone:
		v.no(n, "FOR UPDATE, FOR SHARE and LOCK IN SHARE MODE are")
	case len(n.TableHints) > 0:
		v.no(n, "optimizer hints are")
	case n.SelectIntoOpt != nil:
		v.no(n, "SELECT ... INTO is")
	case n.GroupBy != nil && n.GroupBy.Rollup:
		v.no(n, "WITH ROLLUP is")
	case n.AsViewSchema:
		v.no(n, "a query as the schema of a view is")
	}
	v.options(n)
	if n.Limit != nil {
		v.limit(n.Limit)
	}
}

// options: run are Distinct and ExplicitAll.
func (v *refuser) options(n *tidb.SelectStmt) {
	o := n.SelectStmtOpts
	switch {
	case o == nil:
	case o.SQLBigResult || o.SQLSmallResult || o.SQLBufferResult:
		v.no(n, "SELECT SQL_BIG_RESULT, SQL_SMALL_RESULT and SQL_BUFFER_RESULT are")
	case !o.SQLCache:
		v.no(n, "SELECT SQL_NO_CACHE is")
	case o.CalcFoundRows:
		v.no(n, "SELECT SQL_CALC_FOUND_ROWS is")
	case o.StraightJoin:
		v.no(n, "SELECT STRAIGHT_JOIN is")
	case o.Priority != mysql.NoPriority:
		v.no(n, "SELECT HIGH_PRIORITY is")
	case len(o.TableHints) > 0:
		v.no(n, "optimizer hints are")
	}
}

// limit: Count and Offset are numbers.
func (v *refuser) limit(n *tidb.Limit) {
	for _, e := range []tidb.ExprNode{n.Count, n.Offset} {
		if _, ok := e.(tidb.ParamMarkerExpr); ok {
			v.no(n, "parameter markers ? are")
		}
	}
}

// setOperation: run is UNION ALL.
func (v *refuser) setOperation(n *tidb.SetOprSelectList) {
	for _, s := range n.Selects {
		var after *tidb.SetOprType
		switch s := s.(type) {
		case *tidb.SelectStmt:
			after = s.AfterSetOperator
		case *tidb.SetOprSelectList:
			after = s.AfterSetOperator
		}
		if after != nil && *after != tidb.UnionAll {
			v.no(s, after.String()+" is")
		}
	}
}

// unordered: the items of GROUP BY and PARTITION BY have no ASC or DESC.
func (v *refuser) unordered(clause string, items []*tidb.ByItem) {
	for _, item := range items {
		if item.Desc || !item.NullOrder {
			v.no(item.Expr, "ASC or DESC in "+clause+" is")
		}
	}
}
