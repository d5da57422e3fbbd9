package aggregate

import (
	"fmt"
	"math"
	"math/big"

	"kinesql/operators/batch"
)

// exactSum is the state of SUM and AVG of DOUBLE over rows that may be taken back.
type exactSum struct {
	exactSums
	mean bool
}

// changingSum makes SUM, and AVG where mean is set.
func changingSum(mean bool) func(spec) (func() State, error) {
	plain := makeSum
	if mean {
		plain = makeAvg
	}
	return func(s spec) (func() State, error) {
		if s.args[0].Lane() != batch.LaneFloat {
			return plain(s)
		}
		return func() State { return &exactSum{mean: mean} }, nil
	}
}

func (s *exactSum) count(in *Rows, rows []int32, ids []uint32, sign int64) {
	for i, r := range rows {
		s.groups[ids[i]].n += sign
		s.add(ids[i], in.Args[0].F64[r], sign)
	}
}

func (s *exactSum) Add(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, 1) }

func (s *exactSum) Retract(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, -1) }

func (s *exactSum) Merge(from State, src, dst []uint32) {
	for i, d := range dst {
		s.merge(&from.(*exactSum).exactSums, src[i], d, 1)
	}
}

func (s *exactSum) Unmerge(from State, src, dst []uint32) {
	for i, d := range dst {
		s.merge(&from.(*exactSum).exactSums, src[i], d, -1)
	}
}

func (s *exactSum) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		n := s.groups[id].n
		switch {
		case n <= 0:
			appendNull(out)
		case s.mean:
			appendFloat(out, s.value(id)/float64(n))
		default:
			appendFloat(out, s.value(id))
		}
	}
}

// exactVariance is the state of variances over rows that may be taken back: the
// exact sums of the values and of their squares.
type exactVariance struct {
	sums, squares exactSums
	less          int64
	root          bool
}

func changingVariance(less int64, root bool) func(spec) (func() State, error) {
	return func(s spec) (func() State, error) {
		if !s.args[0].IsFloat() {
			return nil, fmt.Errorf("a variance of %s", s.args[0])
		}
		return func() State { return &exactVariance{less: less, root: root} }, nil
	}
}

func (s *exactVariance) Grow(n int) {
	s.sums.Grow(n)
	s.squares.Grow(n)
}

func (s *exactVariance) count(in *Rows, rows []int32, ids []uint32, sign int64) {
	for i, r := range rows {
		id, v := ids[i], in.Args[0].F64[r]
		s.sums.groups[id].n += sign
		s.sums.add(id, v, sign)
		s.square(id, v, sign)
	}
}

// square adds the square of a number: a double and what is left over, or exactly
// where these could overflow or vanish.
func (s *exactVariance) square(id uint32, v float64, sign int64) {
	switch size := math.Abs(v); {
	case size < 0x1p-450 && v != 0 || size >= 0x1p440 && !math.IsInf(v, 0):
		square := exactly(2 * 53).SetFloat64(v)
		if square.Mul(square, square); sign < 0 {
			square.Neg(square)
		}
		r := s.squares.rareOf(id)
		r.rest.Add(r.rest, square)
	case size < safe:
		high := v * v
		s.squares.add(id, high, sign)
		s.squares.add(id, math.FMA(v, v, -high), sign)
	}
}

func (s *exactVariance) Add(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, 1) }

func (s *exactVariance) Retract(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, -1) }

func (s *exactVariance) merge(from State, src, dst []uint32, sign int64) {
	o := from.(*exactVariance)
	for i, d := range dst {
		s.sums.merge(&o.sums, src[i], d, sign)
		s.squares.merge(&o.squares, src[i], d, sign)
	}
}

func (s *exactVariance) Merge(from State, src, dst []uint32) { s.merge(from, src, dst, 1) }

func (s *exactVariance) Unmerge(from State, src, dst []uint32) { s.merge(from, src, dst, -1) }

// Retracts implements Retractor.
func (s *exactVariance) Retracts() bool { return true }

func (s *exactVariance) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		n := s.sums.groups[id].n
		if n <= s.less {
			appendNull(out)
			continue
		}
		v := s.variance(id, n)
		if s.root {
			v = math.Sqrt(v)
		}
		appendFloat(out, v)
	}
}

// variance is (n Σx² - (Σx)²) / n (n - less), rounded once.
func (s *exactVariance) variance(id uint32, n int64) float64 {
	if _, ok := s.sums.strange(id); ok {
		return math.NaN()
	}
	sum, squares := s.sums.exact(id), s.squares.exact(id)
	bits := 2*max(sum.Prec(), squares.Prec()) + 128
	top := exactly(bits).SetInt64(n)
	top.Mul(top, squares)
	top.Sub(top, exactly(bits).Mul(sum, sum))
	count := new(big.Int).Mul(big.NewInt(n), big.NewInt(n-s.less))
	v, _ := top.Quo(top, exactly(bits).SetInt(count)).Float64()
	return v
}

func (s *exactVariance) Reset(ids []uint32) {
	s.sums.Reset(ids)
	s.squares.Reset(ids)
}

func (s *exactVariance) Clear() {
	s.sums.Clear()
	s.squares.Clear()
}

// Bytes implements State.
func (s *exactVariance) Bytes() int64 { return s.sums.Bytes() + s.squares.Bytes() }
