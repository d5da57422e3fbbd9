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
	inner State
	types []batch.Type // of the group's id, the arguments and what else the call is ordered by
	args  int          // how many arguments there are
	order []int        // which of the types behind the id the call is ordered by
	table Table
	count []int64  // rows, by entry
	seqs  []int64  // when an entry arrived first
	group []uint32 // of an entry
	prev  []uint32 // the entry of the same group before this one, +1
	next  []uint32 // the one after it, +1
	last  []uint32 // by group: the latest entry, +1

	ids    []int64 // scratch
	found  []uint32
	rows   []int32
	groups []uint32
	zeros  []uint32
}

func newDistinct(s spec, newInner func() State) (func() State, error) {
	types := append([]batch.Type{batch.Of(batch.BigInt)}, s.args...)
	order := make([]int, len(s.Order))
	for i, k := range s.Order {
		if order[i] = slices.Index(s.Args, k.Column); order[i] < 0 {
			order[i] = len(types) - 1
			types = append(types, s.sort[i])
		}
	}
	if _, err := NewTable(types); err != nil {
		return nil, err
	}
	return func() State {
		table, _ := NewTable(types) // checked above
		return &distinct{inner: newInner(), types: types, args: len(s.args), order: order, table: table}
	}, nil
}

func (s *distinct) Grow(n int) {
	s.inner.Grow(n)
	s.last = grow(s.last, n)
}

// assign finds the entries of rows, and makes those that are new.
func (s *distinct) assign(in *Rows, rows []int32, ids []uint32) []uint32 {
	if len(rows) == 0 {
		return nil
	}
	highest := rows[0]
	for _, r := range rows {
		highest = max(highest, r)
	}
	s.ids = grow(s.ids, int(highest)+1)
	for i, r := range rows {
		s.ids[r] = int64(ids[i])
	}
	keys := append([]batch.Vector{{Type: s.types[0], Len: len(s.ids), I64: s.ids}}, in.Args...)
	for i, o := range s.order {
		if o >= s.args {
			keys = append(keys, in.Order[i])
		}
	}
	s.found = grow(s.found, len(rows))
	entries := s.found[:len(rows)]
	s.table.Assign(keys, rows, entries)
	n := s.table.Len()
	s.count, s.group, s.seqs = grow(s.count, n), grow(s.group, n), grow(s.seqs, n)
	s.prev, s.next = grow(s.prev, n), grow(s.next, n)
	return entries
}

func (s *distinct) Add(in *Rows, rows []int32, ids []uint32) { s.count1(in, rows, ids, nil) }

// count1 counts row rows[i] times[i] times, or once each where times is nil.
func (s *distinct) count1(in *Rows, rows []int32, ids []uint32, times []int64) {
	entries := s.assign(in, rows, ids)
	s.rows, s.groups = s.rows[:0], s.groups[:0]
	for i, e := range entries {
		if s.count[e] == 0 {
			s.link(e, ids[i])
			s.seqs[e] = in.seq(rows[i])
			s.rows, s.groups = append(s.rows, rows[i]), append(s.groups, ids[i])
		}
		s.count[e] += timesOf(times, i)
	}
	s.inner.Add(in, s.rows, s.groups)
}

func timesOf(times []int64, i int) int64 {
	if times == nil {
		return 1
	}
	return times[i]
}

// link puts a new entry at the end of its group's list.
func (s *distinct) link(e, group uint32) {
	before := s.last[group]
	s.group[e], s.prev[e], s.next[e] = group, before, 0
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
		s.last[s.group[e]] = before
	}
}

func (s *distinct) Retract(in *Rows, rows []int32, ids []uint32) { s.discount(in, rows, ids, nil) }

// discount undoes count1.
func (s *distinct) discount(in *Rows, rows []int32, ids []uint32, times []int64) {
	entries := s.assign(in, rows, ids)
	s.rows, s.groups, s.zeros = s.rows[:0], s.groups[:0], s.zeros[:0]
	for i, e := range entries {
		if s.count[e] -= timesOf(times, i); s.count[e] == 0 {
			s.rows, s.groups = append(s.rows, rows[i]), append(s.groups, ids[i])
			s.zeros = append(s.zeros, e)
		}
	}
	s.inner.(Retractor).Retract(in, s.rows, s.groups)
	for _, e := range s.zeros {
		s.unlink(e)
	}
	s.table.Remove(s.zeros)
}

// entries lists the entries of group id, the oldest first.
func (s *distinct) entries(id uint32, list []uint32) []uint32 {
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
		list = s.entries(g, list)
		for len(groups) < len(list) {
			groups = append(groups, dst[i])
		}
	}
	columns := make([]batch.Vector, len(s.types)-1)
	for c := range columns {
		columns[c].Type = s.types[c+1]
		s.table.Append(c+1, list, &columns[c])
	}
	in = &Rows{Args: columns[:s.args:s.args]}
	for _, c := range s.order {
		in.Order = append(in.Order, columns[c])
	}
	for _, e := range list {
		times, in.Seqs = append(times, s.count[e]), append(in.Seqs, s.seqs[e])
	}
	return in, groups, times
}

func (s *distinct) Merge(from State, src, dst []uint32) {
	in, ids, times := from.(*distinct).values(src, dst)
	s.count1(in, upTo(len(ids)), ids, times)
}

func (s *distinct) Unmerge(from State, src, dst []uint32) {
	in, ids, times := from.(*distinct).values(src, dst)
	s.discount(in, upTo(len(ids)), ids, times)
}

// upTo returns 0, 1, ... n-1.
func upTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

func (s *distinct) Retracts() bool {
	r, ok := s.inner.(Retractor)
	return ok && r.Retracts()
}

func (s *distinct) Result(ids []uint32, out *batch.Vector, fail Fail) { s.inner.Result(ids, out, fail) }

func (s *distinct) Reset(ids []uint32) {
	s.inner.Reset(ids)
	s.zeros = s.zeros[:0]
	for _, id := range ids {
		for e := s.last[id]; e != 0; e = s.prev[e-1] {
			s.zeros = append(s.zeros, e-1)
			s.count[e-1] = 0
		}
		s.last[id] = 0
	}
	s.table.Remove(s.zeros)
}

func (s *distinct) Clear() {
	s.inner.Clear()
	s.table.Clear()
	s.count, s.seqs, s.group = s.count[:0], s.seqs[:0], s.group[:0]
	s.prev, s.next, s.last = s.prev[:0], s.next[:0], s.last[:0]
}
