// Package operators is the contract of everything that runs: operators, sources,
// sinks and the graph that joins them. The loop that calls them is package exec;
// the operators themselves are in the packages beside it.
//
// Law of every operator: fold(out(changes)) = query(fold(changes)). What an
// operator emits, folded into a relation by its change kinds, equals the query
// over the folded input, however the input was cut into batches.
package operators
