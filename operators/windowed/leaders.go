package windowed

import (
	"math"

	"kinesql/operators/aggregate"
)

// leaders follows which groups of a running window may be among the first, so
// that not all need be looked at for each window. Its list holds every group
// whose rank is at least a threshold, and perhaps others; while enough of them
// are above it, the first are among them.
type leaders struct {
	top    *top
	scorer aggregate.Scorer
	least  float64
	want   int // how many groups a new threshold lets in
	list   []uint32
	listed []bool // by id
	tight  int    // how long the list was when the threshold was last set
}

// newLeaders returns nil if the groups cannot be ranked by numbers.
func newLeaders(t *top, states *aggregate.States) *leaders {
	if t == nil {
		return nil
	}
	scorer, ok := t.scorer(states)
	if !ok {
		return nil
	}
	return &leaders{top: t, scorer: scorer, least: math.Inf(-1), want: max(8*t.n, 256)}
}

// changed says that the results of groups are others now.
func (l *leaders) changed(ids []uint32) {
	l.top.rank(l.scorer, ids)
	for i, r := range l.top.ranks {
		if r >= l.least {
			l.enlist(ids[i])
		}
	}
}

func (l *leaders) enlist(id uint32) {
	for int(id) >= len(l.listed) {
		l.listed = append(l.listed, make([]bool, len(l.listed)+64)...)
	}
	if !l.listed[id] {
		l.listed[id] = true
		l.list = append(l.list, id)
	}
}

// choose returns groups of which the first ones are some. Live is the number of
// groups that hold rows, which all returns.
func (l *leaders) choose(holds []uint32, live int, all func() []uint32) []uint32 {
	l.strike(holds)
	switch {
	case len(l.list) < min(l.top.n, live):
		l.strikeAll()
		l.setLeast(all())
	case len(l.list) > 16*l.want && len(l.list) > 2*l.tight:
		l.setLeast(append([]uint32(nil), l.list...))
	}
	return l.list
}

// strike takes groups off the list that are gone or below the threshold.
func (l *leaders) strike(holds []uint32) {
	l.top.rank(l.scorer, l.list)
	n := 0
	for i, id := range l.list {
		if holds[id] == 0 || l.top.ranks[i] < l.least {
			l.listed[id] = false
			continue
		}
		l.list[n] = id
		n++
	}
	l.list = l.list[:n]
}

func (l *leaders) strikeAll() {
	for _, id := range l.list {
		l.listed[id] = false
	}
	l.list = l.list[:0]
}

// setLeast chooses the threshold that lets in the best of ids, and lists them.
func (l *leaders) setLeast(ids []uint32) {
	l.strikeAll()
	l.top.rank(l.scorer, ids)
	l.least = math.Inf(-1)
	if len(ids) > l.want {
		l.least = l.top.nth(l.want)
	}
	for i, r := range l.top.ranks {
		if r >= l.least {
			l.enlist(ids[i])
		}
	}
	l.tight = len(l.list)
}
