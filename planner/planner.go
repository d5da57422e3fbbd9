// Package planner turns statements into plans: it keeps the catalog, binds
// queries, rewrites and places them, and answers SHOW and DESCRIBE. The way of a
// query is in Planner.query; the steps are in the packages below.
package planner

import (
	"errors"
	"fmt"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/planner/build"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/planner/physical"
	"kinesql/planner/rewrite"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// SinkFactory makes the sink of a query that is run for its result. changes says
// that rows may be taken back.
type SinkFactory = build.SinkFactory

// Options is what a planner plans with.
type Options struct {
	Parallelism int             // instances of a step at most; at least 1
	Disabled    map[string]bool // rewrite rules that are switched off, by name
	// Connectors are those that streams may name. The one called "memory" keeps
	// the streams that name none, and the error and late streams of pumps.
	Connectors []connectors.Connector
	// Unnamed chooses the connector of a stream that names none, by its options;
	// nil, or where it returns nil: "memory".
	Unnamed func(connectors.Options) connectors.Connector
}

// Planner plans statements against its catalog. It may be used by one goroutine
// at a time; the catalog by many.
type Planner struct {
	options Options
	catalog *catalog.Catalog
}

// New returns a planner with an empty catalog.
func New(o Options) *Planner { return &Planner{options: o, catalog: catalog.New()} }

// Catalog returns the objects that statements have created.
func (p *Planner) Catalog() *catalog.Catalog { return p.catalog }

// Kind says what a plan is.
type Kind uint8

// The kinds of plans.
const (
	Query  Kind = iota // a query to run: SELECT, INSERT, CREATE PUMP
	Rows               // rows to show: SHOW, DESCRIBE, EXPLAIN
	Change             // the catalog was changed, or did not need to be
	Live               // rows that only the running engine knows: EXPLAIN WINDOW of the pump Name
)

// Plan is what a statement comes to.
type Plan struct {
	Kind      Kind
	Statement ast.Statement

	// Of a Query.
	Name     string // of the pump, of Live too; empty for SELECT and INSERT
	Stopped  bool   // the pump was created STOPPED: do not run it
	Target   *catalog.Stream
	Logical  logical.Node
	Physical *physical.Plan
	Schema   *batch.Schema
	Bounded  bool     // it ends by itself
	Retracts bool     // its rows may be taken back
	Warnings []string // what will go wrong some day, each one line

	// Of Rows.
	Columns []string
	Table   [][]string

	// Of a Change, and of CREATE PUMP.
	Message string
	Created catalog.Object // what was created, if anything
	Dropped catalog.Object // what was dropped or replaced, if anything
}

// Plan plans a statement. CREATE and DROP change the catalog at once. Errors of
// the statement are *diag.Error.
func (p *Planner) Plan(st ast.Statement) (*Plan, error) {
	out, err := p.plan(st)
	if err != nil {
		return nil, err
	}
	out.Statement = st
	return out, nil
}

func (p *Planner) plan(st ast.Statement) (*Plan, error) {
	switch st := st.(type) {
	case *ast.Select:
		return p.selectQuery(st.Query)
	case *ast.Insert:
		return p.insert(st)
	case *ast.CreateStream:
		return p.createStream(st)
	case *ast.CreateView:
		return p.createView(st)
	case *ast.CreatePump:
		return p.createPump(st)
	case *ast.ExplainWindow:
		return p.explainWindow(st)
	case *ast.Explain:
		return p.explain(st)
	case *ast.Show:
		return p.show(st)
	case *ast.Describe:
		return p.describe(st)
	case *ast.Drop:
		return p.drop(st)
	}
	return nil, diag.Errorf(diag.Unsupported, st.Source(), st.Span(), "this statement is not supported yet")
}

// query rewrites and places a bound query.
func (p *Planner) query(bound *logical.Sink) (*Plan, error) {
	tree, err := rewrite.Apply(bound, p.options.Disabled)
	if err != nil {
		return nil, fmt.Errorf("planner: %w (this is a bug; switch the rule off to go on)", err)
	}
	t := tree.Traits()
	return &Plan{
		Kind: Query, Logical: tree, Physical: physical.Place(tree, p.options.Parallelism),
		Target: bound.Stream, Schema: tree.Schema(), Bounded: t.Bounded, Retracts: t.Retracts,
		Warnings: logical.Warnings(tree),
	}, nil
}

// Explain prints the logical and the physical tree.
func (p *Plan) Explain() string {
	out := "logical\n" + logical.Explain(p.Logical) + "physical\n" + p.Physical.String()
	for _, w := range p.Warnings {
		out += "warning: " + w + "\n"
	}
	return out
}

// Build makes the graph of a Query. sink makes the sink of a SELECT; plans with a
// target do not call it.
func (p *Plan) Build(sink SinkFactory) (*operators.Graph, error) {
	if p.Kind != Query {
		return nil, errors.New("planner: this plan is not a query")
	}
	return build.Graph(p.Physical, sink)
}
