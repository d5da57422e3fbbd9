package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kinesql/operators/batch"
	"kinesql/window"
)

// group is a key's row of a window.
type group struct{ key, count, total int64 }

// tops collects what the operator emits.
type tops struct {
	windows int64
	rows    int64
	last    window.Micros
	keep    map[window.Micros][]group // by window end, for the ends that are keys
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

// samples are the ends of the windows that are checked: while the window fills,
// when it is full, and when events leave it.
func (h hopShape) samples(e events) []window.Micros {
	start, end := e.at(0)-e.at(0)%h.slide, e.at(e.n-1)
	ends := []window.Micros{start + h.slide}
	for i := range window.Micros(8) {
		at := start + (end-start)*(i+1)/8
		ends = append(ends, at-at%h.slide)
	}
	return ends
}

// check compares what was kept with a count of the same events without windows.
func (h hopShape) check(e events, kept map[window.Micros][]group) error {
	if len(kept) == 0 {
		return &mismatchError{"no window was kept to compare"}
	}
	for end, got := range kept {
		if want := h.brute(e, end); !slices.Equal(got, want) {
			return &mismatchError{fmt.Sprintf("the window that ends at %s has %v, counted were %v", end, got, want)}
		}
	}
	return nil
}

// brute counts the events of a window one by one and returns the top.
func (h hopShape) brute(e events, end window.Micros) []group {
	all := make([]group, hopKeys)
	for i := e.first(end - h.size); i < e.first(end); i++ {
		key, value := e.key(i)
		g := &all[key]
		g.key = key
		g.count++
		g.total += value
	}
	all = slices.DeleteFunc(all, func(g group) bool { return g.count == 0 })
	slices.SortFunc(all, func(a, b group) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.key, b.key))
	})
	return all[:min(len(all), hopTop)]
}
