package pattern

import "slices"

// Machine is a pattern made ready: places that take a row each, and for each
// place, in the order of preference, the places that may take the next row.
type Machine struct {
	Variable []int     // by place
	Follow   [][]int32 // by place; Accept, if it is there, is the last
	Start    []int32
}

// Accept in place of a place says that the match may end.
const Accept = -1

// node is a place, or a fork that takes no row.
type node struct {
	place int32 // -1: a fork
	outs  []int32
	body  int32 // of a loop: which of outs goes around once more; 0: it is no loop
}

type machineBuilder struct {
	nodes    []node
	variable []int
}

// NewMachine makes the machine of a pattern; it may be too large.
func NewMachine(p *Pattern) (*Machine, error) {
	b := &machineBuilder{nodes: []node{{place: Accept}}}
	start, err := b.add(p, 0)
	if err != nil {
		return nil, err
	}
	m := &Machine{Variable: b.variable, Follow: make([][]int32, len(b.variable))}
	c := &closure{nodes: b.nodes}
	if m.Start, err = c.of(start); err != nil {
		return nil, err
	}
	for _, n := range b.nodes {
		if n.place < 0 {
			continue
		}
		if m.Follow[n.place], err = c.of(n.outs[0]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// node adds a node.
func (b *machineBuilder) node(place int32, outs ...int32) (int32, error) {
	if len(b.nodes) >= maxNodes {
		return 0, errTooLarge
	}
	b.nodes = append(b.nodes, node{place: place, outs: outs})
	return int32(len(b.nodes) - 1), nil
}

// add adds a pattern that is followed by node next, and returns where it starts.
func (b *machineBuilder) add(p *Pattern, next int32) (int32, error) {
	switch p.Kind {
	case One:
		b.variable = append(b.variable, p.Variable)
		return b.node(int32(len(b.variable)-1), next)
	case All:
		var err error
		for i := len(p.Parts) - 1; i >= 0 && err == nil; i-- {
			next, err = b.add(p.Parts[i], next)
		}
		return next, err
	case Any:
		outs := make([]int32, len(p.Parts))
		for i, part := range p.Parts {
			var err error
			if outs[i], err = b.add(part, next); err != nil {
				return 0, err
			}
		}
		return b.node(Accept, outs...)
	}
	return b.repeat(p, next)
}

// repeat writes a repetition out: as often as it must be, then a loop, or one
// optional part within the other.
func (b *machineBuilder) repeat(p *Pattern, next int32) (int32, error) {
	exit := next
	var err error
	if p.Max < 0 {
		var loop, body int32
		if loop, err = b.node(Accept); err == nil {
			body, err = b.add(p.Parts[0], loop)
		}
		if err != nil {
			return 0, err
		}
		b.nodes[loop].outs, b.nodes[loop].body = fork(p, body, exit), body
		next = loop
	}
	for i := p.Min; i < p.Max && err == nil; i++ {
		if next, err = b.add(p.Parts[0], next); err == nil {
			next, err = b.node(Accept, fork(p, next, exit)...)
		}
	}
	for i := 0; i < p.Min && err == nil; i++ {
		next, err = b.add(p.Parts[0], next)
	}
	return next, err
}

func fork(p *Pattern, again, exit int32) []int32 {
	if p.Reluctant {
		return []int32{exit, again}
	}
	return []int32{again, exit}
}

// closure follows forks, in the order of preference, until rows are taken. A loop
// that went around without a row is a dead end: the same fork may be passed again
// in another round, so what counts is the fork and the rounds that are under way.
type closure struct {
	nodes []node
	steps int
	seen  map[visit]bool
	under map[int32]bool // loops whose round has no row yet
	mark  uint64         // tells sets of such loops apart
	out   []int32
}

type visit struct {
	node int32
	mark uint64
}

// of returns the places behind a node, each once. Nothing after Accept counts: a
// match that is found goes before the ways that come later.
func (c *closure) of(n int32) ([]int32, error) {
	c.seen, c.under, c.mark, c.out = map[visit]bool{}, map[int32]bool{}, 0, nil
	c.walk(n)
	if c.steps > maxSteps {
		return nil, errTooLarge
	}
	return c.out, nil
}

// walk reports whether the match may end here, or the pattern is too large.
func (c *closure) walk(n int32) bool {
	if c.steps++; c.steps > maxSteps {
		return true
	}
	here := visit{n, c.mark}
	if c.under[n] || c.seen[here] {
		return false
	}
	c.seen[here] = true
	switch at := c.nodes[n]; {
	case n == 0:
		c.out = append(c.out, Accept)
		return true
	case at.place >= 0:
		if !slices.Contains(c.out, at.place) {
			c.out = append(c.out, at.place)
		}
		return false
	}
	for _, to := range c.nodes[n].outs {
		if c.branch(n, to) {
			return true
		}
	}
	return false
}

// branch walks one way out of a fork; the body of a loop is a round of it.
func (c *closure) branch(from, to int32) bool {
	if to != c.nodes[from].body {
		return c.walk(to)
	}
	mark := c.mark
	c.under[from] = true
	c.mark ^= mix(uint64(from))
	found := c.walk(to)
	c.under[from] = false
	c.mark = mark
	return found
}

// mix scatters a number over 64 bits.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
