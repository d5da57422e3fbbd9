package match

import (
	"fmt"
	"kinesql/operators/pattern"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// maxWays is how many ways to match from one row are followed side by side.
const maxWays = 10_000

// enter brings the next row of its partition.
func (o *op) enter(w waiting) {
	p := &o.parts[w.part]
	if w.id != state.None {
		o.chain.link(p, w.id)
		o.chain.mask[w.id] &= o.conds.row(w.id)
		o.search(p)
		return
	}
	for p.start != state.None { // no match goes over this row
		o.resolve(p)
		o.search(p)
	}
}

// search looks at the rows that have come, as far as they go.
func (o *op) search(p *partition) {
	for {
		if p.start == state.None && !o.begin(p) || p.at == state.None {
			break
		}
		if o.cfg.Within > 0 && o.time(p.at) > o.until(p.start) {
			o.resolve(p)
			continue
		}
		if !o.feed(p, p.at) {
			o.abandon(p)
			continue
		}
		if p.at = o.chain.next[p.at]; p.ways == 0 {
			o.resolve(p)
		}
	}
	if o.dead = o.chain.trim(p, o.keep, o.dead); len(o.out.rows) == 0 {
		o.bury()
	}
}

// bury drops dead rows. None of them is to be shown.
func (o *op) bury() {
	o.rows.Drop(o.dead...)
	o.dead = o.dead[:0]
}

// begin starts a search from the next row that can be the first of a match.
func (o *op) begin(p *partition) bool {
	for p.at != state.None && o.chain.mask[p.at]&o.startMask == 0 {
		p.at = o.chain.next[p.at]
	}
	if p.at == state.None {
		return false
	}
	p.start = p.at
	p.ways = o.ways.add(way{place: begin, group: o.conds.newGroup()})
	return true
}

// resolve ends a search: what has been found is a match, and if nothing has, the
// next search starts from the next row.
func (o *op) resolve(p *partition) {
	next := o.chain.next[p.start]
	o.dropWays(p)
	if p.found != 0 {
		p.number++
		o.out.add(p)
		next = o.skip(p, next)
		o.labels.drop(p.found)
		p.found = 0
	}
	p.start, p.at = state.None, next
}

func (o *op) dropWays(p *partition) {
	for at := p.ways; at != 0; {
		w := o.ways.nodes[at]
		o.labels.drop(w.label)
		o.conds.dropGroup(w.group)
		o.ways.free = append(o.ways.free, at)
		at = w.next
	}
	p.ways = 0
}

// abandon gives up a search that has too many ways to go on.
func (o *op) abandon(p *partition) {
	o.fault(p.start, codeWays, fmt.Sprintf(
		"more than %d ways to match from this row: make the conditions of the variables exclude each other", maxWays))
	o.labels.drop(p.found)
	p.found = 0
	o.resolve(p)
}

// fault tells of a row that is kept, without what was computed of it for the
// conditions.
func (o *op) fault(id state.ID, code, message string) {
	cols := make([]batch.Vector, len(o.shown))
	for i, c := range o.shown {
		o.rows.Column(c, []state.ID{id}, &cols[i])
	}
	b := batch.New(o.faulty, 1, cols, batch.Beside{})
	state.Release(cols)
	defer b.Release()
	o.env.Faults.RowError(operators.RowError{
		Where: operators.WhereOf(b, 0), Operator: "match", Code: code, Message: message,
	})
}

// skip is the row from which the search goes on after the match just put out;
// second is the row after its first.
func (o *op) skip(p *partition, second state.ID) state.ID {
	ids, variables := o.out.latest()
	last := ids[len(ids)-1]
	target := -1
	switch o.cfg.Skip.To {
	case pattern.PastLast:
		return o.chain.next[last]
	case pattern.ToNext:
		return second
	case pattern.ToFirst:
		for i := len(ids) - 1; i >= 0; i-- {
			if int(variables[i]) == o.cfg.Skip.Variable {
				target = i
			}
		}
	case pattern.ToLast:
		for i := range ids {
			if int(variables[i]) == o.cfg.Skip.Variable {
				target = i
			}
		}
	}
	name := o.cfg.Variables[o.cfg.Skip.Variable].Name
	switch target {
	case -1:
		o.fault(last, codeRow, "AFTER MATCH SKIP TO "+name+": the match has no row of it; the search goes on with the row after its first")
		return second
	case 0:
		o.fault(last, codeRow, "AFTER MATCH SKIP TO "+name+": that is the first row of the match; the search goes on with the row after it")
		return second
	}
	return ids[target]
}

// feed takes a row into the ways to match. It reports false if there are too many.
func (o *op) feed(p *partition, row state.ID) bool {
	o.merge.next()
	o.conds.at(p, row)
	var first, tail uint32
	count := 0
	for at := p.ways; at != 0; at = o.ways.nodes[at].next {
		w := o.ways.nodes[at]
		follow := o.machine.Start
		if w.place != begin {
			follow = o.machine.Follow[w.place]
		}
		for _, place := range follow {
			if place == pattern.Accept {
				break
			}
			n, found := o.step(p, row, w, place)
			if n != 0 {
				if first == 0 {
					first = n
				} else {
					o.ways.nodes[tail].next = n
				}
				tail = n
				count++
			}
			if found || count > maxWays {
				o.dropWays(p)
				p.ways = first
				return count <= maxWays
			}
		}
	}
	o.dropWays(p)
	p.ways = first
	return true
}

// step takes a row at a place, if it may. It returns the way that goes on from
// there, or 0, and whether a match may end there: it goes before all that come
// later.
func (o *op) step(p *partition, row state.ID, w way, place int32) (next uint32, found bool) {
	v := o.machine.Variable[place]
	if o.chain.mask[row]>>v&1 == 0 {
		return 0, false
	}
	history := w.history
	if o.conds.tracked>>v&1 != 0 {
		history = (history^uint64(row))*0x9e3779b97f4a7c15 + uint64(v)
		history ^= history >> 29
	}
	if !o.merge.first(place, history) {
		return 0, false
	}
	group := o.conds.extend(w.group, v)
	if !o.conds.holds(candidate{part: p, row: row, label: w.label, variable: v, group: group}) {
		o.conds.dropGroup(group)
		return 0, false
	}
	label := o.labels.add(row, v, w.label)
	follow := o.machine.Follow[place]
	if follow[len(follow)-1] == pattern.Accept {
		o.labels.hold(label)
		o.labels.drop(p.found)
		p.found, found = label, true
	}
	if follow[0] != pattern.Accept {
		return o.ways.add(way{history: history, place: place, label: label, group: group}), found
	}
	o.labels.drop(label)
	o.conds.dropGroup(group)
	return 0, found
}

// merger tells of ways that can only go on like one before them.
type merger struct {
	turn  uint64
	seen  []uint64 // by place, where there are no histories
	pairs map[placeHistory]struct{}
}

type placeHistory struct {
	place   int32
	history uint64
}

func newMerger(places int, histories bool) merger {
	if histories {
		return merger{pairs: map[placeHistory]struct{}{}}
	}
	return merger{seen: make([]uint64, places)}
}

// next begins with another row.
func (m *merger) next() {
	m.turn++
	clear(m.pairs)
}

// first reports whether no way was at that place with that history before.
func (m *merger) first(place int32, history uint64) bool {
	if m.pairs == nil {
		was := m.seen[place]
		m.seen[place] = m.turn
		return was != m.turn
	}
	key := placeHistory{place, history}
	_, was := m.pairs[key]
	m.pairs[key] = struct{}{}
	return !was
}
