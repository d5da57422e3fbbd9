// Package postgres is the connector postgres: what a SELECT in a PostgreSQL database
// answers, read to its end. It is meant for tables of reference data, and reads
// streams that end as well.
//
//	url       required: postgres://user@host:5432/database?sslmode=verify-full; env:NAME
//	          takes it from an environment variable
//	table     the name of a table or view, perhaps behind that of its schema, or
//	query     one SELECT; exactly one of the two is given
//	timeout   of connecting and of the whole answer (default 30s)
//	max_rows  more rows are an error (default 10 million)
//
// What the URL leaves out comes from where libpq would take it: PGPASSWORD, PGUSER and
// their like, ~/.pgpass. Messages show host, port and database and nothing else of it.
//
// The SELECT runs alone in a READ ONLY transaction with a statement_timeout, and its
// whole answer is taken before the first row is handed on, so that a slow query holds
// no transaction open. PostgreSQL has no cheap way to tell whether a table changed, so
// every refresh reads it anew.
//
// Columns are found by name: as declared, else in any case; those that nobody declared
// are left alone. VARCHAR and CHAR take a value of any type as PostgreSQL writes it
// (times in UTC), other types those that mean the same, see takes. Unlike in a file, a
// value that does not fit its column is no row error: it fails the whole answer, with
// row and column, because a table that lacks a row joins wrongly and nobody sees it.
package postgres

import (
	"fmt"

	"kinesql/connectors"
	"kinesql/operators"
)

// Connector is the connector postgres.
type Connector struct{}

// New returns the connector.
func New() *Connector { return &Connector{} }

// Name implements connectors.Connector.
func (c *Connector) Name() string { return "postgres" }

// Describe implements connectors.Connector.
func (c *Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	if _, err := readOptions(spec.Options); err != nil {
		return connectors.Description{}, err
	}
	if spec.Schema == nil {
		return connectors.Description{}, fmt.Errorf("%q: the connector postgres needs declared columns", spec.Stream)
	}
	for _, f := range spec.Schema.Fields() {
		if _, known := takes[f.Type.ID]; !known {
			return connectors.Description{}, fmt.Errorf("column %q: the connector postgres has no %s; declare VARCHAR or JSON", f.Name, f.Type)
		}
	}
	return connectors.Description{Schema: spec.Schema, CanRead: true, Bounded: true, MaxSources: 1}, nil
}

// Source implements connectors.Connector.
func (c *Connector) Source(spec connectors.SourceSpec) (operators.Source, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return nil, err
	}
	return &source{spec: spec, opts: opts}, nil
}

// Sink implements connectors.Connector.
func (c *Connector) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	return nil, fmt.Errorf("stream %q: the connector postgres only reads", spec.Stream)
}
