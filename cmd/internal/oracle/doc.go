// Package oracle compares KineSQL with DuckDB. A query over finite input has one
// right answer; DuckDB computes it in batch, KineSQL as a stream, and both must
// agree however the input was ordered, cut and spread.
//
// DuckDB needs cgo, so it runs as a program of its own (folder duckdb beside this
// one, a nested module), built on first use and spoken to over pipes.
package oracle
