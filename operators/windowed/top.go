package windowed

import (
	"math"
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// top chooses the first groups of a window.
type top struct {
	order []aggregate.SortKey // columns of the output; none of window bounds
	keys  int                 // key columns, which the output begins with
	n     int
	ranks []float64
	best  []float64
	ids   []uint32
}

func newTop(t Top, keys int) *top {
	made := &top{keys: keys, n: t.N}
	for _, k := range t.Order {
		if k.Column < keys || k.Column > keys+1 {
			made.order = append(made.order, k)
		}
	}
	return made
}

// choose returns the first groups in order.
func (t *top) choose(table aggregate.Table, states *aggregate.States, ids []uint32) []uint32 {
	if t.n <= 0 {
		return nil
	}
	return t.sort(table, states, t.likely(states, ids))
}

// scorer returns the states that the groups are ordered by first, if they can
// be ranked by a number.
func (t *top) scorer(states *aggregate.States) (aggregate.Scorer, bool) {
	if len(t.order) == 0 || t.order[0].Column < t.keys+2 {
		return nil, false
	}
	return states.Scorer(t.order[0].Column - t.keys - 2)
}

// likely leaves out groups that cannot be among the first, by their scores.
func (t *top) likely(states *aggregate.States, ids []uint32) []uint32 {
	scorer, ok := t.scorer(states)
	if !ok || len(ids) <= 2*t.n {
		return ids
	}
	t.rank(scorer, ids)
	least := t.nth(t.n)
	t.ids = t.ids[:0]
	for i, r := range t.ranks {
		if r >= least {
			t.ids = append(t.ids, ids[i])
		}
	}
	return t.ids
}

// nth returns the n-th greatest of t.ranks.
func (t *top) nth(n int) float64 {
	t.best = append(t.best[:0], t.ranks[:n]...)
	heapify(t.best)
	for _, r := range t.ranks[n:] {
		if r > t.best[0] {
			t.best[0] = r
			sink(t.best, 0)
		}
	}
	return t.best[0]
}

// rank computes a number for each group: the greater, the sooner it comes.
func (t *top) rank(scorer aggregate.Scorer, ids []uint32) {
	t.ranks = slices.Grow(t.ranks[:0], len(ids))[:len(ids)]
	scorer.Score(ids, t.ranks)
	null := math.Inf(-1)
	if t.order[0].NullsFirst {
		null = math.Inf(1)
	}
	desc := t.order[0].Desc
	for i, s := range t.ranks {
		switch {
		case s != s:
			t.ranks[i] = null
		case !desc:
			t.ranks[i] = -s
		}
	}
}

// heapify makes a heap with the least number on top.
func heapify(h []float64) {
	for i := len(h)/2 - 1; i >= 0; i-- {
		sink(h, i)
	}
}

func sink(h []float64, i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h); c++ {
			if h[c] < h[least] {
				least = c
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// sort orders the groups exactly and keeps the first.
func (t *top) sort(table aggregate.Table, states *aggregate.States, ids []uint32) []uint32 {
	columns := make([]batch.Vector, len(t.order))
	for i, k := range t.order {
		columns[i] = t.column(k.Column, table, states, ids)
	}
	less := func(a, b int32) int {
		for i, k := range t.order {
			if c := k.Compare(&columns[i], int(a), int(b)); c != 0 {
				return c
			}
		}
		return table.Compare(ids[a], ids[b])
	}
	rows := t.firstRows(len(ids), less)
	out := make([]uint32, len(rows))
	for i, r := range rows {
		out[i] = ids[r]
	}
	return out
}

// few is up to how many rows are kept in order while going through all.
const few = 256

// firstRows returns the first t.n of n rows in order.
func (t *top) firstRows(n int, less func(a, b int32) int) []int32 {
	rows := make([]int32, 0, min(n, few)+1)
	if t.n > few {
		for i := range n {
			rows = append(rows, int32(i))
		}
		slices.SortFunc(rows, less)
		return rows[:min(n, t.n)]
	}
	for i := range n {
		at, _ := slices.BinarySearchFunc(rows, int32(i), less)
		if at >= t.n {
			continue
		}
		if rows = slices.Insert(rows, at, int32(i)); len(rows) > t.n {
			rows = rows[:t.n]
		}
	}
	return rows
}

// column computes an output column for the groups.
func (t *top) column(c int, table aggregate.Table, states *aggregate.States, ids []uint32) batch.Vector {
	var v batch.Vector
	if c < t.keys {
		v.Type = table.Type(c)
		table.Append(c, ids, &v)
		return v
	}
	call := c - t.keys - 2
	v.Type = states.Type(call)
	states.Result(call, ids, &v, func(int, string) {})
	return v
}
