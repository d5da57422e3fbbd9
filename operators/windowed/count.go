package windowed

import (
	"kinesql/window"
)

// counts makes windows of so many rows of a key, in the order in which they come.
//
// The rows of a key are cut into panes of the greatest number of rows of which
// windows and the distance between them are multiples; each span is a pane. The
// event times of rows do not matter, and none is late: a window begins at the
// earliest of its rows and ends a microsecond after the latest. A window is over
// when its last row comes.
type counts struct {
	*spans
	rows, every, pane int64
	keys              []countKey
	full              []uint32 // keys with a window that is over
	over              bool     // windows that lack rows are none
	oldest            []uint32 // scratch: the panes of a key, the oldest first
}

// countKey is what is known of a key: how many rows came since the first of the
// oldest window that has not been taken out; before that row, how many are missing
// to it, as a negative number.
type countKey struct{ seen int64 }

func newCounts(s *spans, w window.Spec) *counts {
	return &counts{spans: s, rows: w.Rows, every: w.Every, pane: w.CountPane()}
}

func (c *counts) reach(n int) {
	c.spans.reach(n)
	for len(c.keys) < n {
		c.keys = append(c.keys, countKey{})
	}
}

func (c *counts) place(a *arrival) {
	c.full = c.full[:0]
	for i, r := range a.rows {
		key := a.keys[i]
		at := c.keys[key].seen
		c.keys[key].seen++
		if at < 0 || c.every > c.rows && at%c.every >= c.rows {
			continue // between two windows
		}
		a.put(r, c.find(key, c.inPane(at), window.Micros(a.times[r])))
		if n := at + 1 - c.rows; n >= 0 && n%c.every == 0 {
			c.full = append(c.full, key)
		}
	}
}

// inPane is how many rows came before in the pane of the row at a place.
func (c *counts) inPane(at int64) int64 {
	if c.every > c.rows {
		return at % c.every
	}
	return at % c.pane
}

// find returns the newest pane of a key with the row in it, a new one for the
// first row of a pane.
func (c *counts) find(key uint32, before int64, t window.Micros) uint32 {
	if before == 0 {
		return c.add(key, t, &c.heads[key])
	}
	id := c.heads[key] - 1
	x := &c.list[id]
	x.first, x.last = min(x.first, t), max(x.last, t)
	return id
}

func (c *counts) next(uint32, pace) window.Micros { return window.Max }

// order returns the panes of a key, the oldest first.
func (c *counts) order(key uint32) []uint32 {
	c.oldest = c.oldest[:0]
	for id := range c.older(key) {
		c.oldest = append(c.oldest, id)
	}
	for i, j := 0, len(c.oldest)-1; i < j; i, j = i+1, j-1 {
		c.oldest[i], c.oldest[j] = c.oldest[j], c.oldest[i]
	}
	return c.oldest
}

// step is how many panes there are from one window to the next.
func (c *counts) step() int {
	if c.every > c.rows {
		return 1
	}
	return int(c.every / c.pane)
}

// append appends the first window of panes.
func (c *counts) append(key uint32, ids []uint32, out *windowList) {
	ids = ids[:min(len(ids), int(c.rows/c.pane))]
	first, last := window.Max, window.Min
	for _, id := range ids {
		first, last = min(first, c.list[id].first), max(last, c.list[id].last)
	}
	out.addAll(key, first, last+1, ids)
}

func (c *counts) windows(key uint32, out *windowList) {
	ids, seen := c.order(key), c.keys[key].seen
	for len(ids) > 0 && seen > 0 && !(c.over && seen < c.rows) {
		c.append(key, ids, out)
		seen -= c.every
		ids = ids[min(c.step(), len(ids)):]
	}
}

// close takes out the windows of a key that have all their rows. Panes that a
// later window needs stay.
func (c *counts) close(key uint32, _ window.Micros, out *windowList) {
	k, ids := &c.keys[key], c.order(key)
	n := 0
	for k.seen >= c.rows && n < len(ids) {
		c.append(key, ids[n:], out)
		k.seen -= c.every
		n = min(n+c.step(), len(ids))
	}
	out.gone = append(out.gone, ids[:n]...)
	switch {
	case n == len(ids):
		c.heads[key] = 0
	case n > 0:
		c.list[ids[n]].next = 0
	}
}

// restart takes out all that is known of a key.
func (c *counts) restart(key uint32, out *windowList) {
	for id := range c.older(key) {
		out.gone = append(out.gone, id)
	}
	c.heads[key], c.keys[key].seen = 0, 0
}

// ended returns the keys with a window that got its last row.
func (c *counts) ended() []uint32 { return c.full }

func (c *counts) empty(key uint32) bool { return c.heads[key] == 0 && c.keys[key].seen == 0 }
