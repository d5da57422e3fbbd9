package parse

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
)

// locate gives positions to nodes that TiDB leaves without: tables, select
// fields, columns in ORDER BY given by number, LIMIT.
func (m *mapping) locate(tables []int) {
	l := &locator{m: m, tables: tables}
	m.root.Accept(l)
}

type locator struct {
	m      *mapping
	tables []int
	limits int // the first piece that no LIMIT before it took
}

// Enter implements tidb.Visitor.
func (l *locator) Enter(n tidb.Node) (tidb.Node, bool) {
	switch n := n.(type) {
	case *tidb.TableName:
		l.table(n)
	case *tidb.SelectField:
		n.SetOriginTextPosition(n.Offset)
		if n.WildCard != nil {
			n.WildCard.SetOriginTextPosition(n.Offset)
		}
	case *tidb.GroupByClause:
		l.items(n.Items)
	case *tidb.OrderByClause:
		l.items(n.Items)
	case *tidb.Limit:
		l.limit(n)
	}
	return n, false
}

// Leave implements tidb.Visitor.
func (l *locator) Leave(n tidb.Node) (tidb.Node, bool) {
	if c, ok := n.(*tidb.ColumnNameExpr); ok {
		c.Name.SetOriginTextPosition(c.OriginTextPosition())
	}
	if ts, ok := n.(*tidb.TableSource); ok {
		ts.SetOriginTextPosition(ts.Source.OriginTextPosition())
	}
	return n, true
}

// table takes the next written table of that name.
func (l *locator) table(n *tidb.TableName) {
	want := tidbName(n.Name.O)
	for i, p := range l.tables {
		if l.m.pieces[p].text == want {
			n.SetOriginTextPosition(l.m.pieces[p].off)
			l.tables = append(l.tables[:i:i], l.tables[i+1:]...)
			return
		}
	}
}

// limit takes the next LIMIT: they are met in the order in which they are written.
func (l *locator) limit(n *tidb.Limit) {
	for j := l.limits; j < len(l.m.pieces); j++ {
		if l.m.text1(j) == "LIMIT" {
			n.SetOriginTextPosition(l.m.pieces[j].off)
			l.limits = j + 1
			return
		}
	}
}

// items places ORDER BY 1: the number after the item before it, or after BY.
func (l *locator) items(items []*tidb.ByItem) {
	for i, item := range items {
		p, ok := item.Expr.(*tidb.PositionExpr)
		if !ok || p.OriginTextPosition() > 0 {
			continue
		}
		if at := l.number(items, i); at >= 0 {
			p.SetOriginTextPosition(l.m.pieces[at].off)
		}
	}
}

// number is the piece of items[i]: counted from a neighbour that has a place.
func (l *locator) number(items []*tidb.ByItem, i int) int {
	if i == 0 {
		return l.firstNumber(items)
	}
	_, last := l.m.extent(items[i-1].Expr)
	for j := last + 1; last >= 0 && j < len(l.m.pieces); j++ {
		if l.m.pieces[j].text == "," {
			return j + 1
		}
	}
	return -1
}

// firstNumber is the number after the next BY that no other item took.
func (l *locator) firstNumber(items []*tidb.ByItem) int {
	want := items[0].Expr.(*tidb.PositionExpr).N
	for j := range l.m.pieces {
		if l.m.text1(j) == "BY" && l.m.text1(j+1) == itoa(want) {
			return j + 1
		}
	}
	return -1
}
