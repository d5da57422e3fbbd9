package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
)

// expression refuses kinds of expressions.
func (v *refuser) expression(n tidb.Node) {
	switch n := n.(type) {
	case *tidb.CompareSubqueryExpr:
		v.no(n, "ANY, ALL and SOME (SELECT ...) are")
	case *tidb.RowExpr:
		v.instead(n, "row expressions (a, b) are",
			"compare one by one: a = 1 AND b = 2; for IN (SELECT ..) write EXISTS (SELECT 1 FROM r WHERE r.a = s.a AND r.b = s.b)")
	case *tidb.DefaultExpr:
		v.no(n, "DEFAULT is")
	case *tidb.ValuesExpr:
		v.no(n, "VALUES() is")
	case *tidb.VariableExpr:
		v.no(n, "variables are")
	case *tidb.MaxValueExpr:
		v.no(n, "MAXVALUE is")
	case *tidb.MatchAgainst:
		v.no(n, "MATCH ... AGAINST is")
	case *tidb.SetCollationExpr:
		v.no(n, "COLLATE is")
	case *tidb.TableNameExpr:
		v.no(n, "sequences are")
	case *tidb.GetFormatSelectorExpr:
		v.no(n, "GET_FORMAT() is")
	case *tidb.JSONSumCrc32Expr:
		v.no(n, "JSON_SUM_CRC32() is")
	case *tidb.FuncCastExpr:
		v.no(n, "the operator BINARY is")
	case tidb.ParamMarkerExpr:
		v.no(n, "parameter markers ? are")
	case *tidb.SelectField:
		if n.WildCard != nil && n.WildCard.Schema.O != "" {
			v.no(n, "* of a nested column is")
		}
	case *tidb.PositionExpr:
		if n.P != nil {
			v.no(n, "parameter markers ? are")
		}
	case *tidb.FuncCallExpr:
		if n.Schema.O != "" {
			v.no(n, "a schema before the name of a function is")
		}
	}
}
