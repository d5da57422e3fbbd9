package catalog

import (
	"kinesql/operators/batch"
	"kinesql/sql/ast"
)

// View is a named query, planned anew wherever it is used.
type View struct {
	Name      string
	Columns   []ast.Ident // empty: those of the query
	Query     *ast.Query
	Schema    *batch.Schema
	Reads     []string
	Statement string
}

// ObjectName implements Object.
func (v *View) ObjectName() string { return v.Name }

// Kind implements Object.
func (v *View) Kind() ast.ObjectKind { return ast.ViewObject }

// Uses implements Object.
func (v *View) Uses() []string { return v.Reads }

// Pump is a named query that writes to a stream.
type Pump struct {
	Name      string
	Insert    *ast.Insert
	Target    string
	Stopped   bool
	Comment   string // its DESCRIPTION
	Reads     []string
	Statement string
}

// ObjectName implements Object.
func (p *Pump) ObjectName() string { return p.Name }

// Kind implements Object.
func (p *Pump) Kind() ast.ObjectKind { return ast.PumpObject }

// Uses implements Object.
func (p *Pump) Uses() []string { return append([]string{p.Target}, p.Reads...) }
