package match

import (
	"kinesql/operators/batch"
	"kinesql/operators/pattern"
	"kinesql/operators/state"
)

// noGroup is the group of ways where conditions read no aggregate.
const noGroup = 1<<32 - 1

// at makes a row the current one.
func (c *conds) at(_ *partition, row state.ID) {
	if len(c.running) == 0 {
		return
	}
	b := c.o.rows.Batch([]state.ID{row}, batch.Beside{})
	c.release()
	c.input, c.inputOf, c.inputs = b, row, c.inputs[:0]
	for _, r := range c.running {
		c.inputs = append(c.inputs, r.set.Input(b, int64(row)))
	}
}

func (c *conds) release() {
	if c.inputOf != state.None {
		c.input.Release()
		c.inputOf = state.None
	}
}

// newGroup returns an empty group.
func (c *conds) newGroup() uint32 {
	if len(c.running) == 0 {
		return noGroup
	}
	if n := len(c.free); n > 0 {
		g := c.free[n-1]
		c.free = c.free[:n-1]
		return g
	}
	c.groups++
	for _, r := range c.running {
		r.states.Grow(c.groups)
	}
	return uint32(c.groups - 1)
}

// dropGroup empties a group.
func (c *conds) dropGroup(g uint32) {
	if g == noGroup {
		return
	}
	for _, r := range c.running {
		r.states.Reset([]uint32{g})
	}
	c.free = append(c.free, g)
}

// extend returns a new group: what group has seen, and the current row taken as
// a variable.
func (c *conds) extend(group uint32, variable int) uint32 {
	if group == noGroup {
		return noGroup
	}
	g := c.newGroup()
	for i, r := range c.running {
		r.states.Merge(r.states, []uint32{group}, []uint32{g})
		if of := c.o.cfg.Conds[r.slot].Variable; of == pattern.Every || of == variable {
			r.states.Add(c.inputs[i], []int32{0}, []uint32{g})
		}
	}
	return g
}

// bytes is the memory held, as far as it grows. A group is taken for 32 bytes an
// aggregate.
func (c *conds) bytes() int64 { return int64(32*c.groups*len(c.running) + 4*cap(c.free)) }
