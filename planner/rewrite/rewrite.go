// Package rewrite makes logical plans cheaper. Each rule has a name by which it
// can be switched off, and keeps the columns of the plan; results are the same
// with any rules off. A rule may save a row from failing in an expression that
// nobody reads or that a filter makes needless, never the other way round.
package rewrite

import (
	"fmt"

	"kinesql/planner/logical"
)

// Rule is a named rewriting.
type Rule struct {
	Name    string
	Summary string
	Apply   func(logical.Node) logical.Node
}

// Rules returns all rules in the order in which they run. A rule that others
// make room for runs again under its name.
func Rules() []Rule {
	predicates := Rule{"predicate_pushdown", "filters move towards the streams, and into the decoder", pushPredicates}
	projects := Rule{"merge_projects", "neighbouring projections become one", mergeProjects}
	return []Rule{
		{"constant_folding", "constant expressions are computed once", foldConstants},
		projects,
		predicates,
		{"projection_pushdown", "only columns and members that are read are decoded", pushProjections},
		predicates,
		{"share_scans", "a stream that is read several times is decoded once", shareScans},
		projects,
		{"topn_into_aggregate", "windows keep only the groups that ORDER BY and LIMIT show", pushTop},
		{"common_subexpressions", "an expression that is written twice is computed once", shareSubexpressions},
		{"remove_trivial_project", "projections that change nothing are dropped", removeTrivial},
		{"common_steps", "steps that are equal, with all that they read, run once", logical.Intern},
	}
}

// Names returns the names of the rules, each once, in order.
func Names() []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !seen[r.Name] {
			out = append(out, r.Name)
		}
		seen[r.Name] = true
	}
	return out
}

// Apply runs the rules that are not disabled and verifies the plan after each.
// An error is a bug in a rule.
func Apply(n logical.Node, disabled map[string]bool) (logical.Node, error) {
	if err := Verify(n); err != nil {
		return nil, fmt.Errorf("the plan as bound: %w", err)
	}
	for _, r := range Rules() {
		if disabled[r.Name] {
			continue
		}
		before := n.Schema()
		n = r.Apply(n)
		if err := Verify(n); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.Name, err)
		}
		if !n.Schema().Equal(before) {
			return nil, fmt.Errorf("rule %s changed the columns from (%s) to (%s)", r.Name, before, n.Schema())
		}
	}
	return n, nil
}
