package bind

import (
	"slices"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// applied is what is known while the steps of OVER are built.
type applied struct {
	lower   func(expr.Node) (expr.Node, error) // replaces what the group computes
	reads   []int                              // the columns below that the query reads
	columns map[int]expr.Node                  // what replaces the columns that stand for the calls
}

// applyOvers puts steps on top of n, one for each different OVER: those that
// number rows last, since what they give may change.
func (s *selection) applyOvers(n logical.Node, a *applied) (logical.Node, error) {
	a.columns = map[int]expr.Node{}
	for sort := range 3 {
		done := make([]bool, len(s.overs))
		for i := range s.overs {
			if done[i] || s.overs[i].sort() != sort {
				continue
			}
			var same []int
			for j := i; j < len(s.overs); j++ {
				if s.overs[j].sort() == sort && s.overs[j].frame.String() == s.overs[i].frame.String() {
					same, done[j] = append(same, j), true
				}
			}
			var err error
			if n, err = s.apply(n, same, a); err != nil {
				return nil, err
			}
		}
	}
	return n, nil
}

func (s *selection) apply(n logical.Node, which []int, a *applied) (logical.Node, error) {
	switch s.overs[which[0]].sort() {
	case 1:
		return s.applySeries(n, which, a)
	case 2:
		return s.applyRank(n, which, a)
	}
	return s.applyOver(n, which, a)
}

func (s *selection) applyOver(n logical.Node, which []int, a *applied) (logical.Node, error) {
	first := s.overs[which[0]]
	if n.Traits().Retracts {
		return nil, s.retracting(first.at)
	}
	b := newColumns(n)
	out := &logical.Over{Rows: first.frame.rows, Preceding: first.frame.preceding, Ending: first.frame.ending}
	var err error
	if out.Time, out.Partition, err = s.overColumns(n, b, first, a); err != nil {
		return nil, err
	}
	for _, i := range which {
		c, err := b.call(s.overs[i].call, a.lower)
		if err != nil {
			return nil, err
		}
		out.Calls, out.Names = append(out.Calls, c), append(out.Names, s.overs[i].call.String())
	}
	if out.Rows || slices.ContainsFunc(which, func(i int) bool { return byOrder(s.overs[i].call) }) {
		out.Ties = a.ties(out.Time, out.Partition)
	}
	out.Input = b.project(n)
	base := out.Input.Schema().Len()
	for k, i := range which {
		a.columns[overBase+i] = &expr.Column{Index: base + k, Name: out.Names[k], Typ: out.Calls[k].Type, At: -1}
	}
	return out, nil
}

// byOrder reports whether an aggregate may give another result where rows come in
// another order.
func byOrder(c call) bool {
	return !slices.Contains([]string{"COUNT", "SUM", "AVG", "MIN", "MAX"}, c.name)
}

// ties is the columns that the query reads and that rows of one time and partition
// may differ in.
func (a *applied) ties(time int, partition []int) []int {
	var out []int
	for _, c := range a.reads {
		if c != time && !slices.Contains(partition, c) {
			out = append(out, c)
		}
	}
	return out
}

// overColumns adds the columns of ORDER BY time and PARTITION BY.
func (s *selection) overColumns(n logical.Node, b *columns, o over, a *applied) (time int, partition []int, err error) {
	time = n.Traits().Time()
	if o.frame.time != nil {
		t, err := a.lower(o.frame.time)
		if err != nil {
			return 0, nil, err
		}
		time = b.add(t)
	}
	if time < 0 {
		return 0, nil, s.noTime(o.at)
	}
	for _, p := range o.frame.partition {
		low, err := a.lower(p)
		if err != nil {
			return 0, nil, err
		}
		partition = append(partition, b.add(low))
	}
	return time, partition, nil
}

// readsOf returns the columns of n that the query reads above it, sorted.
func (s *selection) readsOf(n logical.Node, order []sortItem, lower func(expr.Node) (expr.Node, error)) ([]int, error) {
	var all []expr.Node
	for _, it := range s.items {
		all = append(all, it.node)
	}
	for _, o := range order {
		all = append(all, o.node)
	}
	if s.qualify != nil {
		all = append(all, s.qualify)
	}
	for _, o := range s.overs {
		all = append(append(all, o.args...), o.frame.partition...)
		for _, k := range o.frame.order {
			all = append(all, k.node)
		}
		if o.filter != nil {
			all = append(all, o.filter)
		}
	}
	var out []int
	for _, e := range all {
		low, err := lower(e)
		if err != nil {
			return nil, err
		}
		for _, c := range expr.Columns(low) {
			if c < n.Schema().Len() {
				out = append(out, c)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
