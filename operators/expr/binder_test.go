package expr

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	"github.com/pingcap/tidb/pkg/parser/test_driver"

	"kinesql/operators/batch"
)

// binder makes trees of SQL text for tests; names are columns of schema.
type binder struct{ schema *batch.Schema }

var (
	intervalText2 = regexp.MustCompile(`(?i)\bINTERVAL\s+('[^']*'|-?\w+)\s+([A-Z_]+)`)
	dateFunctions = regexp.MustCompile(`(?i)\b(DATE_ADD|DATE_SUB|CARDINALITY)\(`)
)

// parse rewrites what TiDB does not know, as package parse does for statements.
func (b binder) parse(text string) (n Node, err error) {
	text = rewriteCasts(text)
	text = intervalText2.ReplaceAllString(text, "__interval($1, '$2')")
	text = dateFunctions.ReplaceAllString(text, "__fn_$1(")
	p := parser.New()
	p.SetSQLMode(mysql.ModePipesAsConcat | mysql.ModeANSIQuotes | mysql.ModeNoBackslashEscapes)
	stmts, _, err := p.Parse("SELECT "+text, "", "")
	if err != nil {
		return nil, fmt.Errorf("parse %q: %w", text, err)
	}
	return b.bind(stmts[0].(*ast.SelectStmt).Fields.Fields[0].Expr)
}

// rewriteCasts turns CAST(x AS type) into __cast(x, 'type').
func rewriteCasts(text string) string {
	for _, word := range []string{"TRY_CAST(", "CAST("} {
		for from := 0; ; {
			at := strings.Index(text[from:], word)
			if at < 0 {
				break
			}
			at += from
			from = at + len(word)
			if at > 0 && text[at-1] == '_' {
				continue
			}
			end, as := closing(text, from)
			text = text[:at] + "__" + strings.ToLower(word) + text[from:as] + ", '" + strings.TrimSpace(text[as+4:end]) + "'" + text[end:]
		}
	}
	return text
}

// closing finds the parenthesis that ends a cast, and its AS.
func closing(text string, from int) (end, as int) {
	depth, inText := 1, false
	for i := from; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			inText = !inText
		case inText:
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
			if depth == 0 {
				return i, as
			}
		case depth == 1 && strings.HasPrefix(text[i:], " AS "):
			as = i
		}
	}
	panic("unbalanced: " + text)
}

func (b binder) bindAll(es ...ast.ExprNode) ([]Node, error) {
	out := make([]Node, len(es))
	for i, e := range es {
		n, err := b.bind(e)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func (b binder) call(name string, es ...ast.ExprNode) (Node, error) {
	args, err := b.bindAll(es...)
	if err != nil {
		return nil, err
	}
	return New(name, args, -1)
}

func (b binder) not(not bool, n Node, err error) (Node, error) {
	if err != nil || !not {
		return n, err
	}
	return New("NOT", []Node{n}, -1)
}

var operatorNames = map[opcode.Op]string{
	opcode.LogicAnd: "AND", opcode.LogicOr: "OR", opcode.LogicXor: "XOR", opcode.IntDiv: "DIV", opcode.Mod: "%",
	opcode.Plus: "+", opcode.Minus: "-", opcode.Mul: "*", opcode.Div: "/", opcode.EQ: "=", opcode.NE: "<>",
	opcode.LT: "<", opcode.LE: "<=", opcode.GT: ">", opcode.GE: ">=", opcode.NullEQ: "<=>", opcode.And: "&",
	opcode.Or: "|", opcode.Xor: "^", opcode.LeftShift: "<<", opcode.RightShift: ">>", opcode.BitNeg: "~",
	opcode.Not: "NOT", opcode.Not2: "!",
}

func (b binder) bind(e ast.ExprNode) (Node, error) {
	switch e := e.(type) {
	case *test_driver.ValueExpr:
		return literal(e)
	case *ast.ParenthesesExpr:
		return b.bind(e.Expr)
	case *ast.ColumnNameExpr:
		i := b.schema.Index(e.Name.Name.O)
		if i < 0 {
			return nil, fmt.Errorf("unknown column %s", e.Name)
		}
		return &Column{Index: i, Name: e.Name.Name.O, Typ: b.schema.Field(i).Type, At: -1}, nil
	case *ast.UnaryOperationExpr:
		return b.unary(e)
	case *ast.BinaryOperationExpr:
		return b.call(operatorNames[e.Op], e.L, e.R)
	case *ast.IsNullExpr:
		if e.Not {
			return b.call("IS NOT NULL", e.Expr)
		}
		return b.call("IS NULL", e.Expr)
	case *ast.IsTruthExpr:
		name := "IS "
		if e.Not {
			name += "NOT "
		}
		return b.call(name+map[int64]string{0: "FALSE", 1: "TRUE"}[e.True], e.Expr)
	case *ast.BetweenExpr:
		n, err := b.call("BETWEEN", e.Expr, e.Left, e.Right)
		return b.not(e.Not, n, err)
	case *ast.PatternInExpr:
		n, err := b.call("IN", append([]ast.ExprNode{e.Expr}, e.List...)...)
		return b.not(e.Not, n, err)
	}
	return b.bindMore(e)
}

func (b binder) unary(e *ast.UnaryOperationExpr) (Node, error) {
	switch e.Op {
	case opcode.Minus:
		n, err := b.call("NEG", e.V)
		if err != nil {
			return nil, err
		}
		return Fold(n), nil
	case opcode.Plus:
		return b.bind(e.V)
	}
	return b.call(operatorNames[e.Op], e.V)
}

func (b binder) bindMore(e ast.ExprNode) (Node, error) {
	switch e := e.(type) {
	case *ast.PatternLikeOrIlikeExpr:
		args, err := b.bindAll(e.Expr, e.Pattern)
		if err != nil {
			return nil, err
		}
		if e.Escape != '\\' {
			args = append(args, text(string(e.Escape)))
		}
		n, err := New("LIKE", args, -1)
		return b.not(e.Not, n, err)
	case *ast.PatternRegexpExpr:
		n, err := b.call("REGEXP", e.Expr, e.Pattern)
		return b.not(e.Not, n, err)
	case *ast.CaseExpr:
		return b.bindCase(e)
	case *ast.TimeUnitExpr:
		return text(e.Unit.String()), nil
	case *ast.TrimDirectionExpr:
		return text(e.Direction.String()), nil
	case *ast.FuncCallExpr:
		return b.function(e)
	case *ast.FuncCastExpr:
		return b.call("DATE", e.Expr)
	}
	return nil, fmt.Errorf("the test binder knows no %T", e)
}

func text(s string) Node { return NewLiteral(s, batch.Of(batch.Varchar), -1) }

func (b binder) bindCase(e *ast.CaseExpr) (Node, error) {
	var args []Node
	for _, w := range e.WhenClauses {
		cond, err := b.bind(w.Expr)
		if err != nil {
			return nil, err
		}
		if e.Value != nil {
			v, err := b.bind(e.Value)
			if err != nil {
				return nil, err
			}
			if cond, err = New("=", []Node{v, cond}, -1); err != nil {
				return nil, err
			}
		}
		v, err := b.bind(w.Result)
		if err != nil {
			return nil, err
		}
		args = append(args, cond, v)
	}
	if e.ElseClause != nil {
		v, err := b.bind(e.ElseClause)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	return New("CASE", args, -1)
}

func (b binder) function(e *ast.FuncCallExpr) (Node, error) {
	name := strings.ToUpper(strings.TrimPrefix(e.FnName.O, "__fn_"))
	name = strings.TrimPrefix(name, "'TIDB`.(") // how TiDB marks DATE '..' and its kin
	args, err := b.bindAll(e.Args...)
	if err != nil {
		return nil, err
	}
	switch name {
	case "__CAST", "__TRY_CAST":
		to, err := parseType(args[1].(*Literal).Value.Str(0))
		if err != nil {
			return nil, err
		}
		return NewCast(args[0], to, name == "__TRY_CAST", -1)
	case "ADDDATE", "SUBDATE":
		args = args[:2] // TiDB adds the unit DAY
	case "__INTERVAL":
		if l, ok := args[0].(*Literal); ok {
			v, t, err := ParseInterval(string(appendText(nil, &l.Value, 0)), args[1].(*Literal).Value.Str(0))
			if err != nil {
				return nil, err
			}
			return NewLiteral(v, t, -1), nil
		}
		name = "INTERVAL"
	case "DATELITERAL":
		return NewCast(args[0], batch.Of(batch.Date), false, -1)
	case "TIMELITERAL":
		return NewCast(args[0], batch.Of(batch.Time), false, -1)
	case "TIMESTAMPLITERAL":
		return NewCast(args[0], batch.Of(batch.Timestamp), false, -1)
	case "INSERT_FUNC":
		name = "INSERT"
	case "CHAR_FUNC":
		name, args = "CHAR", args[:len(args)-1]
	}
	return New(name, args, -1)
}

func literal(e *test_driver.ValueExpr) (Node, error) {
	switch v := e.GetValue().(type) {
	case nil:
		return Null(-1), nil
	case int64:
		if e.GetType().GetFlag()&mysql.IsBooleanFlag != 0 {
			return NewLiteral(v == 1, batch.Of(batch.Boolean), -1), nil
		}
		return NewLiteral(v, batch.Of(batch.BigInt), -1), nil
	case uint64:
		return NewLiteral(decimal128.FromU64(v), batch.DecimalOf(20, 0), -1), nil
	case float64:
		return NewLiteral(v, batch.Of(batch.Double), -1), nil
	case string:
		return text(v), nil
	case *test_driver.MyDecimal:
		d, t, err := ParseDecimal(string(v.ToString()))
		return NewLiteral(d, t, -1), err
	case test_driver.BinaryLiteral:
		return NewLiteral([]byte(v), batch.Of(batch.Varbinary), -1), nil
	}
	return nil, fmt.Errorf("the test binder knows no value %T", e.GetValue())
}

var typePattern = regexp.MustCompile(`^([A-Z]+)(?:\((\d+)(?:,\s*(\d+))?\))?$`)

// parseType reads a SQL type.
func parseType(s string) (batch.Type, error) {
	if inner, ok := strings.CutPrefix(s, "ARRAY<"); ok {
		elem, err := parseType(strings.TrimSuffix(inner, ">"))
		return batch.ArrayOf(elem), err
	}
	if inner, ok := strings.CutPrefix(s, "ROW<"); ok {
		var fields []batch.Field
		for _, f := range strings.Split(strings.TrimSuffix(inner, ">"), ", ") {
			name, typ, _ := strings.Cut(f, " ")
			t, err := parseType(typ)
			if err != nil {
				return batch.Type{}, err
			}
			fields = append(fields, batch.Field{Name: name, Type: t})
		}
		return batch.RowOf(fields...), nil
	}
	m := typePattern.FindStringSubmatch(s)
	if m == nil {
		return batch.Type{}, fmt.Errorf("bad type %q", s)
	}
	for id := batch.Boolean; id <= batch.JSON; id++ {
		if id.String() == m[1] {
			t := batch.Of(id)
			fmt.Sscan(m[2], &t.Precision)
			fmt.Sscan(m[3], &t.Scale)
			return t, nil
		}
	}
	return batch.Type{}, fmt.Errorf("unknown type %q", s)
}

// evaluate returns the value of a constant expression as text, NULL, or its fault.
func evaluate(t testing.TB, n Node) string {
	t.Helper()
	p, err := Compile(n)
	if err != nil {
		return "error: " + err.Error()
	}
	p.SetNow(testNow)
	v, faults := p.evalRows(1)
	if len(faults) > 0 {
		return "fault " + faults[0].Code + ": " + faults[0].Message
	}
	return show(v, 0)
}

// show prints a value as the goldens have it.
func show(v *batch.Vector, i int) string {
	if !validNested(v, i) {
		return "NULL"
	}
	text := string(appendText(nil, v, i))
	if strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' }) {
		return fmt.Sprintf("X'%X'", text)
	}
	return text
}
