package pattern

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
	c := &closure{nodes: b.nodes, seen: make([]int, len(b.nodes))}
	m.Start = c.of(start)
	steps := len(m.Start)
	for _, n := range b.nodes {
		if n.place < 0 {
			continue
		}
		m.Follow[n.place] = c.of(n.outs[0])
		if steps += len(m.Follow[n.place]); steps > maxSteps {
			return nil, errTooLarge
		}
	}
	return m, nil
}

// node adds a node.
func (b *machineBuilder) node(place int32, outs ...int32) (int32, error) {
	if len(b.nodes) >= maxNodes {
		return 0, errTooLarge
	}
	b.nodes = append(b.nodes, node{place, outs})
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
		b.nodes[loop].outs = fork(p, body, exit)
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

// closure follows forks, in the order of preference, until rows are taken.
type closure struct {
	nodes []node
	seen  []int // by node: the turn in which it was
	turn  int
	out   []int32
}

// of returns the places behind a node. Nothing after Accept counts: a match that
// is found goes before the ways that come later.
func (c *closure) of(n int32) []int32 {
	c.turn++
	c.out = nil
	c.walk(n)
	return c.out
}

// walk reports whether the match may end here.
func (c *closure) walk(n int32) bool {
	if c.seen[n] == c.turn {
		return false
	}
	c.seen[n] = c.turn
	switch {
	case n == 0:
		c.out = append(c.out, Accept)
		return true
	case c.nodes[n].place >= 0:
		c.out = append(c.out, c.nodes[n].place)
		return false
	}
	for _, to := range c.nodes[n].outs {
		if c.walk(to) {
			return true
		}
	}
	return false
}
