package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/diag"
)

// refuse walks what TiDB parsed and refuses, field by field, what is not run.
// Most of it was refused before, token by token, with a better caret: this walk
// makes sure that nothing slips through.
func (m *mapping) refuse(root tidb.Node) error {
	v := &refuser{m: m}
	root.Accept(v)
	if v.err != nil {
		return v.err
	}
	return nil
}

type refuser struct {
	m   *mapping
	err *diag.Error
}

// no records the first refusal.
func (v *refuser) no(n tidb.Node, what string) { v.noAt(v.m.Span(n), what) }

// instead records the first refusal, and what to write.
func (v *refuser) instead(n tidb.Node, what, hint string) {
	if v.err == nil {
		v.noAt(v.m.Span(n), what)
		v.err = v.err.WithHint("%s", hint)
	}
}

func (v *refuser) noAt(at diag.Span, what string) {
	if v.err == nil {
		v.err = diag.Errorf(diag.Unsupported, v.m.src, at, "%s not supported", what)
	}
}

// Enter implements tidb.Visitor.
func (v *refuser) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *tidb.SelectStmt:
		v.selectStmt(n)
	case *tidb.SetOprSelectList:
		v.setOperation(n)
	case *tidb.Join, *tidb.TableSource, *tidb.TableName, *tidb.WithClause, *tidb.CommonTableExpression:
		v.table(n)
	case *tidb.WindowSpec, *tidb.WindowFuncExpr, *tidb.FrameClause:
		v.window(n)
	case *tidb.GroupByClause:
		v.unordered("GROUP BY", n.Items)
	case *tidb.PartitionByClause:
		v.unordered("PARTITION BY", n.Items)
	default:
		v.expression(n)
	}
	return n, v.err != nil
}

// Leave implements tidb.Visitor.
func (v *refuser) Leave(n tidb.Node) (tidb.Node, bool) { return n, true }
