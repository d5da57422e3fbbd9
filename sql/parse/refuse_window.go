package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/diag"
)

// window: run are PARTITION BY, ORDER BY, a reference to a named window, and
// ROWS and RANGE frames that end at CURRENT ROW.
func (v *refuser) window(n tidb.Node) {
	switch n := n.(type) {
	case *tidb.WindowFuncExpr:
		switch {
		case n.IgnoreNull:
			v.no(n, "IGNORE NULLS is")
		case n.FromLast:
			v.no(n, "FROM LAST is")
		}
	case *tidb.FrameClause:
		v.frame(n)
	}
}

func (v *refuser) frame(n *tidb.FrameClause) {
	start, end := n.Extent.Start, n.Extent.End
	switch {
	case n.Type == tidb.Groups:
		v.no(n, "GROUPS frames are")
	case start.Type == tidb.Following || end.Type == tidb.Following:
		v.no(n, "FOLLOWING in a window frame is")
	case end.Type == tidb.Preceding:
		v.noAt(v.m.frameEnd(), "a window frame that ends before CURRENT ROW is")
	}
}

// frameEnd is the first PRECEDING that ends a BETWEEN.
func (m *mapping) frameEnd() diag.Span {
	for i := range m.pieces {
		if m.text1(i) != "PRECEDING" || m.text1(i+1) != ")" {
			continue
		}
		for j := i; j >= 0 && m.text1(j) != "("; j-- {
			if m.text1(j) == "BETWEEN" {
				return m.pieces[i].at
			}
		}
	}
	return m.whole()
}
