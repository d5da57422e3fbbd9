package vfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Crash returns the disk as the next start of the machine finds it if power is lost now. What was synced is
// there. Of the rest rng decides: each change of names is there or not, and of each
// file nothing, all, the front part or any of the sectors that were written. With a nil rng all
// of it is lost. The new disk has no locks, faults or bounds. m goes on, or has stopped, as before.
func (m *Mem) Crash(rng *rand.Rand) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	view := map[*node]map[string]*node{}
	look := func(n *node) map[string]*node {
		if view[n] == nil {
			view[n] = maps.Clone(n.durable)
		}
		return view[n]
	}
	keep := keepSome(rng)
	for i, c := range m.mu.pending {
		if keep(i, len(m.mu.pending)) {
			c.apply(look)
		}
	}
	after := NewMem()
	after.mu.root = m.survive(m.mu.root, look, rng, &after.mu.used)
	return after
}

// Restart has the machine go on after CrashAt as if only the process had ended: all that was written
// is seen, and what was not synced may still be lost in a Crash to come. Faults
// are taken away. The process must have closed its files and locks.
func (m *Mem) Restart() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.dead, m.mu.crashAt, m.mu.faults = false, 0, nil
}

// survive copies what is left of a directory or a file.
func (m *Mem) survive(n *node, look func(*node) map[string]*node, rng *rand.Rand, used *int64) *node {
	if !n.dir {
		c := &node{perm: n.perm, linked: 1, content: n.content.survive(rng)}
		*used += c.content.allocated()
		return c
	}
	d := newDir(n.perm)
	d.linked = 1
	names := look(n)
	for _, name := range sortedNames(names) {
		d.names[name] = m.survive(names[name], look, rng, used)
	}
	d.durable = maps.Clone(d.names)
	return d
}

// survive returns what a crash leaves of a file.
func (c *content) survive(rng *rand.Rand) content {
	out := content{size: c.durableSize, pages: slices.Clone(c.durable)}
	if rng != nil && rng.IntN(2) == 0 {
		out.size = c.size
	}
	dirty := slices.Sorted(maps.Keys(c.fresh))
	keep := keepSome(rng)
	const sectors = pageSize / SectorSize
	for at, i := range dirty {
		for s := range sectors {
			if keep(at*sectors+s, len(dirty)*sectors) {
				out.copySector(i, s, c.at(i))
			}
		}
	}
	out.cut()
	out.durable, out.durableSize = slices.Clone(out.pages), out.size
	out.fresh = nil
	out.reserved = min(c.reserved, len(out.pages))
	return out
}

// copySector takes a sector of a page from what was seen before the crash.
func (c *content) copySector(i, sector int, from *page) {
	if from == nil {
		from = new(page)
	}
	lo := sector * SectorSize
	copy(c.writable(i)[lo:lo+SectorSize], from[lo:])
}

// cut drops what lies beyond the size.
func (c *content) cut() {
	n := pagesOf(c.size)
	for len(c.pages) < n {
		c.pages = append(c.pages, nil)
	}
	c.pages = c.pages[:n]
	if tail := int(c.size % pageSize); tail > 0 && c.pages[n-1] != nil {
		clear(c.writable(n - 1)[tail:])
	}
}

// keepSome returns what decides, for each of n things in their order, whether it
// survives: none, all, those up to some one, or each by chance.
func keepSome(rng *rand.Rand) func(i, n int) bool {
	if rng == nil {
		return func(int, int) bool { return false }
	}
	switch mode, share := rng.IntN(4), rng.Float64(); mode {
	case 0:
		return func(int, int) bool { return false }
	case 1:
		return func(int, int) bool { return true }
	case 2:
		return func(i, n int) bool { return float64(i) < share*float64(n) }
	default:
		return func(int, int) bool { return rng.Float64() < share }
	}
}

func sortedNames(names map[string]*node) []string { return slices.Sorted(maps.Keys(names)) }
