// Package pattern describes MATCH_RECOGNIZE: the regular expression over rows, its
// variables, and what conditions and measures read of a match. It is what the
// planner and the operator (package match) have in common.
package pattern
