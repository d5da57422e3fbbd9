package rank

// shown is a row and its numbers.
type shown struct {
	entry
	row, rank, dense int64
}

// visible appends the rows of a list that the bound lets through.
func (r *ranks) visible(k uint32, out []shown) []shown {
	var last shown
	for i := 0; i < r.lists.len(k); {
		run, from := r.lists.entries(k, i)
		for _, e := range run {
			last = r.next(last, e)
			n := last.number(r.cfg.Bound.Func)
			if r.cfg.Bound.High > 0 && n > r.cfg.Bound.High {
				return out
			}
			if n >= r.cfg.Bound.Low {
				out = append(out, last)
			}
		}
		i = from + len(run)
	}
	return out
}

// next numbers the row that follows another one, or the first row after none.
func (r *ranks) next(before shown, e entry) shown {
	out := shown{entry: e, row: before.row + 1, rank: before.rank, dense: before.dense}
	if before.row == 0 || !r.peers(before.entry, e) {
		out.rank, out.dense = out.row, before.dense+1
	}
	return out
}

// number is what the function gives the row.
func (s shown) number(function string) int64 {
	switch function {
	case "RANK":
		return s.rank
	case "DENSE_RANK":
		return s.dense
	}
	return s.row
}

// same reports whether the functions give two rows the same numbers.
func same(funcs []Func, a, b shown) bool {
	for _, f := range funcs {
		if a.number(f.Name) != b.number(f.Name) {
			return false
		}
	}
	return true
}

// spread is a whole partition, for the functions that must know it.
type spread struct{ rows []shown }

// tile is the bucket of NTILE: the first ones have one row more than the others.
func (s spread) tile(row, buckets int64) int64 {
	n := int64(len(s.rows))
	size, more := n/buckets, n%buckets
	if at := row - 1; at < more*(size+1) {
		return at/(size+1) + 1
	} else {
		return more + (at-more*(size+1))/max(size, 1) + 1
	}
}

// percent is PERCENT_RANK: how far the row's rank is on the way to the last row.
func (s spread) percent(i int) float64 {
	if len(s.rows) == 1 {
		return 0
	}
	return float64(s.rows[i].rank-1) / float64(len(s.rows)-1)
}

// cumulated is CUME_DIST: the share of rows up to the row and its peers.
func (s spread) cumulated(i int) float64 {
	to := i + 1
	for to < len(s.rows) && s.rows[to].rank == s.rows[i].rank {
		to++
	}
	return float64(to) / float64(len(s.rows))
}
