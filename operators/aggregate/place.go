package aggregate

import "kinesql/operators/batch"

func places() []*Function {
	return []*Function{
		placeFunction("FIRST_VALUE", "Value of the first row by event time, NULL included; rows of one time go by arrival.",
			true, func(at, than moment) bool { return at.before(than) }, changingPlace("FIRST_VALUE", first)),
		placeFunction("LAST_VALUE", "Value of the last row by event time, NULL included; rows of one time go by arrival.",
			true, func(at, than moment) bool { return than.before(at) }, changingPlace("LAST_VALUE", last)),
		placeFunction("ANY_VALUE", "Some value that is not NULL: the first to arrive.",
			false, func(at, than moment) bool { return at.seq < than.seq }, changingExtreme(-1)),
	}
}

func placeFunction(
	name, summary string, nulls bool, better func(at, than moment) bool, changing func(spec) (func() State, error),
) *Function {
	return &Function{
		Name: name, Signature: name + "(x)", Summary: summary,
		Example:    "SELECT " + name + "(price) FROM s",
		seesNulls:  nulls,
		noDistinct: true,
		changing:   changing,
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity(name, args, 1, 1); err != nil {
				return batch.Type{}, nil, err
			}
			if args[0].Lane() == batch.LaneNested {
				return batch.Type{}, nil, mismatch(name, 0, "a plain value", args[0])
			}
			return args[0], args, nil
		},
		make: func(s spec) (func() State, error) {
			newCell, err := newCells(s.args[0])
			if err != nil {
				return nil, err
			}
			return func() State { return &place{cells: newCell(), better: better} }, nil
		},
	}
}

// moment is when a row happened and when it arrived.
type moment struct{ time, seq int64 }

func (m moment) before(o moment) bool {
	return m.time < o.time || m.time == o.time && m.seq < o.seq
}

// place is the state of FIRST_VALUE, LAST_VALUE and ANY_VALUE.
type place struct {
	cells
	at     []moment
	better func(at, than moment) bool
}

func (s *place) Grow(n int) {
	s.cells.Grow(n)
	s.at = grow(s.at, n)
}

func (s *place) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		id, at := ids[i], moment{in.time(r), in.seq(r)}
		if !s.has(id) || s.better(at, s.at[id]) {
			s.at[id] = at
			s.set(id, &in.Args[0], r)
		}
	}
}

func (s *place) Merge(from State, src, dst []uint32) {
	o := from.(*place)
	for i, d := range dst {
		if e := src[i]; o.has(e) && (!s.has(d) || s.better(o.at[e], s.at[d])) {
			s.at[d] = o.at[e]
			s.copy(d, o.cells, e)
		}
	}
}

func (s *place) Result(ids []uint32, out *batch.Vector, _ Fail) { appendCells(s.cells, ids, out) }

func (s *place) Score(ids []uint32, scores []float64) { scoreCells(s.cells, ids, scores) }

func (s *place) Reset(ids []uint32) { resetCells(s.cells, ids) }

func (s *place) Clear() {
	s.cells.Clear()
	s.at = s.at[:0]
}

// Bytes implements State.
func (s *place) Bytes() int64 { return s.cells.Bytes() + sizeOf(s.at) }
