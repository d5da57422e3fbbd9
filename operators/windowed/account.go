package windowed

import "kinesql/operators/aggregate"

// bytes is how much memory the groups of a pane take.
func (p *pane) bytes() int64 {
	return p.table.Bytes() + p.states.Bytes() + int64(cap(p.rows)+cap(p.ids))*4 + paneBytes
}

// paneBytes is about what a pane without groups takes.
const paneBytes = 300

// measure notes how large a pane in the queue or among the free ones has become.
func (p *panes) measure(q *pane) {
	now := q.bytes()
	p.bytes += now - q.held
	q.held = now
}

// forget takes a pane out of the count.
func (p *panes) forget(q *pane) {
	p.bytes -= q.held
	q.held = 0
}

func (s *single) bytes() int64 { return 0 }

func (t *totals) bytes() int64 {
	bytes := t.all.bytes() + int64(cap(t.holds))*4
	for _, e := range t.inner[t.from:] {
		bytes += int64(cap(e.ids))*4 + e.states.Bytes()
	}
	return bytes
}

func (c *cumulative) bytes() int64 { return c.all.bytes() }

func (m *merging) bytes() int64 {
	bytes, seen := m.all.bytes(), map[*pane]bool{}
	for _, p := range m.nodes {
		if p != nil && p != m.all && !seen[p] {
			seen[p] = true
			bytes += p.bytes()
		}
	}
	return bytes
}

// account says what the operator holds.
func (o *aggregateOp) account() error {
	return o.write.env.State.Resize(o.panes.bytes + o.closed + int64(cap(o.ids))*4)
}

// newSet returns the aggregates of a configuration.
func (c Config) newSet() (*aggregate.Set, error) {
	if c.Retracts {
		return aggregate.NewChangingSet(c.In, c.Calls, c.time())
	}
	return aggregate.NewSet(c.In, c.Calls, c.time())
}
