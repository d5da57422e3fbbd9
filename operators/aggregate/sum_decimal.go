package aggregate

import (
	"math/big"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// decimalTotal is an exact sum of unscaled decimals: 192 bits in two's
// complement, and a count.
type decimalTotal struct {
	low, middle uint64
	high        int64
	n           int64
}

func (t *decimalTotal) add(o decimalTotal) {
	var carry uint64
	t.low, carry = bits.Add64(t.low, o.low, 0)
	t.middle, carry = bits.Add64(t.middle, o.middle, carry)
	t.high += o.high + int64(carry)
	t.n += o.n
}

func (t *decimalTotal) sub(o decimalTotal) {
	var borrow uint64
	t.low, borrow = bits.Sub64(t.low, o.low, 0)
	t.middle, borrow = bits.Sub64(t.middle, o.middle, borrow)
	t.high -= o.high + int64(borrow)
	t.n -= o.n
}

func oneDecimal(d decimal128.Num) decimalTotal {
	return decimalTotal{low: d.LowBits(), middle: uint64(d.HighBits()), high: d.HighBits() >> 63, n: 1}
}

func (t *decimalTotal) big() *big.Int {
	v := big.NewInt(t.high)
	v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(t.middle))
	return v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(t.low))
}

// beyond is the least number of more than 38 digits.
var beyond = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)

// num returns the total if it has at most 38 digits.
func (t *decimalTotal) num() (decimal128.Num, bool) {
	d := decimal128.New(int64(t.middle), t.low)
	if t.high != int64(t.middle)>>63 || !d.FitsInPrecision(38) {
		return decimal128.Num{}, false
	}
	return d, true
}

// sumDecimal is the state of SUM over DECIMAL.
type sumDecimal struct {
	groups []decimalTotal
	scale  int
}

func (s *sumDecimal) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *sumDecimal) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		s.groups[ids[i]].add(oneDecimal(in.Args[0].Dec[r]))
	}
}

func (s *sumDecimal) Retract(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		s.groups[ids[i]].sub(oneDecimal(in.Args[0].Dec[r]))
	}
}

func (s *sumDecimal) Merge(from State, src, dst []uint32) {
	other := from.(*sumDecimal).groups
	for i, d := range dst {
		s.groups[d].add(other[src[i]])
	}
}

func (s *sumDecimal) Unmerge(from State, src, dst []uint32) {
	other := from.(*sumDecimal).groups
	for i, d := range dst {
		s.groups[d].sub(other[src[i]])
	}
}

func (s *sumDecimal) Retracts() bool { return true }

func (s *sumDecimal) Result(ids []uint32, out *batch.Vector, fail Fail) {
	for i, id := range ids {
		g := &s.groups[id]
		if g.n == 0 {
			appendNull(out)
			continue
		}
		d, ok := g.num()
		if !ok {
			appendNull(out)
			fail(i, "SUM does not fit into "+out.Type.String())
			continue
		}
		appendDecimal(out, d)
	}
}

func (s *sumDecimal) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = decimalTotal{}
	}
}

func (s *sumDecimal) Clear() { s.groups = s.groups[:0] }

// avgDecimal is the state of AVG over DECIMAL.
type avgDecimal struct {
	sumDecimal
	more int // digits that the result has behind those of the argument
}

func (s *avgDecimal) Merge(from State, src, dst []uint32) {
	s.sumDecimal.Merge(&from.(*avgDecimal).sumDecimal, src, dst)
}

func (s *avgDecimal) Unmerge(from State, src, dst []uint32) {
	s.sumDecimal.Unmerge(&from.(*avgDecimal).sumDecimal, src, dst)
}

func (s *avgDecimal) Result(ids []uint32, out *batch.Vector, fail Fail) {
	for i, id := range ids {
		g := &s.groups[id]
		if g.n == 0 {
			appendNull(out)
			continue
		}
		mean := g.mean(s.more)
		if mean.CmpAbs(beyond) >= 0 {
			appendNull(out)
			fail(i, "AVG does not fit into "+out.Type.String())
			continue
		}
		appendDecimal(out, decimal128.FromBigInt(mean))
	}
}

// mean is the total with more digits, divided by the count, halves rounded away
// from zero.
func (t *decimalTotal) mean(more int) *big.Int {
	v := t.big()
	v.Mul(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(more)), nil))
	n := big.NewInt(t.n)
	rest := new(big.Int)
	v.QuoRem(v, n, rest)
	if rest.Abs(rest).Lsh(rest, 1).Cmp(n) >= 0 {
		v.Add(v, big.NewInt(int64(1|t.high>>63)))
	}
	return v
}

// Bytes implements State.
func (s *sumDecimal) Bytes() int64 { return sizeOf(s.groups) }
