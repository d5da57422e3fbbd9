package parse

import (
	"fmt"
	"strings"

	"kinesql/sql/ast"
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
		return r.syntax("a window function such as TUMBLE")
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

// tableFunction rewrites TUMBLE(...) and its like.
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
