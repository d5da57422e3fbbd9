package ast

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// Fields returns the select list that names the columns of the query: that of
// the first SELECT of a UNION ALL.
func (q *Query) Fields() []*tidb.SelectField {
	var node tidb.Node = q.Node
	for {
		switch n := node.(type) {
		case *tidb.SelectStmt:
			return n.Fields.Fields
		case *tidb.SetOprStmt:
			node = n.SelectList.Selects[0]
		case *tidb.SetOprSelectList:
			node = n.Selects[0]
		default:
			return nil
		}
	}
}

// FieldText is the source text of the expression of the i-th select field of
// Fields, without comments and with each run of white space made one space: the
// name of a column that was given none, as in MySQL.
func FieldText(q *Query, i int) string {
	field := q.Fields()[i]
	if field.Expr == nil {
		return "*"
	}
	return SourceText(Expr{Node: field.Expr, Map: q.Map}, q.Base)
}

// SourceText is the source text of an expression of the statement, normalised
// as FieldText does.
func SourceText(e Expr, in Base) string {
	at := e.Map.Span(e.Node)
	text := in.Src.Text[at.Start:at.End]
	toks, err := lex.Tokens(&diag.Source{Name: in.Src.Name, Text: text})
	if err != nil {
		return text
	}
	var b strings.Builder
	last := 0
	for _, t := range toks[:len(toks)-1] {
		if t.At.Start > last {
			b.WriteByte(' ')
		}
		b.WriteString(text[t.At.Start:t.At.End])
		last = t.At.End
	}
	return b.String()
}
