package aggregate

import (
	"math"

	"kinesql/operators/batch"
)

// floatTotal is a sum with Neumaier's compensation: sum + rest.
type floatTotal struct {
	sum, rest float64
	n         int64
}

func (t *floatTotal) add(v float64) {
	s := t.sum + v
	if math.Abs(t.sum) >= math.Abs(v) {
		t.rest += (t.sum - s) + v
	} else {
		t.rest += (v - s) + t.sum
	}
	t.sum = s
}

func (t *floatTotal) value() float64 {
	if math.IsInf(t.sum, 0) || math.IsNaN(t.sum) {
		return t.sum
	}
	return t.sum + t.rest
}

// sumFloat is the state of SUM over DOUBLE. Taking values back would leave
// rounding errors behind, so it does not.
type sumFloat struct{ groups []floatTotal }

func (s *sumFloat) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *sumFloat) Add(in *Rows, rows []int32, ids []uint32) {
	values := in.Args[0].F64
	for i, r := range rows {
		g := &s.groups[ids[i]]
		g.add(values[r])
		g.n++
	}
}

func (s *sumFloat) Merge(from State, src, dst []uint32) {
	other := from.(*sumFloat).groups
	for i, d := range dst {
		g, o := &s.groups[d], &other[src[i]]
		g.add(o.sum)
		g.rest += o.rest
		g.n += o.n
	}
}

func (s *sumFloat) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		g := &s.groups[id]
		if g.n == 0 {
			appendNull(out)
			continue
		}
		appendFloat(out, g.value())
	}
}

func (s *sumFloat) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = floatTotal{}
	}
}

func (s *sumFloat) Clear() { s.groups = s.groups[:0] }

// avgFloat is the state of AVG over DOUBLE.
type avgFloat struct{ sumFloat }

func (s *avgFloat) Merge(from State, src, dst []uint32) {
	s.sumFloat.Merge(&from.(*avgFloat).sumFloat, src, dst)
}

func (s *avgFloat) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		g := &s.groups[id]
		if g.n == 0 {
			appendNull(out)
			continue
		}
		appendFloat(out, g.value()/float64(g.n))
	}
}

// Bytes implements State.
func (s *sumFloat) Bytes() int64 { return sizeOf(s.groups) }
