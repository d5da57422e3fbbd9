package main

import (
	"context"
	"fmt"
	"slices"

	"kinesql/cmd/internal/oracle"
	"kinesql/operators/batch"
	"kinesql/window"
)

// group is a key's row of a window.
type group struct {
	Key   int64 `json:"key"`
	Count int64 `json:"count"`
	Total int64 `json:"total"`
}

// sampled are the rows of some windows in the order they came, by window end.
type sampled map[window.Micros][]group

// tops collects what the operator emits.
type tops struct {
	windows int64
	rows    int64
	last    window.Micros
	keep    sampled // of the ends that are keys
}

// Emit implements operators.Emitter.
func (t *tops) Emit(_ context.Context, b batch.Batch) error {
	key, end, n, total := b.Vector(0), b.Vector(2), b.Vector(3), b.Vector(4)
	t.rows += int64(b.Rows())
	for i := range b.Rows() {
		at := window.Micros(end.I64[i])
		if at != t.last {
			t.last = at
			t.windows++
		}
		if rows, wanted := t.keep[at]; wanted {
			t.keep[at] = append(rows, group{key.I64[i], n.I64[i], total.I64[i]})
		}
	}
	return nil
}

// samples are the ends of the windows that are checked: the first, one while a
// window fills, the first full one, one in the middle, the last that closes.
func (h hopShape) samples(e events) []window.Micros {
	floor := func(at window.Micros) window.Micros { return at - at%h.slide }
	first, last := floor(e.at(0))+h.slide, floor(e.at(e.n-1))
	full := min(floor(e.at(0)+h.size)+h.slide, last)
	ends := []window.Micros{
		first, floor(first + (full-first)/2), full, floor(full + (last-full)/2), last,
	}
	slices.Sort(ends)
	return slices.Compact(ends)
}

// answers asks DuckDB for the rows of the sampled windows that may be among the
// top: those of the greatest counts and whatever ties with the least of them.
func (h hopShape) answers(d *oracle.DuckDB, path string, e events) (sampled, error) {
	out := sampled{}
	for _, end := range h.samples(e) {
		r, err := d.Query(fmt.Sprintf(`SELECT key, n, total::BIGINT FROM
			(SELECT key, count(*) AS n, sum(value) AS total FROM read_parquet('%s') WHERE ts >= %d AND ts < %d GROUP BY key)
			QUALIFY rank() OVER (ORDER BY n DESC) <= %d ORDER BY n DESC, key`, quoted(path), end-h.size, end, hopTop))
		if err != nil {
			return nil, err
		}
		for _, row := range r.Rows {
			out[end] = append(out[end], group{row[0].(int64), row[1].(int64), row[2].(int64)})
		}
		if len(out[end]) == 0 {
			return nil, fmt.Errorf("there are no events in the window that ends at %s", end)
		}
	}
	return out, nil
}

// compare compares the operator's windows with DuckDB's answers. Among rows of
// equal counts any may be among the top.
func (want sampled) compare(got sampled) error {
	if len(want) == 0 || len(got) != len(want) {
		return &mismatchError{fmt.Sprintf("%d windows were kept to compare, want %d", len(got), len(want))}
	}
	for end, rows := range want {
		if !sameTop(got[end], rows) {
			return &mismatchError{fmt.Sprintf("the window that ends at %s has %v, want %v", end, got[end], rows[:min(len(rows), 2*hopTop)])}
		}
	}
	return nil
}

// sameTop reports whether got is a top 10 of the rows of want, which are by
// count.
func sameTop(got, want []group) bool {
	if len(got) != min(len(want), hopTop) {
		return false
	}
	seen := map[int64]bool{}
	for i, g := range got {
		if g.Count != want[i].Count || seen[g.Key] || !slices.Contains(want, g) {
			return false
		}
		seen[g.Key] = true
	}
	return true
}
