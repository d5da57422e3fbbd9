package aggregate

import "kinesql/operators/batch"

// replay is the state of GROUP_CONCAT and JSON_ARRAYAGG over rows that may be
// taken back: the rows of each group, given to a state of an append-only input
// when the result is asked for. Rows that come and go have no order of arrival:
// those that ORDER BY does not tell apart are in the order of their values.
type replay struct {
	bag
	order []int
	args  int
	make  func() State
}

// changingCollection makes the functions of which newState makes the append-only
// states.
func changingCollection(newState func(spec) (func() State, error)) func(spec) (func() State, error) {
	return func(s spec) (func() State, error) {
		inner, err := newState(s)
		if err != nil {
			return nil, err
		}
		types, order := s.columns()
		made, err := newEntries(types)
		if err != nil {
			return nil, err
		}
		return func() State {
			return &replay{bag: bag{entries: made()}, order: order, args: len(s.args), make: inner}
		}, nil
	}
}

func (s *replay) Add(in *Rows, rows []int32, ids []uint32) {
	s.count(entryColumns(in, s.order), rows, ids, nil, 1)
}

func (s *replay) Retract(in *Rows, rows []int32, ids []uint32) {
	s.count(entryColumns(in, s.order), rows, ids, nil, -1)
}

func (s *replay) Merge(from State, src, dst []uint32) { s.merge(&from.(*replay).bag, src, dst, 1) }

func (s *replay) Unmerge(from State, src, dst []uint32) { s.merge(&from.(*replay).bag, src, dst, -1) }

func (s *replay) Result(ids []uint32, out *batch.Vector, fail Fail) {
	inner := s.make()
	inner.Grow(1)
	for i, id := range ids {
		list := s.walk(s.roots[id], nil)
		in := entryRows(s.columns(list), s.args, s.order)
		var rows []int32
		for r, e := range list {
			for range s.counts[e] {
				rows = append(rows, int32(r))
			}
			in.Seqs = append(in.Seqs, int64(r))
		}
		inner.Add(in, rows, make([]uint32, len(rows)))
		inner.Result([]uint32{0}, out, func(_ int, message string) { fail(i, message) })
		inner.Reset([]uint32{0})
	}
}
