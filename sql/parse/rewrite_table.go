package parse

import (
	"fmt"
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// table rewrites what stands where FROM expects a stream.
func (r *rewriter) table(l *level) error {
	l.table = false
	t := r.cur()
	if err := r.refuseTable(t); err != nil {
		return err
	}
	switch {
	case t.Is("DUAL"):
		r.copy(false)
		return nil
	case t.Is("TABLE") && r.ahead(1).Is("("):
		return r.tableKeyword()
	case r.ahead(1).Is("(") && t.Kind == lex.Word:
		return r.tableFunction()
	case t.Kind == lex.Word && isReserved(strings.ToUpper(t.Text)):
		return r.reservedName(t, "the name of a stream")
	case r.matchFollows(r.pos + 1):
		return r.matchTable()
	}
	name, err := r.objectName("stream")
	if err != nil {
		return err
	}
	r.tables = append(r.tables, len(r.out))
	r.emit(lex.Quote(name.Name, '`'), name.At, false)
	return nil
}

// reservedName is the error for a keyword in the place of a name.
func (r *rewriter) reservedName(t lex.Token, what string) error {
	return r.syntaxAt(t, what).WithHint("%s is a reserved word: as a name it is written \"%s\"", strings.ToUpper(t.Text), t.Text)
}

// tableKeyword rewrites TABLE(TUMBLE(...)).
func (r *rewriter) tableKeyword() error {
	start, after := r.pos, r.match[r.pos+1]
	r.accept("TABLE", "(")
	if r.cur().Kind != lex.Word || !r.ahead(1).Is("(") {
		return r.syntax("TUMBLE", "HOP")
	}
	fn, err := r.readTableFunction()
	if err != nil {
		return err
	}
	if r.pos != after {
		return r.syntax(")")
	}
	r.accept(")")
	fn.At.Start = r.toks[start].At.Start
	r.useTableFunction(fn)
	return nil
}

// tableFunction rewrites TUMBLE(...) and HOP(...).
func (r *rewriter) tableFunction() error {
	fn, err := r.readTableFunction()
	if err != nil {
		return err
	}
	r.useTableFunction(fn)
	return nil
}

// useTableFunction writes the name that stands for the function.
func (r *rewriter) useTableFunction(fn *ast.TableFunction) {
	fn.At.End = r.last().End
	name := fmt.Sprintf("__tvf%d", len(r.functions)+1)
	r.functions[name] = fn
	r.tables = append(r.tables, len(r.out))
	r.emit(lex.Quote(name, '`'), fn.At, false)
}

// readTableFunction reads TUMBLE(source, time, intervals).
func (r *rewriter) readTableFunction() (*ast.TableFunction, error) {
	t := r.cur()
	upper := strings.ToUpper(t.Text)
	least, most := 1, 2
	switch upper {
	case "TUMBLE":
	case "HOP":
		least, most = 2, 3
	case "SESSION", "CUMULATE", "STAGGER":
		return nil, r.errorf(diag.Unsupported, t.At, "%s windows are not supported yet", strings.ToLower(upper))
	default:
		return nil, r.unknownTableFunction(t)
	}
	r.toks[r.pos].Role = lex.Keyword
	after := r.match[r.pos+1]
	r.pos += 2
	fn := &ast.TableFunction{Name: ast.Ident{Name: upper, At: t.At}, At: t.At}
	err := r.tableFunctionSource(fn)
	if err == nil {
		err = r.tableFunctionTime(fn)
	}
	for err == nil && r.accept(",") {
		var e ast.Expr
		e, err = r.exprUntilComma()
		fn.Args = append(fn.Args, e)
	}
	switch {
	case err != nil:
		return nil, err
	case r.pos != after:
		return nil, r.syntax(",", ")")
	case len(fn.Args) < least || len(fn.Args) > most:
		return nil, r.tableFunctionArity(fn)
	}
	r.accept(")")
	return fn, nil
}

func (r *rewriter) unknownTableFunction(t lex.Token) error {
	err := r.errorf(diag.UnknownName, t.At, "table function %q does not exist", t.Text)
	if s, ok := diag.Suggest(t.Text, []string{"TUMBLE", "HOP"}); ok {
		return err.WithHint("did you mean %s?", s)
	}
	return err.WithHint("there are TUMBLE and HOP")
}

func (r *rewriter) tableFunctionArity(fn *ast.TableFunction) error {
	usage := "TUMBLE(s, ts, size [, offset])"
	if fn.Name.Name == "HOP" {
		usage = "HOP(s, ts, slide, size [, offset])"
	}
	return r.errorf(diag.Invalid, fn.Name.At, "%s with %d intervals", fn.Name.Name, len(fn.Args)).WithHint("write %s", usage)
}

// tableFunctionSource reads s, TABLE s, TABLE(s), or a query in parentheses.
func (r *rewriter) tableFunctionSource(fn *ast.TableFunction) error {
	table := r.accept("TABLE")
	open := r.pos
	bracket := r.accept("(")
	if bracket && r.cur().IsAny("SELECT", "WITH", "(") {
		q, err := r.queryUntil(r.match[open])
		if fn.Query = q; err == nil && q.Emit != nil {
			err = r.errorf(diag.Syntax, q.Emit.At, "EMIT stands at the end of a statement, and only there")
		}
		r.accept(")")
		return err
	}
	if bracket && !table {
		return r.syntax("a query", "a stream")
	}
	if !r.cur().IsName() {
		return r.syntax("a stream", "a query in parentheses")
	}
	name, err := r.objectName("stream")
	if fn.Table = name; err == nil && bracket {
		err = r.expect(")")
	}
	return err
}

// tableFunctionTime reads , ts or , DESCRIPTOR(ts).
func (r *rewriter) tableFunctionTime(fn *ast.TableFunction) error {
	if r.cur().Is("=>") {
		return r.errorf(diag.Unsupported, r.cur().At, "named arguments are not supported").WithHint("give the arguments by position")
	}
	if err := r.expect(","); err != nil {
		return err
	}
	if !r.cur().Is("DESCRIPTOR") || !r.ahead(1).Is("(") {
		name, err := r.ident("a time column")
		fn.Time = name
		return err
	}
	r.accept("DESCRIPTOR", "(")
	name, err := r.ident("a time column")
	if fn.Time = name; err != nil {
		return err
	}
	return r.expect(")")
}
