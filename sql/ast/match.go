package ast

import "kinesql/sql/diag"

// Match is MATCH_RECOGNIZE (..) behind a table in FROM. It stands in the rewritten
// text as a table named __match1, see Query.Matches.
type Match struct {
	Table     Ident  // the stream or view that is matched; empty where Query is set
	Query     *Query // a parenthesised query in place of the table
	Alias     Ident  // what the clause calls its input: FROM s AS x MATCH_RECOGNIZE (..)
	Partition []Expr
	Order     []MatchOrder
	Measures  []Measure
	AllRows   bool
	Skip      Skip
	Pattern   *Pattern
	PatternAt diag.Span
	Within    *Expr
	Defines   []Define
	At        diag.Span
}

// MatchOrder is an item of ORDER BY.
type MatchOrder struct {
	Expr Expr
	Desc bool
}

// Measure is an item of MEASURES: expr AS name.
type Measure struct {
	Expr Expr
	Name Ident
}

// Define is the condition of a pattern variable.
type Define struct {
	Variable Ident
	Cond     Expr
}

// SkipTo says where the search goes on after a match.
type SkipTo uint8

// The places.
const (
	SkipPastLastRow SkipTo = iota
	SkipToNextRow
	SkipToFirst // the first row of Skip.Variable
	SkipToLast  // the last one; SKIP TO v as well
)

// Skip is AFTER MATCH SKIP.
type Skip struct {
	To       SkipTo
	Variable Ident
	At       diag.Span
}

// PatternKind is the sort of a Pattern.
type PatternKind uint8

// The kinds.
const (
	PatternVariable PatternKind = iota
	PatternSequence             // Parts one after another
	PatternChoice               // one of Parts, earlier ones preferred
	PatternRepeat               // Parts[0], Min to Max times
)

// Pattern is a regular expression over rows.
type Pattern struct {
	Kind      PatternKind
	Variable  Ident
	Parts     []*Pattern
	Min, Max  int  // Max -1: no limit
	Reluctant bool // fewer times are preferred
	At        diag.Span
}
