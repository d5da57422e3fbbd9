package ast

import "kinesql/sql/diag"

// CreateStream is CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name
// (columns, WATERMARK FOR col AS expr) WITH (options), and CREATE TABLE, which has
// no watermark and may have PRIMARY KEY (columns).
type CreateStream struct {
	Base
	Table       bool
	Key         []Ident // PRIMARY KEY
	Name        Ident
	OrReplace   bool
	IfNotExists bool
	Columns     []Column // empty: the format supplies them
	Watermark   *Watermark
	Options     []Option
	Description string // DESCRIPTION 'text'
}

// Watermark is WATERMARK FOR col AS expr.
type Watermark struct {
	Column Ident
	Expr   Expr
	At     diag.Span
}

// CreatePump is CREATE [OR REPLACE] PUMP p AS INSERT INTO s SELECT ...
// (also STARTED and STOPPED before AS).
type CreatePump struct {
	Base
	Name        Ident
	OrReplace   bool
	IfNotExists bool
	Stopped     bool
	Description string // DESCRIPTION 'text'
	Insert      *Insert
}

// Insert is INSERT INTO s [(columns)] SELECT ...
type Insert struct {
	Base
	Stream  Ident
	Columns []Ident // empty: by position
	Query   *Query
}

// CreateView is CREATE [OR REPLACE] VIEW v [(columns)] AS SELECT ...
type CreateView struct {
	Base
	Name        Ident
	OrReplace   bool
	IfNotExists bool
	Columns     []Ident
	Query       *Query
}

// Select is a query run for its result.
type Select struct {
	Base
	Query *Query
}

// Explain is EXPLAIN of a SELECT, INSERT, CREATE PUMP or CREATE VIEW.
type Explain struct {
	Base
	Target Statement
}

// ExplainWindow is EXPLAIN WINDOW p: why the windows of a pump are still open.
type ExplainWindow struct {
	Base
	Pump Ident
}

// ObjectKind names a sort of catalog object.
type ObjectKind string

// The object kinds.
const (
	StreamObject   ObjectKind = "STREAM"
	TableObject    ObjectKind = "TABLE"
	PumpObject     ObjectKind = "PUMP"
	ViewObject     ObjectKind = "VIEW"
	FunctionObject ObjectKind = "FUNCTION"
)

// Show is SHOW STREAMS | TABLES | PUMPS | VIEWS | FUNCTIONS [LIKE 'pattern'].
type Show struct {
	Base
	Kind ObjectKind
	Like string // empty: all
}

// Describe is DESCRIBE | DESC [STREAM | TABLE | PUMP | VIEW | FUNCTION] name.
type Describe struct {
	Base
	Kind ObjectKind // empty: whichever there is
	Name Ident
}

// Drop is DROP STREAM | TABLE | PUMP | VIEW [IF EXISTS] name.
type Drop struct {
	Base
	Kind     ObjectKind
	IfExists bool
	Name     Ident
}
