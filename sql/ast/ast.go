// Package ast is the statements of the dialect. Queries and expressions are
// TiDB's nodes, parsed from a text in which the streaming syntax was rewritten;
// a Map leads every position in that text back to the source.
//
// What the rewriting puts in place of syntax that TiDB does not know, always as
// ordinary function calls with these reserved names:
//
//	INTERVAL '10' SECOND, INTERVAL 10 SECOND   __interval('10', 'SECOND')
//	INTERVAL '1:30' MINUTE TO SECOND           __interval('1:30', 'MINUTE_SECOND')
//	CAST(x AS type), TRY_CAST(x AS type)       __cast(x, 'type'), __try_cast(x, 'type')
//	agg(x) FILTER (WHERE c)                    __filter(agg(x), c)
//	STEP(ts BY i)                              __step(ts, __interval(..))
//	FLOOR(ts TO unit), CEIL(ts TO unit)        __floor(ts, 'UNIT'), __ceil(ts, 'UNIT')
//	a.b.c.d (more than three parts)            __field(a.b.c, 'd')
//	x[1]                                       __element(x, 1)
//	agg(x) WITHIN GROUP (ORDER BY y)           refused by name
//	x.y where x is no path: f(a).y, x[1].y     __field(f(a), 'y')
//	agg(x) FILTER (WHERE c) OVER w             __filter(agg(x) OVER w, c)
//	CONVERT(x, type)                           __cast(x, 'type')
//	x -> '$.p', x ->> '$.p'                    json_extract(x, '$.p'), json_unquote(json_extract(..))
//	TUMBLE(..) in FROM, TABLE(TUMBLE(..))      a table named __tvf1, see Query.TableFunctions
//	s MATCH_RECOGNIZE (..) in FROM             a table named __match1, see Query.Matches
//	FINAL f(x), RUNNING f(x), COUNT(A.*)       __final(f(x)), __running(f(x)), count(A.`*`), within one
//	WINDOWED BY STAGGER (PARTITION BY k RANGE i)  GROUP BY __stagger(i), k
//
// DATE_ADD and the like are plain calls: DATE_ADD(ts, INTERVAL 1 DAY) becomes
// date_add(ts, __interval('1', 'DAY')). FIRST_VALUE and other window functions
// without OVER are plain calls, too, so they can be aggregates. Where an
// interval's amount is not a literal, it stays an expression:
// __interval(a, 'DAY'). The types in __cast are as TypeName prints them; package
// parse reads them back.
//
// Interval bounds of window frames stay as TiDB writes them (INTERVAL '1' MINUTE
// PRECEDING). EMIT clauses and the word STREAM after SELECT are taken out and
// kept in Query. Every statement prints itself as canonical source text (not the
// rewritten one), and parsing what it prints gives an equal statement.
package ast

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/sql/diag"
)

// Statement is one statement of a script.
type Statement interface {
	// Span is where the statement stands in Source, without the semicolon.
	Span() diag.Span
	Source() *diag.Source
	// String prints the statement canonically.
	String() string
}

// Base is embedded by every statement.
type Base struct {
	Src     *diag.Source
	At      diag.Span
	Printed string // the canonical text
}

// String implements Statement.
func (b Base) String() string { return b.Printed }

// Span implements Statement.
func (b Base) Span() diag.Span { return b.At }

// Source implements Statement.
func (b Base) Source() *diag.Source { return b.Src }

// Text is the statement as it was written.
func (b Base) Text() string { return b.Src.Text[b.At.Start:b.At.End] }

// Ident is a name where it stands. Quotes are taken off; case is kept.
type Ident struct {
	Name   string
	Quoted bool
	At     diag.Span
}

// TypeName is a type as written.
type TypeName struct {
	Name   string // upper case: "BIGINT", "DOUBLE" (also for DOUBLE PRECISION), "ARRAY", "ROW"
	Args   []int  // DECIMAL(10, 2): 10, 2
	Elem   *TypeName
	Fields []Column
	At     diag.Span
}

// Column is a column definition of CREATE STREAM, or a member of a ROW.
type Column struct {
	Name Ident
	Type TypeName
}

// Option is key='value' of a WITH clause. Keys may be dotted and unquoted, or
// quoted; they are lower-cased.
type Option struct {
	Key, Value string
	KeyAt, At  diag.Span // of the key, of the value
}

// Map leads positions in a rewritten text back to the source. Implemented by
// package parse.
type Map interface {
	// Source returns the place in the source of byte offset of the rewritten text.
	Source(offset int) int
	// Span returns the source span of the expression node: its whole text where
	// that is known, else the token that it starts at.
	Span(node tidb.Node) diag.Span
}

// Expr is an expression.
type Expr struct {
	Node tidb.ExprNode
	Map  Map
}

// Query is a SELECT, a UNION ALL or a WITH query.
type Query struct {
	Base
	Node           tidb.ResultSetNode // *tidb.SelectStmt or *tidb.SetOprStmt
	Map            Map
	Stream         bool // SELECT STREAM was written
	TableFunctions map[string]*TableFunction
	Matches        map[string]*Match
	Emit           *Emit
	Lateness       *Expr    // ALLOW LATENESS interval, before EMIT
	Options        []Option // WITH (key='value', ..) at the very end: state_ttl
}

// TableFunction is a window table function in FROM:
//
//	TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND [, offset] [, zone]))
//	TUMBLE(s, ts, INTERVAL '10' SECOND [, offset] [, zone])
//	HOP(TABLE s, DESCRIPTOR(ts), slide, size [, offset] [, zone])
//	CUMULATE(TABLE s, DESCRIPTOR(ts), step, size [, offset] [, zone])
//	SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), gap [, longest])
//	STAGGER(TABLE s PARTITION BY k, DESCRIPTOR(ts), size)
//	COUNT_WINDOW(TABLE s PARTITION BY k, rows [, every])
//
// Arguments may also be given by name: DATA => TABLE s, TIMECOL => DESCRIPTOR(ts),
// SIZE => INTERVAL '10' SECOND.
type TableFunction struct {
	Name      Ident // upper case
	Table     Ident // the stream or view; empty where Query is set
	Query     *Query
	Partition []Ident     // PARTITION BY
	Time      Ident       // the DESCRIPTOR column; empty where Clock is set, and of COUNT_WINDOW
	Clock     bool        // PROCTIME() stands in place of the column
	Args      []WindowArg // what follows the time
	At        diag.Span
}

// WindowArg is an argument of a window; Name is empty where it is given by position.
type WindowArg struct {
	Expr
	Name Ident // upper case
}

// EmitMode says when results are shown.
type EmitMode uint8

// The emission modes.
const (
	EmitDefault EmitMode = iota
	EmitOnWindowClose
	EmitChanges
	EmitEvery
)

// Emit is the EMIT clause of a query.
type Emit struct {
	Mode  EmitMode
	Every Expr // EmitEvery: the interval
	Empty bool // EMPTY WINDOWS
	At    diag.Span
}
