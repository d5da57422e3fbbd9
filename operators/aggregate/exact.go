package aggregate

import (
	"math"
	"math/big"
)

// exactTotal is the exact sum of doubles, as doubles of which none overlaps
// another, the least first: after Shewchuk, "Adaptive Precision Floating-Point
// Arithmetic", 1997. Sums of real data take two or three.
type exactTotal struct {
	n     int64
	parts [4]float64
	used  int
}

// rareTotal is what does not go into an exactTotal: parts beyond the fourth, numbers
// whose sum could overflow, and what is no number.
type rareTotal struct {
	rest          *big.Float
	nan, pos, neg int64
}

// allBits is enough for the sum of any doubles, and of their squares.
const allBits = 4400

// fewBits is enough for the parts of most totals, and for what is made of them.
const fewBits = 768

// safe is up to where numbers can be added without overflow.
const safe = 0x1p900

// exactSums is the exact sums of groups.
type exactSums struct {
	groups []exactTotal
	rare   map[uint32]*rareTotal
}

func (s *exactSums) Grow(n int) { s.groups = grow(s.groups, n) }

// add adds v, or takes it away where sign is -1.
func (s *exactSums) add(id uint32, v float64, sign int64) {
	g := &s.groups[id]
	if math.Abs(v) < safe {
		s.part(id, g, v*float64(sign))
		return
	}
	r := s.rareOf(id)
	switch {
	case math.IsNaN(v):
		r.nan += sign
	case math.IsInf(v, 1):
		r.pos += sign
	case math.IsInf(v, -1):
		r.neg += sign
	default:
		r.add(v * float64(sign))
	}
}

// part adds a number to the parts.
func (s *exactSums) part(id uint32, g *exactTotal, x float64) {
	kept := 0
	for _, y := range g.parts[:g.used] {
		if math.Abs(x) < math.Abs(y) {
			x, y = y, x
		}
		high := x + y
		if low := y - (high - x); low != 0 {
			g.parts[kept] = low
			kept++
		}
		x = high
	}
	if x != 0 {
		if kept == len(g.parts) {
			s.rareOf(id).add(g.parts[0])
			copy(g.parts[:], g.parts[1:])
			kept--
		}
		g.parts[kept] = x
		kept++
	}
	g.used = kept
}

func (s *exactSums) rareOf(id uint32) *rareTotal {
	if s.rare == nil {
		s.rare = map[uint32]*rareTotal{}
	}
	if s.rare[id] == nil {
		s.rare[id] = &rareTotal{rest: exactly(allBits)}
	}
	return s.rare[id]
}

func exactly(bits uint) *big.Float { return new(big.Float).SetPrec(bits) }

func (r *rareTotal) add(v float64) { r.rest.Add(r.rest, exactly(53).SetFloat64(v)) }

// merge adds a total of others, or takes it away.
func (s *exactSums) merge(from *exactSums, src, dst uint32, sign int64) {
	o := from.groups[src]
	s.groups[dst].n += sign * o.n
	for _, p := range o.parts[:o.used] {
		s.add(dst, p, sign)
	}
	other := from.rare[src]
	if other == nil {
		return
	}
	r := s.rareOf(dst)
	r.nan += sign * other.nan
	r.pos += sign * other.pos
	r.neg += sign * other.neg
	if sign < 0 {
		r.rest.Sub(r.rest, other.rest)
	} else {
		r.rest.Add(r.rest, other.rest)
	}
}

// strange returns the sum where it is not of numbers alone.
func (s *exactSums) strange(id uint32) (float64, bool) {
	r := s.rare[id]
	switch {
	case r == nil:
		return 0, false
	case r.nan > 0 || r.pos > 0 && r.neg > 0:
		return math.NaN(), true
	case r.pos > 0:
		return math.Inf(1), true
	case r.neg > 0:
		return math.Inf(-1), true
	}
	return 0, false
}

// value is the double nearest to the sum.
func (s *exactSums) value(id uint32) float64 {
	if v, ok := s.strange(id); ok {
		return v
	}
	if s.rare[id] == nil {
		return s.groups[id].rounded()
	}
	v, _ := s.exact(id).Float64()
	return v
}

// exact is the sum of the numbers.
func (s *exactSums) exact(id uint32) *big.Float {
	r, bits := s.rare[id], uint(fewBits)
	if r != nil {
		bits = allBits
	}
	sum := exactly(bits)
	for _, p := range s.groups[id].parts[:s.groups[id].used] {
		sum.Add(sum, exactly(53).SetFloat64(p))
	}
	if r != nil {
		sum.Add(sum, r.rest)
	}
	return sum
}

// rounded is the double nearest to the sum of the parts. That of all but the
// greatest decides where it lies half way between two.
func (t *exactTotal) rounded() float64 {
	n := t.used
	if n == 0 {
		return 0
	}
	n--
	high, low := t.parts[n], 0.0
	for n > 0 && low == 0 {
		n--
		x, y := high, t.parts[n]
		high = x + y
		low = y - (high - x)
	}
	if n > 0 && low != 0 && (low < 0) == (t.parts[n-1] < 0) {
		if twice := 2 * low; high+twice-high == twice {
			high += twice
		}
	}
	return high
}

func (s *exactSums) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = exactTotal{}
		delete(s.rare, id)
	}
}

func (s *exactSums) Clear() {
	s.groups = s.groups[:0]
	clear(s.rare)
}

// rareBytes is about what a rareTotal takes.
const rareBytes = 700

// Bytes implements State.
func (s *exactSums) Bytes() int64 { return sizeOf(s.groups) + rareBytes*int64(len(s.rare)) }

// Retracts implements Retractor.
func (s *exactSums) Retracts() bool { return true }
