// Package bind gives meaning to statements: it resolves names against the
// catalog, types expressions and builds logical plans. It reads the nodes of the
// TiDB parser and is, with the package above it, the only one that does.
//
// Decisions that the grammar leaves open:
//
//   - HOP takes the slide before the size: HOP(ts, slide, size [, offset]), as
//     CUMULATE does its step. A text in the place of the offset, or after it, is a
//     time zone.
//   - PARTITION BY of a window table function takes columns. Where names without
//     brackets follow it and no DESCRIPTOR, the last of them is the time.
//   - WINDOWED BY STAGGER goes by ROWTIME.
//   - Windows whose start does not tell their end (CUMULATE and those that follow
//     from rows) are grouped by with both bounds.
//   - A window over PROCTIME(), or over a column that is PROCTIME() further down, is
//     one of processing time. Its results have no time attribute.
//   - GROUP BY looks a name up among the columns first, then among the aliases of
//     the SELECT list; HAVING and ORDER BY look among the aliases first, except
//     inside aggregates.
//   - ORDER BY and LIMIT over windowed results hold for each window apart, with the
//     grouping keys as the last order, so that equal plans give equal rows. LIMIT
//     alone counts all rows.
//   - ROWTIME is the time attribute, unless a column has that name.
//   - The time attribute of a windowed result is window_end, and window_time as
//     well. window_start may be windowed again where the windows hold whole ones.
package bind

import (
	"errors"
	"slices"
	"time"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/expr"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// Binder binds one statement.
type Binder struct {
	catalog *catalog.Catalog
	reads   []string // objects read so far
	views   []string // views being expanded, outermost first

	ttl time.Duration // state_ttl of the query being bound
	// ranks is the errors of ranks that would keep rows without end, by ID.
	ranks []func(*logical.Rank) error
}

// New returns a binder over a catalog.
func New(c *catalog.Catalog) *Binder { return &Binder{catalog: c} }

// Reads returns the names of the objects that the bound queries read, sorted.
func (b *Binder) Reads() []string {
	out := slices.Clone(b.reads)
	slices.Sort(out)
	return slices.Compact(out)
}

// Query binds a query as it stands at the top of a statement.
func (b *Binder) Query(q *ast.Query) (logical.Node, error) {
	n, err := b.unchecked(q)
	if err != nil {
		return nil, err
	}
	return b.boundRanks(n)
}

// unchecked binds a query whose ranks may still be bounded by what reads it.
func (b *Binder) unchecked(q *ast.Query) (logical.Node, error) {
	return (&query{Binder: b, Query: q}).whole()
}

// whole binds a query with the clauses behind it.
func (q *query) whole() (logical.Node, error) {
	before := q.ttl
	defer func() { q.ttl = before }()
	if err := q.bindEmission(); err != nil {
		return nil, err
	}
	n, err := q.resultSet(q.Node)
	if err != nil {
		return nil, err
	}
	return q.emitted(n)
}

// query is a text being bound: a statement's own, a view's, or one in a table
// function.
type query struct {
	*Binder
	*ast.Query
	ctes    []cte
	columns []diag.Span // where the columns of the SELECT bound last stand
	around  *env        // of a subquery that cannot read the columns around it

	emission emission
}

// cte is a named subquery of a WITH clause. It is planned anew at each use.
type cte struct {
	name    string
	columns []string
	node    tidb.ResultSetNode
	outer   []cte // what it may refer to itself
}

// span is where a node stands. The grammar keeps no place of clauses: they stand
// where their first expression does.
func (q *query) span(n tidb.Node) diag.Span {
	switch c := n.(type) {
	case *tidb.SelectStmt:
		if c.Fields != nil && len(c.Fields.Fields) > 0 {
			return q.span(c.Fields.Fields[0])
		}
	case *tidb.SelectField:
		if c.Expr != nil {
			return q.span(c.Expr)
		}
	case *tidb.SetOprSelectList:
		return q.span(c.Selects[0])
	case *tidb.OrderByClause:
		return q.span(c.Items[0].Expr)
	case *tidb.GroupByClause:
		return q.span(c.Items[0].Expr)
	case *tidb.TableSource:
		return q.span(c.Source)
	case *tidb.CommonTableExpression:
		return q.span(c.Query.Query)
	}
	return q.Map.Span(n)
}

func (q *query) errorf(code diag.Code, n tidb.Node, format string, args ...any) *diag.Error {
	return diag.Errorf(code, q.Source(), q.span(n), format, args...)
}

func (q *query) errorAt(code diag.Code, at diag.Span, format string, args ...any) *diag.Error {
	return diag.Errorf(code, q.Source(), at, format, args...)
}

func (q *query) unsupported(n tidb.Node, what string) *diag.Error {
	return q.errorf(diag.Unsupported, n, "%s is not supported yet", what)
}

// typed turns an error of package expr into one with a place: the argument to
// blame, else the whole call.
func (q *query) typed(err error, whole tidb.Node, args ...tidb.ExprNode) error {
	var te *expr.TypeError
	if errors.As(err, &te) {
		if te.Arg >= 0 && te.Arg < len(args) {
			return q.errorf(diag.Type, args[te.Arg], "%s", te.Message)
		}
		return q.errorf(diag.Type, whole, "%s", te.Message)
	}
	var unknown *expr.UnknownError
	if errors.As(err, &unknown) {
		return q.unknownFunction(unknown.Name, whole)
	}
	return q.errorf(diag.Type, whole, "%s", err)
}
