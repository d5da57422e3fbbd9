package match

import (
	"context"
	"kinesql/operators/pattern"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// output gathers matches and makes rows of them.
type output struct {
	o       *op
	rows    []state.ID // of all matches, one after another
	labels  []int32    // the variable of each
	matches []found
	shown   []int     // by output row: its row in rows
	of      []int     // by output row: its match
	slots   []picked  // by slot
	totals  []*totals // by slot; nil: no aggregate
}

// found is a match: rows from to end of output.rows.
type found struct {
	from, end int
	number    int64
}

// picked is what a slot is of, by output row: the row for a Value, the variable for a
// Classifier, or None and -1.
type picked struct {
	ids       []state.ID
	variables []int32
}

func newOutput(o *op) (output, error) {
	out := output{o: o, slots: make([]picked, len(o.cfg.Measures)), totals: make([]*totals, len(o.cfg.Measures))}
	for i, s := range o.cfg.Measures {
		if s.Kind != pattern.Aggregate {
			continue
		}
		set, err := aggregate.NewSet(o.cfg.In, []aggregate.Call{s.Call}, o.cfg.Time)
		if err != nil {
			return out, err
		}
		out.totals[i] = &totals{slot: s, set: set, states: set.New()}
	}
	return out, nil
}

// add takes the match that a partition has found.
func (u *output) add(p *partition) {
	m := found{from: len(u.rows), number: p.number}
	nodes := u.o.labels.nodes
	n := 0
	for at := p.found; at != 0; at = nodes[at].parent {
		n++
	}
	m.end = m.from + n
	for range n {
		u.rows, u.labels = append(u.rows, 0), append(u.labels, 0)
	}
	for at, i := p.found, m.end-1; at != 0; at, i = nodes[at].parent, i-1 {
		u.rows[i], u.labels[i] = nodes[at].row, nodes[at].variable
	}
	u.matches = append(u.matches, m)
	first := m.end - 1
	if u.o.cfg.AllRows {
		first = m.from
	}
	for row := first; row < m.end; row++ {
		u.shown, u.of = append(u.shown, row), append(u.of, len(u.matches)-1)
		for i := range u.slots {
			u.pick(i, m, row)
		}
	}
}

// latest is the rows of the match added last, and their variables.
func (u *output) latest() ([]state.ID, []int32) {
	m := u.matches[len(u.matches)-1]
	return u.rows[m.from:m.end], u.labels[m.from:m.end]
}

// pick finds what a slot is of in an output row.
func (u *output) pick(i int, m found, row int) {
	slot, to := &u.o.cfg.Measures[i], &u.slots[i]
	if slot.Kind != pattern.Value && slot.Kind != pattern.Classifier {
		return
	}
	if slot.Final {
		row = m.end - 1
	}
	at := u.find(slot, m, row)
	if slot.Kind == pattern.Classifier {
		variable := int32(-1)
		if at -= slot.Prev; at >= m.from {
			variable = u.labels[at]
		}
		to.variables = append(to.variables, variable)
		return
	}
	id := state.None
	if at >= 0 {
		id = u.o.chain.back(u.rows[at], slot.Prev)
	}
	to.ids = append(to.ids, id)
}

// find returns the row of a match that a slot speaks of, seen from a row; -1: none.
func (u *output) find(s *pattern.Slot, m found, from int) int {
	at, step, end := from, -1, m.from-1
	if s.First {
		at, step, end = m.from, 1, from+1
	}
	for n := s.Offset; at != end; at += step {
		if s.Variable != pattern.Every && int(u.labels[at]) != s.Variable {
			continue
		}
		if n == 0 {
			return at
		}
		n--
	}
	return -1
}

// flush emits what was gathered.
func (u *output) flush(ctx context.Context, out operators.Emitter) error {
	if len(u.shown) == 0 {
		return nil
	}
	cols := u.columns()
	b := batch.New(u.o.cfg.Out, len(u.shown), cols, batch.Beside{})
	state.Release(cols)
	defer b.Release()
	u.tell(b)
	u.clear()
	u.o.bury()
	return out.Emit(ctx, b)
}

func (u *output) clear() {
	u.rows, u.labels, u.matches = u.rows[:0], u.labels[:0], u.matches[:0]
	u.shown, u.of = u.shown[:0], u.of[:0]
	for i := range u.slots {
		u.slots[i] = picked{ids: u.slots[i].ids[:0], variables: u.slots[i].variables[:0]}
	}
}

// columns makes the columns of the output.
func (u *output) columns() []batch.Vector {
	cfg := &u.o.cfg
	ids := make([]state.ID, len(u.shown))
	for i, row := range u.shown {
		ids[i] = u.rows[row]
	}
	var cols []batch.Vector
	source := cfg.Partition
	if cfg.AllRows {
		source = make([]int, cfg.In.Len())
		for i := range source {
			source[i] = i
		}
	}
	for _, c := range source {
		cols = append(cols, batch.Vector{})
		u.o.rows.Column(c, ids, &cols[len(cols)-1])
	}
	for i := range cfg.Measures {
		cols = append(cols, u.measure(i))
	}
	return cols
}

func (u *output) measure(i int) batch.Vector {
	slot := &u.o.cfg.Measures[i]
	out := batch.Vector{Type: slot.Type}
	switch slot.Kind {
	case pattern.Value:
		u.o.rows.Column(slot.Column, u.slots[i].ids, &out)
	case pattern.Classifier:
		for _, v := range u.slots[i].variables {
			name := ""
			if v >= 0 {
				name = u.o.cfg.Variables[v].Name
			}
			out.AppendBytes([]byte(name))
		}
		for row, v := range u.slots[i].variables {
			if v < 0 {
				out.SetNull(row)
			}
		}
	case pattern.Number:
		for _, m := range u.of {
			out.I64 = append(out.I64, u.matches[m].number)
		}
		out.Len = len(u.of)
	case pattern.Aggregate:
		u.totals[i].compute(u, &out)
	}
	return out
}
