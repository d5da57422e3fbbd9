package aggregate

import (
	"fmt"
	"math"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
	"github.com/axiomhq/hyperloglog"
	"github.com/zeebo/xxh3"

	"kinesql/operators/batch"
)

func approximations() []*Function {
	return []*Function{
		{
			Name: "APPROX_COUNT_DISTINCT", Signature: "APPROX_COUNT_DISTINCT(x [, y ...])",
			Summary:    "Number of different values that are not NULL, by HyperLogLog: off by about 0.8 % above some hundreds.",
			Example:    "SELECT APPROX_COUNT_DISTINCT(remote_addr) FROM s",
			noDistinct: true,
			resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
				return batch.Of(batch.BigInt), args, arity("APPROX_COUNT_DISTINCT", args, 1, 64)
			},
			make: func(spec) (func() State, error) { return func() State { return &approxDistinct{} }, nil },
			// A sketch cannot give values back, so the count is exact.
			changing: func(s spec) (func() State, error) { return newDistinct(s, func() State { return &count{} }) },
		},
		{
			Name: "APPROX_PERCENTILE", Signature: "APPROX_PERCENTILE(x, p)",
			Summary:    "Value below which the share p, from 0 to 1, of the values lies, by DDSketch: off by at most 1 % of itself.",
			Example:    "SELECT APPROX_PERCENTILE(latency, 0.99) FROM s",
			Params:     1,
			noDistinct: true,
			resolve:    resolvePercentile,
			make:       makePercentile,
			changing:   changingPercentile,
		},
	}
}

// approxDistinct is the state of APPROX_COUNT_DISTINCT.
type approxDistinct struct {
	sketches []*hyperloglog.Sketch // nil where empty
	made     int                   // sketches
	values   int64
	row      []byte
}

func (s *approxDistinct) Grow(n int) { s.sketches = grow(s.sketches, n) }

func (s *approxDistinct) Add(in *Rows, rows []int32, ids []uint32) {
	s.values += int64(len(rows))
	for i, r := range rows {
		s.row = s.row[:0]
		for a := range in.Args {
			s.row = appendSortable(s.row, &in.Args[a], r, a == len(in.Args)-1)
		}
		s.sketch(ids[i]).InsertHash(xxh3.Hash(s.row))
	}
}

// sketch returns the group's sketch, which is made sparse at first.
func (s *approxDistinct) sketch(id uint32) *hyperloglog.Sketch {
	if s.sketches[id] == nil {
		s.sketches[id] = hyperloglog.New14()
		s.made++
	}
	return s.sketches[id]
}

func (s *approxDistinct) Merge(from State, src, dst []uint32) {
	other := from.(*approxDistinct).sketches
	for i, d := range dst {
		switch o := other[src[i]]; {
		case o == nil:
		case s.sketches[d] == nil:
			s.sketches[d] = o.Clone()
			s.made++
		default:
			_ = s.sketches[d].Merge(o) // fails for other precisions only
		}
	}
}

func (s *approxDistinct) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		if sk := s.sketches[id]; sk != nil {
			appendInt(out, int64(sk.Estimate()))
			continue
		}
		appendInt(out, 0)
	}
}

func (s *approxDistinct) Reset(ids []uint32) {
	for _, id := range ids {
		if s.sketches[id] != nil {
			s.values -= s.values / int64(s.made)
			s.made--
		}
		s.sketches[id] = nil
	}
}

func (s *approxDistinct) Clear() {
	clear(s.sketches)
	s.sketches, s.made, s.values = s.sketches[:0], 0, 0
}

// Bytes implements State.
func (s *approxDistinct) Bytes() int64 { return sizeOf(s.sketches) + sketchesBytes(s.made, s.values) }

func resolvePercentile(args []batch.Type) (batch.Type, []batch.Type, error) {
	const name = "APPROX_PERCENTILE"
	if err := arity(name, args, 1, 2); err != nil {
		return batch.Type{}, nil, err
	}
	for i, t := range args {
		if !t.IsNumeric() && t.ID != batch.Null {
			return batch.Type{}, nil, mismatch(name, i, "a number", t)
		}
	}
	return batch.Of(batch.Double), append([]batch.Type{batch.Of(batch.Double)}, args[1:]...), nil
}

func makePercentile(s spec) (func() State, error) {
	if !s.args[0].IsFloat() {
		return nil, mismatch("APPROX_PERCENTILE", 0, "DOUBLE", s.args[0])
	}
	if len(s.Params) != 1 {
		return nil, fmt.Errorf("APPROX_PERCENTILE takes one constant, the share, not %d", len(s.Params))
	}
	p, ok := share(s.Params[0])
	if !ok || !(p >= 0 && p <= 1) {
		return nil, fmt.Errorf("the share of APPROX_PERCENTILE must be a number from 0 to 1, not %v", s.Params[0])
	}
	m, err := mapping.NewLogarithmicMapping(0.01)
	if err != nil {
		return nil, fmt.Errorf("make a percentile sketch: %w", err)
	}
	return func() State { return &percentile{share: p, mapping: m} }, nil
}

func share(param any) (float64, bool) {
	switch p := param.(type) {
	case float64:
		return p, true
	case int64:
		return float64(p), true
	}
	return 0, false
}

// percentile is the state of APPROX_PERCENTILE. NaN is no value to it, and
// infinities count as the greatest numbers. No result is beyond the least and the
// greatest value.
type percentile struct {
	sketches []*ddsketch.DDSketchWithExactSummaryStatistics // nil where empty
	made     int                                            // sketches
	values   int64
	share    float64
	mapping  mapping.IndexMapping
}

func (s *percentile) Grow(n int) { s.sketches = grow(s.sketches, n) }

func (s *percentile) Add(in *Rows, rows []int32, ids []uint32) {
	s.values += int64(len(rows))
	most := s.mapping.MaxIndexableValue()
	for i, r := range rows {
		v := in.Args[0].F64[r]
		if math.IsNaN(v) {
			continue
		}
		_ = s.sketch(ids[i]).Add(max(-most, min(most, v))) // fails beyond most only
	}
}

func (s *percentile) sketch(id uint32) *ddsketch.DDSketchWithExactSummaryStatistics {
	if s.sketches[id] == nil {
		s.sketches[id] = ddsketch.NewDDSketchWithExactSummaryStatistics(s.mapping, store.BufferedPaginatedStoreConstructor)
		s.made++
	}
	return s.sketches[id]
}

func (s *percentile) Merge(from State, src, dst []uint32) {
	other := from.(*percentile).sketches
	for i, d := range dst {
		if o := other[src[i]]; o != nil {
			_ = s.sketch(d).MergeWith(o) // fails for other mappings only
		}
	}
}

func (s *percentile) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		if sk := s.sketches[id]; sk != nil {
			if v, err := sk.GetValueAtQuantile(s.share); err == nil {
				appendFloat(out, v)
				continue
			}
		}
		appendNull(out)
	}
}

func (s *percentile) Reset(ids []uint32) {
	for _, id := range ids {
		if s.sketches[id] != nil {
			s.values -= s.values / int64(s.made)
			s.made--
		}
		s.sketches[id] = nil
	}
}

func (s *percentile) Clear() {
	clear(s.sketches)
	s.sketches, s.made, s.values = s.sketches[:0], 0, 0
}

// Bytes implements State.
func (s *percentile) Bytes() int64 { return sizeOf(s.sketches) + sketchesBytes(s.made, s.values) }
