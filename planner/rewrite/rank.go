package rewrite

import (
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// pruneRank drops the numbers that nobody reads, so that rows that only move are
// not told. What breaks ties is kept: results are to be the same.
func pruneRank(r *logical.Rank, w *wants) (logical.Node, places) {
	base := r.Input.Schema().Len()
	below := newWants()
	below.timed = r.WindowEnd >= 0 || r.Time() >= 0
	below.column(r.Partition...)
	below.column(r.Ties...)
	for _, k := range r.Order {
		below.column(k.Column)
	}
	if t := r.Time(); t >= 0 {
		below.column(t)
	}
	wanted := map[int]bool{}
	for _, c := range w.whole(base + len(r.Funcs)) {
		if wanted[c] = true; c < base {
			below.column(c)
		}
	}
	in, at := prune(r.Input, below)
	out := *r
	out.Input, out.Partition, out.Ties, out.Order = in, at.all(r.Partition), at.all(r.Ties), at.order(r.Order)
	if r.WindowEnd >= 0 {
		out.WindowEnd = at.cols[r.WindowEnd]
	}
	out.Funcs, out.Names = nil, nil
	n := in.Schema().Len()
	for i := range r.Funcs {
		if wanted[base+i] {
			at.cols[base+i] = n + len(out.Funcs)
			out.Funcs, out.Names = append(out.Funcs, r.Funcs[i]), append(out.Names, r.Names[i])
		}
	}
	return &out, at
}

// pushRank lets a condition on partition columns pass: it keeps or drops whole
// partitions.
func pushRank(r *logical.Rank, cond expr.Node) (logical.Node, bool) {
	cols := expr.Columns(cond)
	for _, c := range cols {
		if !partitions(r, c) {
			return nil, false
		}
	}
	if len(cols) == 0 {
		return nil, false
	}
	return r.With([]logical.Node{filter(r.Input, cond)}), true
}

// partitions reports whether column c is one that the rank partitions by. Filters
// on the bounds of windows stay above: whether a row is late must not depend on
// them.
func partitions(r *logical.Rank, c int) bool {
	for _, p := range r.Partition {
		if p == c {
			return r.WindowEnd < 0
		}
	}
	return false
}

func verifyRank(r *logical.Rank) error {
	in := r.Input.Schema()
	if err := verifySort(in, r.Order); err != nil {
		return err
	}
	if r.WindowEnd >= 0 {
		if err := verifyTimes(in, r.WindowEnd); err != nil {
			return err
		}
	}
	return verifyColumns(in, append(append([]int{}, r.Partition...), r.Ties...)...)
}
