package bind

import (
	"slices"
	"strings"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/operators/pattern"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// matcher is a MATCH_RECOGNIZE being bound.
type matcher struct {
	*query
	ast   *ast.Match
	scope *scope // of the input
	names []string
	cfg   pattern.Config
	cols  *columns // that the step reads
}

// matchRecognize binds MATCH_RECOGNIZE in FROM. Its columns are those of PARTITION
// BY and the measures, or with ALL ROWS PER MATCH those of the input and the
// measures. With one row a match, ROWTIME is the time of its last row.
func (q *query) matchRecognize(m *ast.Match) (*scope, error) {
	x := &matcher{query: q, ast: m}
	var err error
	if x.scope, err = x.input(); err != nil {
		return nil, err
	}
	x.cfg.AllRows = m.AllRows
	x.cols = newColumns(nil)
	if m.AllRows {
		x.cols = newColumns(x.scope.node)
	}
	for _, part := range []func() error{x.partition, x.order, x.pattern, x.skip, x.within, x.defines} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return x.measures()
}

// input binds what is matched.
func (x *matcher) input() (*scope, error) {
	s := &scope{alias: x.ast.Alias.Name}
	var err error
	if in := x.ast.Query; in != nil {
		if e := in.Emit; e != nil {
			return nil, x.errorAt(diag.Invalid, e.At, "EMIT stands at the end of the whole query")
		}
		inner := &query{Binder: x.Binder, Query: in, ctes: x.ctes}
		s.node, err = inner.resultSet(in.Node)
	} else {
		s.node, err = x.relation(x.ast.Table.Name, x.ast.Table.At)
		if s.alias == "" {
			s.alias = x.ast.Table.Name
		}
	}
	if err != nil {
		return nil, err
	}
	s.hidden = hiddenOf(s.node)
	if s.node.Traits().Retracts {
		return nil, x.errorAt(diag.Unsupported, x.ast.At, "MATCH_RECOGNIZE over a result that changes is not supported").
			WithHint("match rows that stay: group the inner query by a window, or match the stream itself")
	}
	return s, nil
}

// env is where an expression of the clause stands.
func (x *matcher) env(e ast.Expr, clause string) env {
	inner := &query{Binder: x.Binder, Query: x.argument(e), ctes: x.ctes}
	s := &selection{query: inner, scope: x.scope, spans: map[int]diag.Span{}}
	return env{selection: s, clause: clause}
}

// partition binds PARTITION BY, which names columns.
func (x *matcher) partition() error {
	for _, p := range x.ast.Partition {
		e := x.env(p, "PARTITION BY")
		n, err := e.bind(p.Node)
		if err != nil {
			return err
		}
		c, ok := n.(*expr.Column)
		if !ok {
			return e.errorf(diag.Unsupported, p.Node, "PARTITION BY of MATCH_RECOGNIZE names columns, and %s is none", n).
				WithHint("compute it in a query: FROM (SELECT *, f(x) AS k FROM s) MATCH_RECOGNIZE (PARTITION BY k ...)")
		}
		if _, err := aggregate.NewTable([]batch.Type{c.Type()}); err != nil {
			return e.errorf(diag.Type, p.Node, "%s of type %s cannot be partitioned by", c, c.Type())
		}
		if at := x.cols.add(c); !slices.Contains(x.cfg.Partition, at) {
			x.cfg.Partition = append(x.cfg.Partition, at)
		}
	}
	return nil
}

// order binds ORDER BY: the time attribute, ascending.
func (x *matcher) order() error {
	o := x.ast.Order[0]
	e := x.env(o.Expr, "ORDER BY")
	n, err := e.bind(o.Expr.Node)
	if err != nil {
		return err
	}
	at := o.Expr.Node
	c, ok := n.(*expr.Column)
	times := x.scope.node.Traits().Times
	switch {
	case len(times) == 0:
		return e.errorf(diag.Invalid, at, "MATCH_RECOGNIZE needs a time attribute, and there is none here").
			WithHint("declare one in CREATE STREAM: WATERMARK FOR ts AS ts - INTERVAL '5' SECOND")
	case !ok || !slices.Contains(times, c.Index):
		return e.errorf(diag.Invalid, at, "ORDER BY of MATCH_RECOGNIZE must be the time attribute, not %s", n).
			WithHint("use %q, which has a watermark", x.scope.node.Schema().Field(times[0]).Name)
	case o.Desc:
		return e.errorf(diag.Unsupported, at, "MATCH_RECOGNIZE with descending time is not supported").
			WithHint("turn the pattern around: rows come in the order of time")
	case len(x.ast.Order) > 1:
		second := x.ast.Order[1].Expr
		return x.env(second, "ORDER BY").errorf(diag.Unsupported, second.Node, "MATCH_RECOGNIZE is ordered by time alone").
			WithHint("rows of one time are taken in the order in which they come")
	}
	x.cfg.Time = x.cols.add(c)
	return nil
}

// within binds WITHIN.
func (x *matcher) within() error {
	w := x.ast.Within
	if w == nil {
		return nil
	}
	e := x.env(*w, "WITHIN")
	n, err := e.bind(w.Node)
	if err != nil {
		return err
	}
	x.cfg.Within, err = e.micros(intervalArg{node: n, at: e.span(w.Node)}, "WITHIN")
	if err == nil && x.cfg.Within <= 0 {
		err = e.errorf(diag.Invalid, w.Node, "WITHIN needs an interval greater than zero")
	}
	return err
}

// defines binds DEFINE.
func (x *matcher) defines() error {
	m := &matching{matcher: x, define: -1}
	conds := make([]expr.Node, len(x.names))
	for _, d := range x.ast.Defines {
		v, err := x.variable(d.Variable)
		if err != nil {
			return err
		}
		if conds[v] != nil {
			return x.errorAt(diag.Exists, d.Variable.At, "variable %q is defined twice", x.names[v])
		}
		m.define = v
		e := x.env(d.Cond, "DEFINE")
		e.match = m
		cond, err := e.condition(d.Cond.Node)
		if err != nil {
			return err
		}
		conds[v] = cond
	}
	for v, cond := range conds {
		variable := pattern.Variable{Name: x.names[v], Filter: -1}
		if cond != nil {
			m.split(&variable, v, cond)
		}
		x.cfg.Variables = append(x.cfg.Variables, variable)
	}
	var err error
	x.cfg.Conds, err = m.slots(x.cfg.Variables)
	return err
}

// variable finds a variable of the pattern.
func (x *matcher) variable(name ast.Ident) (int, error) {
	v, err := find(x.names, name.Name)
	switch {
	case err != nil:
		return 0, x.errorAt(diag.Ambiguous, name.At, "%s", strings.Replace(err.Error(), "column", "variable", 1))
	case v < 0:
		return 0, x.errorAt(diag.UnknownName, name.At, "the pattern has no variable %q", name.Name).
			WithHint("it has %s", strings.Join(x.names, ", "))
	}
	return v, nil
}

// measures binds MEASURES and builds the step, with a projection above that
// computes the measures of what the step finds.
func (x *matcher) measures() (*scope, error) {
	m := &matching{matcher: x, define: -1, measuring: true}
	var exprs []expr.Node
	var names []string
	for _, item := range x.ast.Measures {
		e := x.env(item.Expr, "MEASURES")
		e.match = m
		n, err := e.bind(item.Expr.Node)
		if err != nil {
			return nil, err
		}
		if slices.Contains(names, item.Name.Name) {
			return nil, x.errorAt(diag.Exists, item.Name.At, "there are two measures called %q", item.Name.Name)
		}
		exprs, names = append(exprs, n), append(names, item.Name.Name)
	}
	if !x.cfg.AllRows { // their rows have their time
		exprs = append(exprs, m.add(m.lastTime()))
	}
	step := &logical.Match{}
	for _, s := range m.list {
		step.Names = append(step.Names, s.text)
	}
	var err error
	if x.cfg.Measures, err = m.all(); err != nil {
		return nil, err
	}
	step.Config, step.Input = x.cfg, x.cols.project(x.scope.node)
	return x.output(step, exprs, names)
}

// output names what the step gives: the columns of the input, the measures, and
// hidden behind them the time.
func (x *matcher) output(step *logical.Match, exprs []expr.Node, names []string) (*scope, error) {
	base := len(x.cfg.Partition)
	if x.cfg.AllRows {
		base = step.Input.Schema().Len()
	}
	out := &logical.Project{Input: step}
	s := &scope{node: out, hidden: x.scope.hidden}
	shown := base
	if x.cfg.AllRows {
		shown = x.scope.node.Schema().Len()
	}
	for i := range shown {
		out.Exprs, out.Names = append(out.Exprs, logical.Column(step, i)), append(out.Names, step.Schema().Field(i).Name)
	}
	for i, n := range exprs {
		name := rowtime
		if i < len(names) {
			name = names[i]
			if slices.Contains(out.Names, name) {
				return nil, x.errorAt(diag.Exists, x.ast.Measures[i].Name.At, "there are two columns called %q", name)
			}
		}
		out.Exprs = append(out.Exprs, expr.Rewrite(n, func(n expr.Node) expr.Node {
			if c, ok := n.(*expr.Column); ok && c.Index >= matchBase {
				return logical.Column(step, c.Index-matchBase+base)
			}
			return n
		}))
		out.Names = append(out.Names, name)
	}
	if !x.cfg.AllRows {
		s.hidden = hidden{from: len(out.Exprs) - 1, n: 1}
	}
	return s, nil
}
