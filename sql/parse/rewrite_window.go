package parse

import (
	"strings"

	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// windowFunctionNames are the windows that stand in FROM and GROUP BY.
var windowFunctionNames = []string{"TUMBLE", "HOP", "CUMULATE", "SESSION", "STAGGER", "COUNT_WINDOW"}

// readTableFunction reads TUMBLE(source [PARTITION BY keys], time, arguments), the
// arguments by position or by name.
func (r *rewriter) readTableFunction() (*ast.TableFunction, error) {
	t := r.cur()
	upper := strings.ToUpper(t.Text)
	if !contains(windowFunctionNames, upper) {
		return nil, r.unknownTableFunction(t)
	}
	r.toks[r.pos].Role = lex.Keyword
	after := r.match[r.pos+1]
	r.pos += 2
	w := &windowReader{rewriter: r, fn: &ast.TableFunction{Name: ast.Ident{Name: upper, At: t.At}, At: t.At}}
	w.timed = upper == "COUNT_WINDOW"
	for {
		if err := w.argument(); err != nil {
			return nil, err
		}
		if !r.accept(",") {
			break
		}
	}
	switch {
	case r.pos != after:
		return nil, r.syntax(",", ")")
	case !w.timed:
		return nil, r.syntax(",")
	case !w.sourced:
		return nil, r.syntax("DATA => TABLE s")
	}
	r.accept(")")
	return w.fn, nil
}

func (r *rewriter) unknownTableFunction(t lex.Token) error {
	err := r.errorf(diag.UnknownName, t.At, "table function %q does not exist", t.Text)
	if s, ok := diag.Suggest(t.Text, windowFunctionNames); ok {
		return err.WithHint("did you mean %s?", s)
	}
	return err.WithHint("there are %s", strings.Join(windowFunctionNames, ", "))
}

// windowReader reads the arguments of a window table function.
type windowReader struct {
	*rewriter
	fn             *ast.TableFunction
	sourced, timed bool // source and time have been read, or there is none
	named          bool // an argument was given by name
}

// argument reads one argument.
func (w *windowReader) argument() error {
	name := ast.Ident{}
	switch t := w.cur(); {
	case t.IsName() && w.ahead(1).Is("=>"):
		name = ast.Ident{Name: strings.ToUpper(t.Text), At: t.At}
		w.toks[w.pos].Role = lex.Keyword
		w.pos += 2
		w.named = true
	case w.named:
		return w.errorf(diag.Syntax, t.At, "an argument by position follows one by name").
			WithHint("name this one as well")
	}
	switch {
	case name.Name == "DATA" || name.Name == "" && !w.sourced:
		return w.source(name)
	case name.Name == "TIMECOL" || name.Name == "" && !w.timed:
		return w.time(name)
	}
	e, err := w.exprUntilComma()
	w.fn.Args = append(w.fn.Args, ast.WindowArg{Expr: e, Name: name})
	return err
}

// source reads s, TABLE s, TABLE(s), or a query in parentheses, then PARTITION BY.
func (w *windowReader) source(name ast.Ident) error {
	if w.sourced {
		return w.twice(name)
	}
	w.sourced = true
	err := w.relation()
	if err == nil && w.cur().Is("PARTITION") {
		err = w.partition()
	}
	return err
}

func (w *windowReader) twice(name ast.Ident) error {
	return w.errorf(diag.Invalid, name.At, "%s is given twice", name.Name)
}

func (w *windowReader) relation() error {
	table := w.accept("TABLE")
	open := w.pos
	bracket := w.accept("(")
	if bracket && w.cur().IsAny("SELECT", "WITH", "(") {
		q, err := w.queryUntil(w.match[open])
		if w.fn.Query = q; err == nil {
			err = w.noTail(q)
		}
		w.accept(")")
		return err
	}
	if bracket && !table {
		return w.syntax("a query", "a stream")
	}
	if !w.cur().IsName() {
		return w.syntax("a stream", "a query in parentheses")
	}
	name, err := w.objectName("stream")
	if w.fn.Table = name; err == nil && bracket {
		err = w.expect(")")
	}
	return err
}

// partition reads PARTITION BY k, l or PARTITION BY (k, l). Where no DESCRIPTOR
// follows a list without brackets, its last name is the time.
func (w *windowReader) partition() error {
	w.accept("PARTITION")
	if err := w.expect("BY"); err != nil {
		return err
	}
	if w.cur().Is("(") {
		keys, err := w.names("a column")
		w.fn.Partition = keys
		return err
	}
	for {
		key, err := w.ident("a column")
		if err != nil {
			return err
		}
		w.fn.Partition = append(w.fn.Partition, key)
		if !w.cur().Is(",") || !w.ahead(1).IsName() || !w.ahead(2).IsAny(",", ")") {
			break
		}
		w.accept(",")
	}
	if last := len(w.fn.Partition) - 1; !w.timed && last > 0 && !w.timeFollows() {
		w.fn.Time, w.timed = w.fn.Partition[last], true
		w.fn.Partition = w.fn.Partition[:last]
	}
	return nil
}

// timeFollows reports whether the next argument is a time that cannot be a key.
func (w *windowReader) timeFollows() bool {
	return w.ahead(1).IsAny("DESCRIPTOR", "PROCTIME") && w.ahead(2).Is("(") || w.ahead(2).Is("=>")
}

// time reads ts, DESCRIPTOR(ts) or PROCTIME().
func (w *windowReader) time(name ast.Ident) error {
	if w.timed {
		return w.errorf(diag.Invalid, name.At, "%s takes no TIMECOL here", w.fn.Name.Name)
	}
	w.timed = true
	if at := w.cur().At; w.cur().Is("PROCTIME") && w.ahead(1).Is("(") {
		w.fn.Clock = true
		w.accept("PROCTIME", "(")
		err := w.expect(")")
		w.fn.Time = ast.Ident{At: diag.Span{Start: at.Start, End: w.last().End}}
		return err
	}
	descriptor := w.accept("DESCRIPTOR", "(")
	column, err := w.ident("a time column")
	if w.fn.Time = column; err == nil && descriptor {
		err = w.expect(")")
	}
	return err
}
