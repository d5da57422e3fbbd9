package aggregate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"kinesql/operators/batch"
)

// TestPercentile holds the sketch to its promise over numbers of all sizes and
// both signs.
func TestPercentile(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	in := batch.Vector{Type: batch.Of(batch.Double)}
	for range 5000 {
		x := math.Exp(20 * r.NormFloat64())
		if r.IntN(3) == 0 {
			x = -x
		}
		if r.IntN(10) == 0 {
			x = 0
		}
		appendFloat(&in, x)
	}
	sorted := slices.Sorted(slices.Values(in.F64))
	for _, p := range []float64{0, 0.1, 0.25, 0.5, 0.9, 0.99, 1} {
		newState, err := makePercentile(spec{Call: Call{Params: []any{p}}, args: []batch.Type{in.Type}})
		if err != nil {
			t.Fatal(err)
		}
		s := newState()
		s.Grow(1)
		s.Add(&Rows{Args: []batch.Vector{in}}, upTo(in.Len), make([]uint32, in.Len))
		out := batch.Vector{Type: in.Type}
		s.Result([]uint32{0}, &out, nil)
		rank := p * float64(len(sorted)-1)
		low, high := sorted[int(rank)], sorted[int(math.Ceil(rank))]
		if got := out.F64[0]; !nearTo(got, low) && !nearTo(got, high) {
			t.Errorf("percentile %v is %v, want %v or %v", p, got, low, high)
		}
	}
}

func nearTo(got, want float64) bool { return math.Abs(got-want) <= 0.0101*math.Abs(want) }

func TestApproxDistinct(t *testing.T) {
	in := batch.Vector{Type: batch.Of(batch.BigInt)}
	const n = 200_000
	for i := range int64(n) {
		appendInt(&in, i%(n/2))
	}
	s := &approxDistinct{}
	s.Grow(1)
	s.Add(&Rows{Args: []batch.Vector{in}}, upTo(n), make([]uint32, n))
	out := batch.Vector{Type: in.Type}
	s.Result([]uint32{0}, &out, nil)
	if got := float64(out.I64[0]); math.Abs(got-n/2) > 0.02*n/2 {
		t.Errorf("%v different values, want about %d", got, n/2)
	}
}

// TestConcatIsCut keeps GROUP_CONCAT at its limit, and whole characters.
func TestConcatIsCut(t *testing.T) {
	in := batch.Vector{Type: batch.Of(batch.Varchar)}
	for range MaxConcat / 2 {
		appendBytes(&in, []byte("é"))
	}
	newState, err := makeConcat(spec{args: []batch.Type{in.Type}})
	if err != nil {
		t.Fatal(err)
	}
	s := newState()
	s.Grow(1)
	s.Add(&Rows{Args: []batch.Vector{in}}, upTo(in.Len), make([]uint32, in.Len))
	out := batch.Vector{Type: in.Type}
	s.Result([]uint32{0}, &out, nil)
	if got := len(out.Buf); got > MaxConcat || got < MaxConcat-3 {
		t.Errorf("%d bytes, want about %d", got, MaxConcat)
	}
}
