// Package nexmark is the Nexmark suite: its queries over one JSON lines file of
// events (persons, auctions and bids, see generator.Events) in the dialects of
// KineSQL, DuckDB and Apache Flink. Queries 6 and 10 are left out as in most
// suites: the first no streaming engine runs, the second is a test of files.
//
// The model is that of P. Tucker, K. Tufte, V. Papadimos, D. Maier, "NEXMark - A
// Benchmark for Queries over Data Streams" (2002); the queries are those of the
// suite that stream processors have agreed on since (github.com/nexmark/nexmark).
package nexmark
