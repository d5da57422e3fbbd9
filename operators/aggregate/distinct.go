package aggregate

import (
	"slices"

	"kinesql/operators/batch"
)

// distinct passes to the state within only the first row of each combination of
// group and arguments, and counts the rest so that rows can be taken back. What
// the call is ordered by must follow from the arguments, as a number does from
// its text: it counts as one more argument.
type distinct struct {
	entries
	inner State
	args  int      // how many arguments there are
	order []int    // which column of an entry the call is ordered by
	seqs  []int64  // when an entry arrived first
	prev  []uint32 // the entry of the same group before this one, +1
	next  []uint32 // the one after it, +1
	last  []uint32 // by group: the latest entry, +1

	in, out picked // scratch
}

// picked is rows and their groups.
type picked struct {
	rows   []int32
	groups []uint32
}

func (p *picked) add(row int32, group uint32) {
	p.rows, p.groups = append(p.rows, row), append(p.groups, group)
}

func (p *picked) reset() { p.rows, p.groups = p.rows[:0], p.groups[:0] }

func newDistinct(s spec, newInner func() State) (func() State, error) {
	columns, order := s.columns()
	made, err := newEntries(columns)
	if err != nil {
		return nil, err
	}
	return func() State {
		return &distinct{inner: newInner(), entries: made(), args: len(s.args), order: order}
	}, nil
}

// columns returns the types of a call's arguments and of what else it is ordered
// by, and for each ORDER BY column where it stands among them.
func (s spec) columns() (types []batch.Type, order []int) {
	types = slices.Clone(s.args)
	order = make([]int, len(s.Order))
	for i, k := range s.Order {
		if order[i] = slices.Index(s.Args, k.Column); order[i] < 0 {
			order[i] = len(types)
			types = append(types, s.sort[i])
		}
	}
	return types, order
}

// entryColumns returns the vectors of spec.columns.
func entryColumns(in *Rows, order []int) []batch.Vector {
	out := in.Args[:len(in.Args):len(in.Args)]
	for i, o := range order {
		if o >= len(in.Args) {
			out = append(out, in.Order[i])
		}
	}
	return out
}

// entryRows is the inverse of entryColumns.
func entryRows(columns []batch.Vector, args int, order []int) *Rows {
	in := &Rows{Args: columns[:args:args]}
	for _, c := range order {
		in.Order = append(in.Order, columns[c])
	}
	return in
}

func (s *distinct) Grow(n int) {
	s.inner.Grow(n)
	s.last = grow(s.last, n)
}

func (s *distinct) Add(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, nil, 1) }

func (s *distinct) Retract(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, nil, -1) }

// count counts row rows[i] sign * times[i] times, or once each where times is nil.
func (s *distinct) count(in *Rows, rows []int32, ids []uint32, times []int64, sign int64) {
	list := s.assign(entryColumns(in, s.order), rows, ids)
	n := s.table.Len()
	s.seqs, s.prev, s.next = grow(s.seqs, n), grow(s.prev, n), grow(s.next, n)
	s.in.reset()
	s.out.reset()
	for i, e := range list {
		was, is := s.change(e, sign*timesOf(times, i))
		if was == 0 {
			s.link(e, ids[i])
			s.seqs[e] = in.seq(rows[i])
		}
		if is == 0 {
			s.unlink(e)
		}
		switch {
		case was <= 0 && is > 0:
			s.in.add(rows[i], ids[i])
		case was > 0 && is <= 0:
			s.out.add(rows[i], ids[i])
		}
	}
	s.inner.Add(in, s.in.rows, s.in.groups)
	if len(s.out.rows) > 0 {
		s.inner.(Retractor).Retract(in, s.out.rows, s.out.groups)
	}
	s.sweep()
}

// link puts a new entry at the end of its group's list.
func (s *distinct) link(e, group uint32) {
	before := s.last[group]
	s.groups[e], s.prev[e], s.next[e] = group, before, 0
	if before != 0 {
		s.next[before-1] = e + 1
	}
	s.last[group] = e + 1
}

// unlink takes an entry out of its group's list.
func (s *distinct) unlink(e uint32) {
	before, after := s.prev[e], s.next[e]
	if before != 0 {
		s.next[before-1] = after
	}
	if after != 0 {
		s.prev[after-1] = before
	} else {
		s.last[s.groups[e]] = before
	}
}

// list lists the entries of group id, the oldest first.
func (s *distinct) list(id uint32, list []uint32) []uint32 {
	from := len(list)
	for e := s.last[id]; e != 0; e = s.prev[e-1] {
		list = append(list, e-1)
	}
	slices.Reverse(list[from:])
	return list
}

// values returns the arguments of all rows of some groups, each once, and for
// each the group of dst that it goes to and how often it occurred.
func (s *distinct) values(src, dst []uint32) (in *Rows, groups []uint32, times []int64) {
	var list []uint32
	for i, g := range src {
		list = s.list(g, list)
		for len(groups) < len(list) {
			groups = append(groups, dst[i])
		}
	}
	in = entryRows(s.columns(list), s.args, s.order)
	for _, e := range list {
		times, in.Seqs = append(times, s.counts[e]), append(in.Seqs, s.seqs[e])
	}
	return in, groups, times
}

func (s *distinct) Merge(from State, src, dst []uint32) {
	in, ids, times := from.(*distinct).values(src, dst)
	s.count(in, upTo(len(ids)), ids, times, 1)
}

func (s *distinct) Unmerge(from State, src, dst []uint32) {
	in, ids, times := from.(*distinct).values(src, dst)
	s.count(in, upTo(len(ids)), ids, times, -1)
}

func (s *distinct) Retracts() bool {
	r, ok := s.inner.(Retractor)
	return ok && r.Retracts()
}

func (s *distinct) Result(ids []uint32, out *batch.Vector, fail Fail) { s.inner.Result(ids, out, fail) }

func (s *distinct) Reset(ids []uint32) {
	s.inner.Reset(ids)
	for _, id := range ids {
		for e := s.last[id]; e != 0; e = s.prev[e-1] {
			s.drop(e - 1)
		}
		s.last[id] = 0
	}
	s.sweep()
}

func (s *distinct) Clear() {
	s.inner.Clear()
	s.clear()
	s.seqs, s.prev, s.next, s.last = s.seqs[:0], s.prev[:0], s.next[:0], s.last[:0]
}

func (s *distinct) Bytes() int64 {
	return s.inner.Bytes() + s.bytes() + sizeOf(s.seqs) + sizeOf(s.prev) + sizeOf(s.next) + sizeOf(s.last) +
		sizeOf(s.in.rows) + sizeOf(s.in.groups) + sizeOf(s.out.rows) + sizeOf(s.out.groups)
}
