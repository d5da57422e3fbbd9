// Package nexmark is the command "kinesql-bench nexmark": the Nexmark suite in
// KineSQL beside Apache Flink and DuckDB.
//
// KineSQL reads the events as JSON lines, as Flink does, or takes them from memory as
// columns that an earlier run has decoded (what is left is the query). All results are
// compared with DuckDB's before a row counts.
//
// CPU time is user and system of the whole process by event. For KineSQL that
// includes its start; for Flink only what a run takes once two others have warmed
// the virtual machine up, less what a job takes over no events at all. Flink runs in
// a mini cluster of parallelism 1 with object reuse, mini-batches and heap state.
// Threads of the virtual machine count: what its compiler and collector do is part
// of what a record costs.
package nexmark
