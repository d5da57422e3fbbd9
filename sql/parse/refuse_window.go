package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
)

// window: run are PARTITION BY, ORDER BY, a reference to a named window, and
// ROWS and RANGE frames.
func (v *refuser) window(n tidb.Node) {
	switch n := n.(type) {
	case *tidb.WindowFuncExpr:
		if n.FromLast {
			v.no(n, "FROM LAST is")
		}
	case *tidb.FrameClause:
		if n.Type == tidb.Groups {
			v.no(n, "GROUPS frames are")
		}
	}
}
