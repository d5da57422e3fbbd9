package parse

import (
	"strconv"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

func itoa(n int) string           { return strconv.Itoa(n) }
func tidbName(name string) string { return lex.Quote(name, '`') }

// checkDepth refuses trees so deep that walking them could exhaust the stack.
func (m *mapping) checkDepth(root tidb.Node) error {
	d := &depthMeter{}
	root.Accept(d)
	if d.deepest == nil {
		return nil
	}
	at := m.pieces[m.pieceAt(d.deepest.OriginTextPosition())].at
	return diag.Errorf(diag.Syntax, m.src, at, "the expression is nested more than %d deep", maxDepth).
		WithHint("write long chains of OR as x IN (...)")
}

// depthMeter stops below maxDepth.
type depthMeter struct {
	depth   int
	deepest tidb.Node
}

// Enter implements tidb.Visitor.
func (d *depthMeter) Enter(n tidb.Node) (tidb.Node, bool) {
	d.depth++
	if d.depth > maxDepth && d.deepest == nil {
		d.deepest = n
	}
	return n, d.deepest != nil
}

// Leave implements tidb.Visitor.
func (d *depthMeter) Leave(n tidb.Node) (tidb.Node, bool) {
	d.depth--
	return n, true
}
