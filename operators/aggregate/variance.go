package aggregate

import (
	"math"

	"kinesql/operators/batch"
)

func variances() []*Function {
	sd, v := "standard deviation", "variance"
	return []*Function{
		varianceFunction("STDDEV", "Population "+sd+", as in MySQL.", 0, true),
		varianceFunction("STD", "Population "+sd+", as in MySQL.", 0, true),
		varianceFunction("STDDEV_POP", "Population "+sd+".", 0, true),
		varianceFunction("STDDEV_SAMP", "Sample "+sd+", NULL for fewer than two values.", 1, true),
		varianceFunction("VARIANCE", "Population "+v+", as in MySQL.", 0, false),
		varianceFunction("VAR_POP", "Population "+v+".", 0, false),
		varianceFunction("VAR_SAMP", "Sample "+v+", NULL for fewer than two values.", 1, false),
	}
}

func varianceFunction(name, summary string, less int64, root bool) *Function {
	return &Function{
		Name: name, Signature: name + "([DISTINCT] x)", Summary: summary,
		Example:  "SELECT " + name + "(price) FROM s",
		changing: changingVariance(less, root),
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity(name, args, 1, 1); err != nil {
				return batch.Type{}, nil, err
			}
			if t := args[0]; !t.IsNumeric() && t.ID != batch.Boolean && t.ID != batch.Null {
				return batch.Type{}, nil, mismatch(name, 0, "a number", t)
			}
			return batch.Of(batch.Double), []batch.Type{batch.Of(batch.Double)}, nil
		},
		make: func(s spec) (func() State, error) {
			if t := s.args[0]; !t.IsFloat() {
				return nil, mismatch(name, 0, "DOUBLE", t)
			}
			return func() State { return &variance{less: less, root: root} }, nil
		},
	}
}

// moments is what Welford's method keeps: the mean, and the sum of the squares
// of the distances from it.
type moments struct {
	n       int64
	mean    float64
	squares float64
}

func (m *moments) add(v float64) {
	m.n++
	far := v - m.mean
	m.mean += far / float64(m.n)
	m.squares += far * (v - m.mean)
}

func (m *moments) merge(o moments) {
	if o.n == 0 {
		return
	}
	if m.n == 0 {
		*m = o
		return
	}
	n, on := float64(m.n), float64(o.n)
	far := o.mean - m.mean
	m.mean += far * on / (n + on)
	m.squares += o.squares + far*far*n*on/(n+on)
	m.n += o.n
}

// variance is the state of all variances and standard deviations.
type variance struct {
	groups []moments
	less   int64 // 1 for samples
	root   bool
}

func (s *variance) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *variance) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		s.groups[ids[i]].add(in.Args[0].F64[r])
	}
}

func (s *variance) Merge(from State, src, dst []uint32) {
	other := from.(*variance).groups
	for i, d := range dst {
		s.groups[d].merge(other[src[i]])
	}
}

func (s *variance) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		g := &s.groups[id]
		if g.n <= s.less {
			appendNull(out)
			continue
		}
		v := g.squares / float64(g.n-s.less)
		if s.root {
			v = math.Sqrt(v)
		}
		appendFloat(out, v)
	}
}

func (s *variance) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = moments{}
	}
}

func (s *variance) Clear() { s.groups = s.groups[:0] }

// Bytes implements State.
func (s *variance) Bytes() int64 { return sizeOf(s.groups) }
