package aggregate

import "kinesql/operators/batch"

func byFunction(name, summary string, sign int) *Function {
	return &Function{
		Name: name, Signature: name + "(x, y)", Summary: summary,
		Example:    "SELECT " + name + "(url, bytes) FROM s",
		noDistinct: true,
		changing:   changingBy(sign),
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity(name, args, 2, 2); err != nil {
				return batch.Type{}, nil, err
			}
			return args[0], args, nil
		},
		make: func(s spec) (func() State, error) {
			newX, err := newCells(s.args[0])
			if err != nil {
				return nil, err
			}
			newY, err := newCells(s.args[1])
			if err != nil {
				return nil, err
			}
			return func() State { return &extremeBy{x: newX(), y: newY(), sign: sign} }, nil
		},
	}
}

// extremeBy is the state of MIN_BY and MAX_BY. Of equal ys the first row counts.
type extremeBy struct {
	x, y cells
	sign int
}

func (s *extremeBy) Grow(n int) {
	s.x.Grow(n)
	s.y.Grow(n)
}

func (s *extremeBy) Add(in *Rows, rows []int32, ids []uint32) {
	x, y := &in.Args[0], &in.Args[1]
	for i, r := range rows {
		if id := ids[i]; !s.y.has(id) || s.y.compare(id, y, r)*s.sign < 0 {
			s.x.set(id, x, r)
			s.y.set(id, y, r)
		}
	}
}

func (s *extremeBy) Merge(from State, src, dst []uint32) {
	o := from.(*extremeBy)
	for i, d := range dst {
		if e := src[i]; o.y.has(e) && (!s.y.has(d) || s.y.compareCell(d, o.y, e)*s.sign < 0) {
			s.x.copy(d, o.x, e)
			s.y.copy(d, o.y, e)
		}
	}
}

func (s *extremeBy) Result(ids []uint32, out *batch.Vector, _ Fail) { appendCells(s.x, ids, out) }

func (s *extremeBy) Reset(ids []uint32) {
	resetCells(s.x, ids)
	resetCells(s.y, ids)
}

func (s *extremeBy) Clear() {
	s.x.Clear()
	s.y.Clear()
}

// Bytes implements State.
func (s *extremeBy) Bytes() int64 { return s.x.Bytes() + s.y.Bytes() }
