package bind

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	"github.com/pingcap/tidb/pkg/parser/types"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

// cast is CAST and TRY_CAST, written as __cast(x, 'type').
func (e env) cast(n *tidb.FuncCallExpr, try bool) (expr.Node, error) {
	arg, err := e.bind(n.Args[0])
	if err != nil {
		return nil, err
	}
	text, _ := stringValue(n.Args[1])
	name, err := parse.Type(text)
	if err != nil {
		return nil, e.errorf(diag.Type, n, "%q is not a type", text)
	}
	t, err := Type(e.Source(), whole(name))
	if err != nil {
		if d, ok := err.(*diag.Error); ok { // the place is within text
			d.Source, d.Span = e.Source(), e.span(n)
		}
		return nil, err
	}
	out, err := expr.NewCast(arg, t, try, e.span(n).Start)
	if err != nil {
		return nil, e.typed(err, n, n.Args[0])
	}
	return out, nil
}

// whole is the type that a cast without a length means: CAST(x AS CHAR) keeps
// all of the text, as MySQL does, although a column of type CHAR is one
// character.
func whole(t ast.TypeName) ast.TypeName {
	if len(t.Args) == 0 {
		switch t.Name {
		case "CHAR":
			t.Name = "VARCHAR"
		case "BINARY":
			t.Name = "VARBINARY"
		}
	}
	return t
}

// tidbCast is what the grammar makes of CONVERT(x, type) and BINARY x.
func (e env) tidbCast(n *tidb.FuncCastExpr) (expr.Node, error) {
	t, ok := tidbType(n.Tp)
	if !ok {
		return nil, e.unsupported(n, "a cast to "+n.Tp.String())
	}
	arg, err := e.bind(n.Expr)
	if err != nil {
		return nil, err
	}
	out, err := expr.NewCast(arg, t, false, e.span(n).Start)
	if err != nil {
		return nil, e.typed(err, n, n.Expr)
	}
	return out, nil
}

func tidbType(t *types.FieldType) (batch.Type, bool) {
	switch t.GetType() {
	case mysql.TypeLonglong:
		return batch.Of(batch.BigInt), !mysql.HasUnsignedFlag(t.GetFlag())
	case mysql.TypeNewDecimal:
		return batch.DecimalOf(max(1, t.GetFlen()), max(0, t.GetDecimal())), true
	case mysql.TypeDouble:
		return batch.Of(batch.Double), true
	case mysql.TypeFloat:
		return batch.Of(batch.Real), true
	case mysql.TypeDate:
		return batch.Of(batch.Date), true
	case mysql.TypeDatetime:
		return batch.Of(batch.Timestamp), true
	case mysql.TypeDuration:
		return batch.Of(batch.Time), true
	case mysql.TypeJSON:
		return batch.Of(batch.JSON), true
	case mysql.TypeVarString:
		if t.GetCharset() == "binary" {
			return batch.Of(batch.Varbinary), true
		}
		return varchar, true
	}
	return batch.Type{}, false
}
