package bind

import (
	"math"
	"strconv"
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// binary gives the operators of the grammar the names that package expr uses.
func binary(op opcode.Op) string {
	return map[opcode.Op]string{
		opcode.LogicAnd: "AND", opcode.LogicOr: "OR", opcode.LogicXor: "XOR",
		opcode.EQ: "=", opcode.NE: "<>", opcode.NullEQ: "<=>",
		opcode.LT: "<", opcode.LE: "<=", opcode.GT: ">", opcode.GE: ">=",
		opcode.Plus: "+", opcode.Minus: "-", opcode.Mul: "*", opcode.Div: "/", opcode.IntDiv: "DIV", opcode.Mod: "%",
		opcode.And: "&", opcode.Or: "|", opcode.Xor: "^", opcode.LeftShift: "<<", opcode.RightShift: ">>",
	}[op]
}

func (e env) operator(n tidb.ExprNode) (expr.Node, error) {
	switch n := n.(type) {
	case *tidb.UnaryOperationExpr:
		return e.unary(n)
	case *tidb.BinaryOperationExpr:
		if name := binary(n.Op); name != "" {
			return e.call(name, n, n.L, n.R)
		}
		return nil, e.unsupported(n, "operator "+n.Op.String())
	case *tidb.BetweenExpr:
		out, err := e.call("BETWEEN", n, n.Expr, n.Left, n.Right)
		return e.not(n, n.Not, out, err)
	case *tidb.CaseExpr:
		return e.caseExpr(n)
	case *tidb.PatternInExpr:
		return e.in(n)
	case *tidb.IsNullExpr:
		if n.Not {
			return e.call("IS NOT NULL", n, n.Expr)
		}
		return e.call("IS NULL", n, n.Expr)
	case *tidb.IsTruthExpr:
		return e.call(truthName(n), n, n.Expr)
	case *tidb.PatternLikeOrIlikeExpr:
		return e.like(n)
	case *tidb.PatternRegexpExpr:
		out, err := e.call("REGEXP", n, n.Expr, n.Pattern)
		return e.not(n, n.Not, out, err)
	}
	return nil, e.refuseExpr(n)
}

func truthName(n *tidb.IsTruthExpr) string {
	name := "IS "
	if n.Not {
		name += "NOT "
	}
	if n.True != 0 {
		return name + "TRUE"
	}
	return name + "FALSE"
}

func (e env) not(n tidb.Node, negate bool, out expr.Node, err error) (expr.Node, error) {
	if err != nil || !negate {
		return out, err
	}
	return e.apply("NOT", n, []expr.Node{out})
}

func (e env) unary(n *tidb.UnaryOperationExpr) (expr.Node, error) {
	switch n.Op {
	case opcode.Plus:
		return e.bind(n.V)
	case opcode.Minus:
		if v, ok := n.V.(*driver.ValueExpr); ok && v.Kind() == driver.KindUint64 && v.GetUint64() == 1<<63 {
			return expr.NewLiteral(int64(math.MinInt64), batch.Of(batch.BigInt), e.span(n).Start), nil
		}
		return e.call("NEG", n, n.V)
	case opcode.Not, opcode.Not2:
		return e.call("NOT", n, n.V)
	case opcode.BitNeg:
		return e.call("~", n, n.V)
	}
	return nil, e.unsupported(n, "operator "+n.Op.String())
}

// caseExpr binds both forms; CASE x WHEN v is CASE WHEN x = v.
func (e env) caseExpr(n *tidb.CaseExpr) (expr.Node, error) {
	var args []expr.Node
	var nodes []tidb.ExprNode
	for _, w := range n.WhenClauses {
		cond, err := e.when(n, w)
		if err != nil {
			return nil, err
		}
		result, err := e.bind(w.Result)
		if err != nil {
			return nil, err
		}
		args, nodes = append(args, cond, result), append(nodes, w.Expr, w.Result)
	}
	if n.ElseClause != nil {
		otherwise, err := e.bind(n.ElseClause)
		if err != nil {
			return nil, err
		}
		args, nodes = append(args, otherwise), append(nodes, n.ElseClause)
	}
	return e.apply("CASE", n, args, nodes...)
}

func (e env) when(n *tidb.CaseExpr, w *tidb.WhenClause) (expr.Node, error) {
	if n.Value != nil {
		return e.call("=", w, n.Value, w.Expr)
	}
	return e.condition(w.Expr)
}

func (e env) in(n *tidb.PatternInExpr) (expr.Node, error) {
	if n.Sel != nil {
		return nil, e.misplacedSubquery(n.Sel, "IN (SELECT ..)")
	}
	out, err := e.call("IN", n, append([]tidb.ExprNode{n.Expr}, n.List...)...)
	return e.not(n, n.Not, out, err)
}

func (e env) like(n *tidb.PatternLikeOrIlikeExpr) (expr.Node, error) {
	nodes := []tidb.ExprNode{n.Expr, n.Pattern}
	args, err := e.all(nodes)
	if err != nil {
		return nil, err
	}
	if !n.IsLike {
		for i := range args {
			if args[i], err = e.apply("LOWER", nodes[i], args[i:i+1], nodes[i]); err != nil {
				return nil, err
			}
		}
	}
	if n.EscapeExplicit {
		escape := ""
		if n.Escape != 0 {
			escape = string(rune(n.Escape))
		}
		args = append(args, stringLiteral(escape, e.span(n).Start))
	}
	out, err := e.apply("LIKE", n, args, nodes...)
	return e.not(n, n.Not, out, err)
}

func formatUint(u uint64) string { return strconv.FormatUint(u, 10) }

func upper(s string) string { return strings.ToUpper(s) }
