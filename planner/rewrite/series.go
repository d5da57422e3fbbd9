package rewrite

import "kinesql/planner/logical"

// pruneSeries drops the functions that nobody reads. What breaks ties is kept:
// results are to be the same.
func pruneSeries(s *logical.Series, w *wants) (logical.Node, places) {
	base := s.Input.Schema().Len()
	below := newWants()
	below.timed = true
	below.column(s.Time)
	below.column(s.Partition...)
	below.column(s.Ties...)
	wanted := map[int]bool{}
	for _, c := range w.whole(base + len(s.Funcs)) {
		if wanted[c] = true; c < base {
			below.column(c)
		}
	}
	for i, f := range s.Funcs {
		if wanted[base+i] {
			below.column(columnsOf(f)...)
		}
	}
	in, at := prune(s.Input, below)
	out := *s
	out.Input, out.Partition, out.Ties, out.Time = in, at.all(s.Partition), at.all(s.Ties), at.cols[s.Time]
	out.Funcs, out.Names = nil, nil
	n := in.Schema().Len()
	for i, f := range s.Funcs {
		if !wanted[base+i] {
			continue
		}
		if f.Arg >= 0 {
			f.Arg = at.cols[f.Arg]
		}
		if f.Default >= 0 {
			f.Default = at.cols[f.Default]
		}
		at.cols[base+i] = n + len(out.Funcs)
		out.Funcs, out.Names = append(out.Funcs, f), append(out.Names, s.Names[i])
	}
	return &out, at
}

// columnsOf is the columns that a function reads.
func columnsOf(f logical.SeriesFunc) []int {
	var out []int
	for _, c := range []int{f.Arg, f.Default} {
		if c >= 0 {
			out = append(out, c)
		}
	}
	return out
}

func verifySeries(s *logical.Series) error {
	in := s.Input.Schema()
	if err := verifyTimes(in, s.Time); err != nil {
		return err
	}
	cols := append(append([]int{}, s.Partition...), s.Ties...)
	for _, f := range s.Funcs {
		cols = append(cols, columnsOf(f)...)
	}
	return verifyColumns(in, cols...)
}
