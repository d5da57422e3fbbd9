package parse

import tidb "github.com/pingcap/tidb/pkg/parser/ast"

// table: run are names and queries with an alias, joins of them, and WITH without
// RECURSIVE.
func (v *refuser) table(n tidb.Node) {
	switch n := n.(type) {
	case *tidb.Join:
		if n.NaturalJoin || n.StraightJoin {
			v.no(n, "NATURAL JOIN and STRAIGHT_JOIN are")
		}
	case *tidb.TableSource:
		switch {
		case n.Lateral:
			v.no(n, "LATERAL is")
		case len(n.ColumnNames) > 0:
			v.no(n, "a list of column names after an alias is")
		}
	case *tidb.TableName:
		v.tableName(n)
	case *tidb.WithClause:
		if n.IsRecursive {
			v.no(n, "WITH RECURSIVE is")
		}
	case *tidb.CommonTableExpression:
		if n.IsRecursive {
			v.no(n, "WITH RECURSIVE is")
		}
	}
}

func (v *refuser) tableName(n *tidb.TableName) {
	switch {
	case n.Schema.O != "":
		v.no(n, "a schema before the name of a stream is")
	case len(n.IndexHints) > 0:
		v.no(n, "index hints are")
	case len(n.PartitionNames) > 0:
		v.no(n, "PARTITION (...) is")
	case n.TableSample != nil:
		v.no(n, "TABLESAMPLE is")
	case n.AsOf != nil:
		v.no(n, "AS OF is")
	}
}
