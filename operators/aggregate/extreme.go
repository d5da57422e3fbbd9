package aggregate

import (
	"math"

	"kinesql/operators/batch"
)

func extremes() []*Function {
	return []*Function{
		extremeFunction("MIN", "Least value that is not NULL.", -1),
		extremeFunction("MAX", "Greatest value that is not NULL.", 1),
		byFunction("MIN_BY", "Value of x in the row with the least y; rows with a NULL x or y are left out.", -1),
		byFunction("MAX_BY", "Value of x in the row with the greatest y; rows with a NULL x or y are left out.", 1),
	}
}

func extremeFunction(name, summary string, sign int) *Function {
	return &Function{
		Name: name, Signature: name + "([DISTINCT] x)", Summary: summary,
		Example: "SELECT " + name + "(price) FROM s",
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity(name, args, 1, 1); err != nil {
				return batch.Type{}, nil, err
			}
			return args[0], args, nil
		},
		make:     func(s spec) (func() State, error) { return makeExtreme(s, sign) },
		changing: changingExtreme(sign),
	}
}

func makeExtreme(s spec, sign int) (func() State, error) {
	if s.args[0].Lane() == batch.LaneInt {
		return func() State { return &extremeInt{max: sign > 0} }, nil
	}
	newCell, err := newCells(s.args[0])
	if err != nil {
		return nil, err
	}
	return func() State { return &extreme{cells: newCell(), sign: sign} }, nil
}

// extremeInt is the state of MIN and MAX over LaneInt.
type extremeInt struct {
	groups []intCell
	max    bool
}

type intCell struct {
	value int64
	has   bool
}

func (s *extremeInt) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *extremeInt) Add(in *Rows, rows []int32, ids []uint32) {
	values := in.Args[0].I64
	for i, r := range rows {
		s.offer(ids[i], values[r])
	}
}

func (s *extremeInt) offer(id uint32, v int64) {
	g := &s.groups[id]
	if !g.has || (v > g.value) == s.max && v != g.value {
		*g = intCell{v, true}
	}
}

func (s *extremeInt) Merge(from State, src, dst []uint32) {
	other := from.(*extremeInt).groups
	for i, d := range dst {
		if o := other[src[i]]; o.has {
			s.offer(d, o.value)
		}
	}
}

func (s *extremeInt) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		if g := s.groups[id]; g.has {
			appendInt(out, g.value)
		} else {
			appendNull(out)
		}
	}
}

var nan = math.NaN()

func (s *extremeInt) Score(ids []uint32, scores []float64) {
	for i, id := range ids {
		scores[i] = nan
		if g := s.groups[id]; g.has {
			scores[i] = float64(g.value)
		}
	}
}

func (s *extremeInt) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = intCell{}
	}
}

func (s *extremeInt) Clear() { s.groups = s.groups[:0] }

// extreme is the state of MIN and MAX over all other types.
type extreme struct {
	cells
	sign int // -1 for MIN, 1 for MAX
}

func (s *extreme) Add(in *Rows, rows []int32, ids []uint32) {
	v := &in.Args[0]
	for i, r := range rows {
		if id := ids[i]; !s.has(id) || s.compare(id, v, r)*s.sign < 0 {
			s.set(id, v, r)
		}
	}
}

func (s *extreme) Merge(from State, src, dst []uint32) {
	o := from.(*extreme)
	for i, d := range dst {
		if e := src[i]; o.has(e) && (!s.has(d) || s.compareCell(d, o.cells, e)*s.sign < 0) {
			s.copy(d, o.cells, e)
		}
	}
}

func (s *extreme) Result(ids []uint32, out *batch.Vector, _ Fail) { appendCells(s.cells, ids, out) }

func (s *extreme) Score(ids []uint32, scores []float64) { scoreCells(s.cells, ids, scores) }

func (s *extreme) Reset(ids []uint32) { resetCells(s.cells, ids) }

func appendCells(c cells, ids []uint32, out *batch.Vector) {
	for _, id := range ids {
		c.append(id, out)
	}
}

func scoreCells(c cells, ids []uint32, scores []float64) {
	for i, id := range ids {
		scores[i] = c.score(id)
	}
}

func resetCells(c cells, ids []uint32) {
	for _, id := range ids {
		c.reset(id)
	}
}

// Bytes implements State.
func (s *extremeInt) Bytes() int64 { return sizeOf(s.groups) }
