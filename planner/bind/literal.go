package bind

import (
	"math"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/diag"
)

func (e env) literal(n tidb.ValueExpr) (expr.Node, error) {
	if _, ok := n.(tidb.ParamMarkerExpr); ok {
		return nil, e.unsupported(n, "a parameter")
	}
	v, ok := n.(*driver.ValueExpr)
	if !ok {
		return nil, e.unsupported(n, "this literal")
	}
	at := e.span(n).Start
	switch v.Kind() {
	case driver.KindNull:
		return expr.Null(at), nil
	case driver.KindInt64:
		if v.Type.GetFlag()&mysql.IsBooleanFlag != 0 {
			return expr.NewLiteral(v.GetInt64() != 0, batch.Of(batch.Boolean), at), nil
		}
		return expr.NewLiteral(v.GetInt64(), batch.Of(batch.BigInt), at), nil
	case driver.KindUint64:
		return e.decimal(n, v.GetDatumString(), at, v.GetUint64())
	case driver.KindFloat32, driver.KindFloat64:
		return expr.NewLiteral(v.GetFloat64(), batch.Of(batch.Double), at), nil
	case driver.KindString, driver.KindBytes:
		return stringLiteral(v.GetString(), at), nil
	case driver.KindMysqlDecimal:
		return e.decimal(n, v.GetMysqlDecimal().String(), at, 0)
	case driver.KindBinaryLiteral:
		return expr.NewLiteral([]byte(v.GetBinaryLiteral()), batch.Of(batch.Varbinary), at), nil
	}
	return nil, e.unsupported(n, "this literal")
}

// decimal makes a DECIMAL of digits with a point; of an integer beyond BIGINT as
// well.
func (e env) decimal(n tidb.Node, text string, at int, big uint64) (expr.Node, error) {
	if big > 0 {
		if big <= math.MaxInt64 {
			return expr.NewLiteral(int64(big), batch.Of(batch.BigInt), at), nil
		}
		text = formatUint(big)
	}
	num, t, err := expr.ParseDecimal(text)
	if err != nil {
		return nil, e.errorf(diag.Type, n, "%s", err)
	}
	return expr.NewLiteral(num, t, at), nil
}

// typedLiteral is DATE '..', TIME '..' and TIMESTAMP '..'.
func (e env) typedLiteral(n *tidb.FuncCallExpr, t batch.TypeID) (expr.Node, error) {
	arg, err := e.bind(n.Args[0])
	if err != nil {
		return nil, err
	}
	cast, err := expr.NewCast(arg, batch.Of(t), false, e.span(n).Start)
	if err != nil {
		return nil, e.typed(err, n, n.Args[0])
	}
	folded := expr.Fold(cast)
	if _, ok := expr.ConstValue(folded); !ok {
		return nil, e.errorf(diag.Type, n, "%s is not a %s", arg, batch.Of(t))
	}
	return folded, nil
}
