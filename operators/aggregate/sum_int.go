package aggregate

import (
	"math"

	"kinesql/operators/batch"
)

// intTotal is an exact sum of integers: sum + wraps * 2^64.
type intTotal struct {
	sum   int64
	wraps int64
	n     int64
}

func (t *intTotal) add(v int64) {
	s := t.sum + v
	if (s^t.sum)&(s^v) < 0 {
		t.wraps += 1 | v>>63
	}
	t.sum = s
}

func (t *intTotal) sub(v int64) {
	s := t.sum - v
	if (t.sum^v)&(t.sum^s) < 0 {
		t.wraps -= 1 | v>>63
	}
	t.sum = s
}

// float is the total as near as a float can be.
func (t *intTotal) float() float64 {
	if t.wraps == 0 {
		return float64(t.sum)
	}
	return math.Ldexp(float64(t.wraps), 64) + float64(t.sum)
}

// sumInt is the state of SUM over integers.
type sumInt struct{ groups []intTotal }

func (s *sumInt) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *sumInt) Add(in *Rows, rows []int32, ids []uint32) {
	values, groups := in.Args[0].I64, s.groups
	ids = ids[:len(rows)]
	for i, r := range rows {
		g := &groups[ids[i]]
		g.add(values[r])
		g.n++
	}
}

func (s *sumInt) Retract(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		g := &s.groups[ids[i]]
		g.sub(in.Args[0].I64[r])
		g.n--
	}
}

func (s *sumInt) Merge(from State, src, dst []uint32) {
	other := from.(*sumInt).groups
	for i, d := range dst {
		g, o := &s.groups[d], &other[src[i]]
		g.add(o.sum)
		g.wraps += o.wraps
		g.n += o.n
	}
}

func (s *sumInt) Unmerge(from State, src, dst []uint32) {
	if p, ok := from.(*packedSum); ok {
		s.unpack(p, src, dst)
		return
	}
	other := from.(*sumInt).groups
	for i, d := range dst {
		g, o := &s.groups[d], &other[src[i]]
		g.sub(o.sum)
		g.wraps -= o.wraps
		g.n -= o.n
	}
}

func (s *sumInt) unpack(p *packedSum, src, dst []uint32) {
	for i, d := range dst {
		g := &s.groups[d]
		g.sub(p.sum.at(src[i]))
		g.wraps -= p.wraps.at(src[i])
		g.n -= p.n.at(src[i])
	}
}

func (s *sumInt) Retracts() bool { return true }

func (s *sumInt) Result(ids []uint32, out *batch.Vector, fail Fail) {
	for i, id := range ids {
		switch g := &s.groups[id]; {
		case g.n == 0:
			appendNull(out)
		case g.wraps != 0:
			appendNull(out)
			fail(i, "SUM does not fit into BIGINT")
		default:
			appendInt(out, g.sum)
		}
	}
}

func (s *sumInt) Score(ids []uint32, scores []float64) {
	for i, id := range ids {
		g := &s.groups[id]
		if g.n == 0 || g.wraps != 0 {
			scores[i] = math.NaN()
			continue
		}
		scores[i] = float64(g.sum)
	}
}

func (s *sumInt) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = intTotal{}
	}
}

func (s *sumInt) Clear() { s.groups = s.groups[:0] }

// Pack implements Packer.
func (s *sumInt) Pack(n int) State {
	values, p := make([]int64, n), &packedSum{}
	groups := s.groups[:n]
	for i := range groups {
		values[i] = groups[i].sum
	}
	p.sum = packInts(values)
	for i := range groups {
		values[i] = groups[i].wraps
	}
	p.wraps = packInts(values)
	for i := range groups {
		values[i] = groups[i].n
	}
	p.n = packInts(values)
	return p
}

// packedSum is what Pack leaves of a sumInt.
type packedSum struct {
	packedState
	sum, wraps, n packedInts
}

// avgInt is the state of AVG over integers.
type avgInt struct{ sumInt }

func (s *avgInt) Merge(from State, src, dst []uint32) {
	s.sumInt.Merge(&from.(*avgInt).sumInt, src, dst)
}

func (s *avgInt) Unmerge(from State, src, dst []uint32) {
	if a, ok := from.(*avgInt); ok {
		from = &a.sumInt
	}
	s.sumInt.Unmerge(from, src, dst)
}

func (s *avgInt) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		g := &s.groups[id]
		if g.n == 0 {
			appendNull(out)
			continue
		}
		appendFloat(out, g.float()/float64(g.n))
	}
}

func (s *avgInt) Score(ids []uint32, scores []float64) {
	for i, id := range ids {
		g := &s.groups[id]
		scores[i] = g.float() / float64(g.n) // NaN for 0/0
	}
}

// Bytes implements State.
func (s *sumInt) Bytes() int64 { return sizeOf(s.groups) }

// Bytes implements State.
func (p *packedSum) Bytes() int64 { return p.sum.bytes() + p.wraps.bytes() + p.n.bytes() }
