package parse

import (
	"sort"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/diag"
)

// mapping is the rewritten text of a query and the way back to the source; it
// implements ast.Map.
type mapping struct {
	src    *diag.Source
	text   string
	pieces []piece
	match  []int // for brackets the index of the partner, else -1
	root   tidb.Node
}

// newMapping joins the pieces to a text.
func newMapping(r *rewriter) *mapping {
	m := &mapping{src: r.src, pieces: r.out, match: make([]int, len(r.out))}
	var b strings.Builder
	var open []int
	for i := range m.pieces {
		p := &m.pieces[i]
		p.glue = p.glue || i > 0 && m.pieces[i-1].text == "("
		if i > 0 && !p.glue {
			b.WriteByte(' ')
		}
		p.off = b.Len()
		b.WriteString(p.text)
		m.match[i] = -1
		switch {
		case p.text == "(":
			open = append(open, i)
		case p.text == ")" && len(open) > 0:
			m.match[open[len(open)-1]], m.match[i] = i, open[len(open)-1]
			open = open[:len(open)-1]
		}
	}
	m.text = b.String()
	return m
}

// pieceAt is the index of the piece at an offset of the text, or of the last
// one before it.
func (m *mapping) pieceAt(off int) int {
	return max(0, sort.Search(len(m.pieces), func(i int) bool { return m.pieces[i].off > off })-1)
}

// whole is the span of all pieces.
func (m *mapping) whole() diag.Span {
	if len(m.pieces) == 0 {
		return diag.Span{}
	}
	return diag.Span{Start: m.pieces[0].at.Start, End: m.pieces[len(m.pieces)-1].at.End}
}

// Source implements ast.Map.
func (m *mapping) Source(offset int) int {
	if len(m.pieces) == 0 {
		return 0
	}
	p := m.pieces[m.pieceAt(offset)]
	if in := offset - p.off; p.at.Start+in < p.at.End && m.src.Text[p.at.Start:p.at.End] == p.text {
		return p.at.Start + in
	}
	return p.at.Start
}

// Span implements ast.Map.
func (m *mapping) Span(node tidb.Node) diag.Span {
	first, last := m.extent(node)
	if first < 0 {
		at := m.whole()
		at.End = min(at.End, at.Start+1)
		return at
	}
	at := m.pieces[first].at
	for _, p := range m.pieces[first : last+1] {
		at.Start, at.End = min(at.Start, p.at.Start), max(at.End, p.at.End)
	}
	return at
}
