package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"kinesql/connectors"
	"kinesql/connectors/format/text"
)

// statement is the SELECT to run and where in its answer the wanted columns are.
type statement struct {
	sql     string
	formats []int16 // by field of the answer: 0 text, 1 bytes
	padded  []bool  // by field: character(n), whose blanks at the end mean nothing
	columns []text.Column
}

// described is the SELECT whose fields tell which columns there are.
func (o *options) described() string {
	if o.table == nil {
		return o.query
	}
	return "SELECT * FROM " + o.table.Sanitize()
}

// newStatement finds the wanted columns among the fields of described. Of a table only
// those are then read.
func newStatement(o *options, want []connectors.Want, fields []pgconn.FieldDescription) (*statement, error) {
	if len(fields) == 0 {
		return nil, fmt.Errorf("%s has no columns: want a SELECT", o.what())
	}
	s := &statement{sql: o.described()}
	if o.table == nil {
		s.formats, s.padded = make([]int16, len(fields)), make([]bool, len(fields))
	}
	var chosen []string
	for _, w := range want {
		i, err := find(o, fields, w.Path[0])
		if err != nil {
			return nil, err
		}
		if err := fits(w.Path[0], w.Type, fields[i].DataTypeOID); err != nil {
			return nil, err
		}
		at := i
		if o.table != nil {
			at = len(chosen)
			chosen = append(chosen, pgx.Identifier{fields[i].Name}.Sanitize())
			s.formats, s.padded = append(s.formats, 0), append(s.padded, false)
		}
		s.take(text.Column{Field: at, Name: w.Path[0], Type: w.Type}, fields[i].DataTypeOID)
	}
	if o.table != nil {
		s.sql = "SELECT " + strings.Join(chosen, ", ") + " FROM " + o.table.Sanitize()
	}
	return s, nil
}

// take notes a wanted column and how its field is sent.
func (s *statement) take(c text.Column, oid uint32) {
	if c.Type.IsBinary() {
		s.formats[c.Field] = 1
	}
	s.padded[c.Field] = oid == pgtype.BPCharOID
	s.columns = append(s.columns, c)
}

// find returns the field of a column: that of its name, else the one that differs in
// case only.
func find(o *options, fields []pgconn.FieldDescription, name string) (int, error) {
	var exact, near []int
	var names []string
	for i, f := range fields {
		names = append(names, f.Name)
		if f.Name == name {
			exact = append(exact, i)
		} else if strings.EqualFold(f.Name, name) {
			near = append(near, i)
		}
	}
	if exact == nil {
		exact = near
	}
	switch len(exact) {
	case 0:
		return 0, fmt.Errorf("%s has no column %q; it has %s", o.what(), name, strings.Join(names, ", "))
	case 1:
		return exact[0], nil
	}
	return 0, fmt.Errorf("%s has several columns %q: give them names of their own by AS", o.what(), name)
}

// prelude begins the transaction and settles how values are written.
func (o *options) prelude() string {
	return fmt.Sprintf(`BEGIN READ ONLY; SET LOCAL statement_timeout = %d; SET LOCAL client_encoding = 'UTF8';
SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3`,
		o.timeout.Milliseconds())
}

// reason is an error of the client in one line, without the URL.
func reason(err error) string {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &server):
		return fmt.Sprintf("%s (SQLSTATE %s)", server.Message, server.Code)
	case errors.As(err, &connect):
		err = connect.Unwrap()
	}
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}
