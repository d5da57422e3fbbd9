package bind

import (
	"kinesql/operators/expr"
	"kinesql/operators/pattern"
)

// split divides the condition of a variable: conjuncts over the row that is tried
// alone, as far as they come first, are computed before the step, for all rows at
// once. The rest is left to the step.
func (m *matching) split(out *pattern.Variable, v int, cond expr.Node) {
	list := expr.Conjuncts(cond)
	n := 0
	for n < len(list) && m.rowOnly(v, list[n]) {
		n++
	}
	if n > 0 {
		filter := expr.Fold(m.substitute(expr.And(list[:n])))
		if yes, ok := expr.ConstValue(filter); !ok || yes != true {
			out.Filter = m.cols.add(filter)
		}
	}
	if n < len(list) {
		out.Cond = expr.And(list[n:])
	}
}

// rowOnly reports whether a condition of a variable reads nothing but the row that
// is tried.
func (m *matching) rowOnly(v int, n expr.Node) bool {
	for _, c := range expr.Columns(n) {
		s := m.list[c-matchBase].slot
		if !s.Current(v) || s.Prev > 0 {
			return false
		}
	}
	return true
}

// substitute puts in what slots of the row itself stand for.
func (m *matching) substitute(n expr.Node) expr.Node {
	return expr.Rewrite(n, func(n expr.Node) expr.Node {
		if c, ok := n.(*expr.Column); ok {
			return m.list[c.Index-matchBase].value
		}
		return n
	})
}

// slots returns the slots that conditions still read, and makes the conditions
// read them.
func (m *matching) slots(variables []pattern.Variable) ([]pattern.Slot, error) {
	moved := map[int]int{}
	var out []pattern.Slot
	for i, v := range variables {
		if v.Cond == nil {
			continue
		}
		for _, c := range expr.Columns(v.Cond) {
			if _, ok := moved[c]; ok {
				continue
			}
			s, err := m.slot(c - matchBase)
			if err != nil {
				return nil, err
			}
			moved[c] = len(out)
			out = append(out, s)
		}
		variables[i].Cond = expr.Remap(v.Cond, moved)
	}
	return out, nil
}

// all returns all slots.
func (m *matching) all() ([]pattern.Slot, error) {
	out := make([]pattern.Slot, len(m.list))
	for i := range m.list {
		var err error
		if out[i], err = m.slot(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// slot returns a slot over the columns that the step reads.
func (m *matching) slot(i int) (pattern.Slot, error) {
	s := m.list[i]
	var err error
	switch s.slot.Kind {
	case pattern.Value:
		s.slot.Column = m.cols.add(s.value)
	case pattern.Aggregate:
		s.slot.Call, err = m.cols.call(s.call, func(n expr.Node) (expr.Node, error) { return n, nil })
	}
	return s.slot, err
}
