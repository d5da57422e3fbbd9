package nexmark

import (
	"fmt"
	"slices"
	"strings"
)

// Query is a question in three dialects. All give the same columns in the same
// order; of an updating result, what is left when all changes are folded.
type Query struct {
	Name    string // q5
	About   string
	Columns string // with KineSQL's types, for a sink
	Kine    string // over the views person, auction and bid
	Duck    string // over the tables person, auction and bid
	Flink   string // likewise; empty: the same text as Kine
	// Changes says that results are corrected as rows come.
	Changes bool
	// Side says that the query joins the table side_input.
	Side bool
	// Clock says that windows are of the machine's clock, so that only the sum of
	// the second column for each value of the first has a right answer.
	Clock bool
}

// Queries is the suite.
func Queries() []Query {
	return slices.Concat(stateless(), windows(), joins(), updating())
}

// Find returns the named queries in the order given; "all" is all of them.
func Find(names []string) ([]Query, error) {
	all := Queries()
	if slices.Contains(names, "all") {
		return all, nil
	}
	var out []Query
	for _, name := range names {
		at := slices.IndexFunc(all, func(q Query) bool { return q.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("unknown query %q; there are %s, and all", name, strings.Join(namesOf(all), ", "))
		}
		out = append(out, all[at])
	}
	return out, nil
}

func namesOf(all []Query) []string {
	out := make([]string, len(all))
	for i, q := range all {
		out[i] = q.Name
	}
	return out
}

// person, auction and bid as ROW types, and their columns by name.
const (
	personColumns  = "id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, dateTime %[1]s, extra VARCHAR"
	auctionColumns = "id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, dateTime %[1]s, expires %[1]s, seller BIGINT, category BIGINT, extra VARCHAR"
	bidColumns     = "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime %[1]s, extra VARCHAR"
)

// kinds are the types of event by event_type.
var kinds = []struct{ name, columns string }{
	{"person", personColumns}, {"auction", auctionColumns}, {"bid", bidColumns},
}

// names are the column names of a list of columns.
func names(columns string) []string {
	var out []string
	for _, c := range strings.Split(columns, ", ") {
		name, _, _ := strings.Cut(c, " ")
		out = append(out, name)
	}
	return out
}

func quoted(s string) string { return strings.ReplaceAll(s, "'", "''") }
