package aggregate

import (
	"math/bits"

	"kinesql/operators/batch"
)

// bitCounts is the state of BIT_AND and BIT_OR over rows that may be taken back: how
// many values have each bit.
type bitCounts struct {
	groups []bitCount
	and    bool
}

type bitCount struct {
	n   int64
	set [64]int64
}

func (s *bitCounts) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *bitCounts) count(in *Rows, rows []int32, ids []uint32, sign int64) {
	for i, r := range rows {
		g := &s.groups[ids[i]]
		g.n += sign
		for v := uint64(in.Args[0].I64[r]); v != 0; v &= v - 1 {
			g.set[bits.TrailingZeros64(v)] += sign
		}
	}
}

func (s *bitCounts) Add(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, 1) }

func (s *bitCounts) Retract(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, -1) }

func (s *bitCounts) merge(from State, src, dst []uint32, sign int64) {
	other := from.(*bitCounts).groups
	for i, d := range dst {
		g, o := &s.groups[d], &other[src[i]]
		g.n += sign * o.n
		for b, n := range o.set {
			g.set[b] += sign * n
		}
	}
}

func (s *bitCounts) Merge(from State, src, dst []uint32) { s.merge(from, src, dst, 1) }

func (s *bitCounts) Unmerge(from State, src, dst []uint32) { s.merge(from, src, dst, -1) }

// Retracts implements Retractor.
func (s *bitCounts) Retracts() bool { return true }

func (s *bitCounts) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		g, v := &s.groups[id], uint64(0)
		for b, n := range g.set {
			if s.and && n == g.n || !s.and && n > 0 {
				v |= 1 << b
			}
		}
		appendInt(out, int64(v))
	}
}

func (s *bitCounts) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = bitCount{}
	}
}

func (s *bitCounts) Clear() { s.groups = s.groups[:0] }

// Bytes implements State.
func (s *bitCounts) Bytes() int64 { return sizeOf(s.groups) }
