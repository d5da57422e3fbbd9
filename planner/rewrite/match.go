package rewrite

import (
	"fmt"
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/pattern"
	"kinesql/planner/logical"
)

// pruneMatch keeps what a match reads: partition, time, what conditions and
// measures are of, and of the input's columns those that are shown.
func pruneMatch(m *logical.Match, w *wants) (logical.Node, places) {
	c := m.Config
	base := len(c.Partition)
	below := newWants()
	below.timed = true
	below.column(c.Time)
	below.column(c.Partition...)
	for _, v := range c.Variables {
		if v.Filter >= 0 {
			below.column(v.Filter)
		}
	}
	for _, s := range slices.Concat(c.Conds, c.Measures) {
		slotWants(below, s)
	}
	if c.AllRows {
		base = m.Input.Schema().Len()
		for _, i := range w.whole(m.Schema().Len()) {
			if i < base {
				below.column(i)
			}
		}
	}
	in, moved := prune(m.Input, below)
	out := &logical.Match{Input: in, Config: moveMatch(c, moved), Names: m.Names}
	if !c.AllRows {
		return out, identity(m)
	}
	for i := range c.Measures {
		moved.cols[base+i] = in.Schema().Len() + i
	}
	return out, moved
}

func slotWants(w *wants, s pattern.Slot) {
	switch s.Kind {
	case pattern.Value:
		w.column(s.Column)
	case pattern.Aggregate:
		callWants(w, []aggregate.Call{s.Call})
	}
}

// moveMatch makes a match over the old columns one over the new ones.
func moveMatch(c pattern.Config, at places) pattern.Config {
	c.Time, c.Partition = at.cols[c.Time], at.all(c.Partition)
	c.Variables = slices.Clone(c.Variables)
	for i, v := range c.Variables {
		if v.Filter >= 0 {
			c.Variables[i].Filter = at.cols[v.Filter]
		}
	}
	c.Conds, c.Measures = moveSlots(c.Conds, at), moveSlots(c.Measures, at)
	return c
}

func moveSlots(slots []pattern.Slot, at places) []pattern.Slot {
	out := slices.Clone(slots)
	for i, s := range out {
		switch s.Kind {
		case pattern.Value:
			out[i].Column = at.cols[s.Column]
		case pattern.Aggregate:
			out[i].Call = at.calls([]aggregate.Call{s.Call})[0]
		}
	}
	return out
}

func verifyMatch(m *logical.Match) error {
	in, c := m.Input.Schema(), m.Config
	if err := verifyTimes(in, c.Time); err != nil {
		return err
	}
	if err := verifyColumns(in, c.Partition...); err != nil {
		return err
	}
	var fields []batch.Field
	for _, s := range c.Conds {
		fields = append(fields, batch.Field{Type: s.Type})
	}
	for _, v := range c.Variables {
		if v.Filter >= 0 && (v.Filter >= in.Len() || in.Field(v.Filter).Type.ID != batch.Boolean) {
			return fmt.Errorf("%s reads column %d as its condition", v.Name, v.Filter)
		}
		if v.Cond == nil {
			continue
		}
		if err := verifyExprs(batch.NewSchema(fields...), v.Cond); err != nil {
			return err
		}
	}
	for _, s := range slices.Concat(c.Conds, c.Measures) {
		if err := verifySlot(in, s); err != nil {
			return err
		}
	}
	return nil
}

func verifySlot(in *batch.Schema, s pattern.Slot) error {
	switch s.Kind {
	case pattern.Value:
		if err := verifyColumns(in, s.Column); err != nil {
			return err
		}
		if t := in.Field(s.Column).Type; !t.Equal(s.Type) {
			return fmt.Errorf("reads %s as %s, and it is %s", in.Field(s.Column).Name, s.Type, t)
		}
	case pattern.Aggregate:
		return verifyCalls(in, nil, []aggregate.Call{s.Call})
	}
	return nil
}
