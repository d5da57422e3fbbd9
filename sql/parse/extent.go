package parse

import (
	"reflect"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"
)

// extent is the range of pieces of a node, both ends included; first is -1
// where the node has no place.
func (m *mapping) extent(node tidb.Node) (first, last int) {
	if node == nil || reflect.ValueOf(node).IsNil() || len(m.pieces) == 0 {
		return -1, -1
	}
	off := node.OriginTextPosition()
	if off <= 0 {
		return m.unplaced(node)
	}
	first = m.pieceAt(off)
	return first, max(first, min(m.end(node, first), len(m.pieces)-1))
}

// unplaced finds nodes to which TiDB gives no position by what they hold.
func (m *mapping) unplaced(node tidb.Node) (first, last int) {
	switch n := node.(type) {
	case *tidb.ByItem:
		return m.extent(n.Expr)
	case *tidb.ColumnName, *tidb.TableSource, *tidb.SelectField:
		return -1, -1
	case *tidb.HavingClause:
		return m.extent(n.Expr)
	}
	return -1, -1
}

// end is the last piece of a node that starts at piece first.
func (m *mapping) end(node tidb.Node, first int) int {
	switch n := node.(type) {
	case *tidb.BinaryOperationExpr:
		if n.L.OriginTextPosition() > n.OriginTextPosition() && m.text1(first+1) == "(" && m.text1(first) == "MOD" {
			return m.match[first+1]
		}
		return m.endOf(n.R, first)
	case *tidb.UnaryOperationExpr:
		return m.endOf(n.V, first)
	case *tidb.BetweenExpr:
		return m.endOf(n.Right, first)
	case *tidb.PatternLikeOrIlikeExpr:
		return m.endOfLike(n, first)
	case *tidb.PatternRegexpExpr:
		return m.endOf(n.Pattern, first)
	case *tidb.PatternInExpr:
		return m.closing(m.endOf(n.Expr, first) + 1)
	case *tidb.IsNullExpr:
		return m.skipTo(m.endOf(n.Expr, first)+1, "NULL", "UNKNOWN")
	case *tidb.IsTruthExpr:
		return m.skipTo(m.endOf(n.Expr, first)+1, "TRUE", "FALSE")
	case *tidb.CaseExpr:
		return m.endOfCase(first)
	case *tidb.CompareSubqueryExpr:
		return m.endOf(n.R, first)
	case *tidb.ParenthesesExpr, *tidb.RowExpr, *tidb.SubqueryExpr, *tidb.ExistsSubqueryExpr:
		return m.closing(first)
	case *tidb.FuncCallExpr:
		return m.endOfCall(n, first)
	case *tidb.WindowFuncExpr:
		return m.endOfWindow(first)
	case *tidb.AggregateFuncExpr:
		return m.closing(first)
	case *tidb.ColumnNameExpr, *tidb.WildCardField:
		return m.endOfPath(first)
	case *tidb.SelectField:
		return m.endOfField(n, first)
	case *tidb.ByItem:
		return m.endOf(n.Expr, first)
	}
	return first
}

func (m *mapping) endOf(node tidb.Node, first int) int {
	if _, last := m.extent(node); last >= first {
		return last
	}
	return first
}

// text1 is the upper-cased text of piece i, or nothing.
func (m *mapping) text1(i int) string {
	if i < 0 || i >= len(m.pieces) {
		return ""
	}
	return strings.ToUpper(m.pieces[i].text)
}

// closing is the partner of the first opening bracket from piece i on.
func (m *mapping) closing(i int) int {
	for j := i; j < len(m.pieces) && j < i+4; j++ {
		if m.pieces[j].text == "(" && m.match[j] > 0 {
			return m.match[j]
		}
	}
	return i
}

// skipTo is the first piece from i on, and near, that is one of the words.
func (m *mapping) skipTo(i int, words ...string) int {
	for j := i; j < i+3; j++ {
		if contains(words, m.text1(j)) {
			return j
		}
	}
	return i
}

func (m *mapping) endOfLike(n *tidb.PatternLikeOrIlikeExpr, first int) int {
	last := m.endOf(n.Pattern, first)
	if m.text1(last+1) == "ESCAPE" {
		last += 2
	}
	return last
}

func (m *mapping) endOfCase(first int) int {
	depth := 0
	for i := first; i < len(m.pieces); i++ {
		switch m.text1(i) {
		case "CASE":
			depth++
		case "END":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return first
}

// endOfCall knows f(x), x || y, DATE '...' and CURRENT_TIMESTAMP.
func (m *mapping) endOfCall(n *tidb.FuncCallExpr, first int) int {
	if len(n.Args) == 2 && n.Args[0].OriginTextPosition() == n.OriginTextPosition() {
		return m.endOf(n.Args[1], first)
	}
	switch next := m.text1(first + 1); {
	case next == "(":
		return m.closing(first + 1)
	case strings.HasPrefix(next, "'") && contains([]string{"DATE", "TIME", "TIMESTAMP"}, m.text1(first)):
		return first + 1
	}
	return first
}

// endOfWindow is the end of f(x) OVER w or OVER (...).
func (m *mapping) endOfWindow(first int) int {
	i := m.closing(first)
	for j := i; j < len(m.pieces) && j < i+8; j++ {
		if m.text1(j) != "OVER" {
			continue
		}
		if m.text1(j+1) == "(" {
			return m.closing(j + 1)
		}
		return j + 1
	}
	return i
}

func (m *mapping) endOfPath(first int) int {
	for m.text1(first+1) == "." {
		first += 2
	}
	return first
}

// endOfField takes the alias along.
func (m *mapping) endOfField(n *tidb.SelectField, first int) int {
	if n.Expr == nil {
		return m.endOfPath(first)
	}
	last := m.endOf(n.Expr, first)
	if n.AsName.O == "" {
		return last
	}
	if m.text1(last+1) == "AS" {
		last++
	}
	return last + 1
}
