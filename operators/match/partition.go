package match

import "kinesql/operators/state"

// partition is where the search stands among the rows of a key.
type partition struct {
	first, last state.ID // the rows that are kept
	start       state.ID // where a match is searched from, or None
	at          state.ID // the next row to look at, or None
	ways        uint32   // that are followed
	found       uint32   // the label of the last row of the best match so far
	waiting     uint32   // rows that the watermark is not past yet
	live        bool     // the key is in the table
	timed       bool     // a deadline stands
	number      int64    // matches so far
}

var noPartition = partition{first: state.None, last: state.None, start: state.None, at: state.None}

// chain is what is known of each row that is kept, by its ID.
type chain struct {
	next, prev []state.ID
	mask       []uint64 // variables that the row may be
	told       []bool   // that a condition failed
}

func (c *chain) grow(n int) {
	for len(c.next) < n {
		c.next, c.prev = append(c.next, state.None), append(c.prev, state.None)
		c.mask, c.told = append(c.mask, 0), append(c.told, false)
	}
}

func (c *chain) bytes() int64 { return int64(17 * cap(c.next)) }

// link puts a row behind the last one of a partition.
func (c *chain) link(p *partition, id state.ID) {
	c.next[id], c.prev[id] = state.None, p.last
	if p.last == state.None {
		p.first = id
	} else {
		c.next[p.last] = id
	}
	p.last = id
	if p.at == state.None {
		p.at = id
	}
}

// back is the row n before id in the partition, None if it is not there any more.
func (c *chain) back(id state.ID, n int) state.ID {
	for ; n > 0 && id != state.None; n-- {
		id = c.prev[id]
	}
	return id
}

// trim takes out the rows of a partition that no search looks at any more, and
// appends them to dead: all but keep before the row that the search starts from.
func (c *chain) trim(p *partition, keep int, dead []state.ID) []state.ID {
	from := p.last
	if p.start != state.None {
		from = c.prev[p.start]
	} else if p.at != state.None {
		from = c.prev[p.at]
	}
	from = c.back(from, keep)
	if from == state.None {
		return dead
	}
	rest := c.next[from]
	for id := p.first; id != rest; id = c.next[id] {
		dead = append(dead, id)
	}
	if p.first = rest; rest == state.None {
		p.last = state.None
	} else {
		c.prev[rest] = state.None
	}
	return dead
}
