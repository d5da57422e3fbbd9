package main

import (
	"fmt"
	"slices"
	"strings"
)

// workload is something to measure.
type workload struct {
	name    string
	about   string // for people, a sentence or two
	records int64  // how many it takes unless told otherwise
	// input is the file that both systems read.
	input *input
	// query is what both systems compute of the input; nil: hop says what is fed.
	query *query
	hop   *hopShape
}

// query is the same question in both dialects. %s stands for the path of the
// input, as the inside of a SQL string.
type query struct {
	stream  string // KineSQL's CREATE STREAM
	kine    string // KineSQL's SELECT
	columns string // its columns with their types, for a sink
	duck    string // DuckDB's SELECT of the same columns in the same order
	// encoded says that writing the rows as JSON lines is part of the work.
	// Otherwise they go to a blackhole, in DuckDB into a result that nobody reads.
	encoded bool
	// checks are more queries that are compared, but not measured.
	checks []query
}

// workloads are all there are, in the order of the list.
func workloads() []workload {
	return []workload{
		tumbleJSON(), filterJSON(), passthroughJSON(), hopLong(), hopShort(), adversarialJSON(),
	}
}

// find returns the named workloads in the order given; "all" is all of them.
func find(names []string) ([]workload, error) {
	all := workloads()
	if slices.Contains(names, "all") {
		return all, nil
	}
	var out []workload
	for _, name := range names {
		at := slices.IndexFunc(all, func(w workload) bool { return w.name == name })
		if at < 0 {
			return nil, fmt.Errorf("unknown workload %q; there are %s, and all", name, strings.Join(workloadNames(), ", "))
		}
		out = append(out, all[at])
	}
	return out, nil
}

func workloadNames() []string {
	var names []string
	for _, w := range workloads() {
		names = append(names, w.name)
	}
	return names
}

// script is KineSQL's script for the input at path. Without encoded rows it ends
// in an INSERT into a blackhole, else, or if shown, in a SELECT.
func (q query) script(path string, shown bool) string {
	stream := fmt.Sprintf(q.stream, quoted(path))
	if q.encoded || shown {
		return stream + ";\n" + q.kine + ";\n"
	}
	return fmt.Sprintf("%s;\nCREATE STREAM nothing (%s) WITH (connector = 'blackhole');\nINSERT INTO nothing\n%s;\n",
		stream, q.columns, q.kine)
}

// batch is DuckDB's statement for the input at path.
func (q query) batch(path string) string {
	sql := fmt.Sprintf(q.duck, quoted(path))
	if q.encoded {
		return "COPY (" + sql + ") TO '/dev/null' (FORMAT json)"
	}
	return sql
}

// quoted escapes text for the inside of a SQL string.
func quoted(s string) string { return strings.ReplaceAll(s, "'", "''") }
