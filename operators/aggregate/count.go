package aggregate

import "kinesql/operators/batch"

func counts() []*Function {
	return []*Function{
		{
			Name: "COUNT", Signature: "COUNT(*) | COUNT([DISTINCT] x [, y ...])",
			Summary: "Number of rows, or of rows (different ones with DISTINCT) in which no argument is NULL.",
			Example: "SELECT COUNT(*) FROM s",
			nested:  true,
			resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
				return batch.Of(batch.BigInt), args, nil
			},
			make: func(spec) (func() State, error) { return func() State { return &count{} }, nil },
		},
		{
			Name: "COUNT_IF", Signature: "COUNT_IF(condition)",
			Summary:    "Number of rows in which the condition is true.",
			Example:    "SELECT COUNT_IF(status >= 500) FROM s",
			noDistinct: true,
			resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
				if err := wantBooleans("COUNT_IF", args); err != nil {
					return batch.Type{}, nil, err
				}
				return batch.Of(batch.BigInt), []batch.Type{batch.Of(batch.Boolean)}, nil
			},
			make: func(spec) (func() State, error) { return func() State { return &countIf{} }, nil },
		},
	}
}

// count is the state of COUNT.
type count struct{ n []int64 }

func (s *count) Grow(n int) { s.n = grow(s.n, n) }

func (s *count) Add(_ *Rows, _ []int32, ids []uint32) {
	n := s.n
	for _, id := range ids {
		n[id]++
	}
}

func (s *count) Retract(_ *Rows, _ []int32, ids []uint32) {
	for _, id := range ids {
		s.n[id]--
	}
}

func (s *count) Merge(from State, src, dst []uint32) {
	n := from.(*count).n
	for i, d := range dst {
		s.n[d] += n[src[i]]
	}
}

func (s *count) Unmerge(from State, src, dst []uint32) {
	if p, ok := from.(*packedCount); ok {
		for i, d := range dst {
			s.n[d] -= p.n.at(src[i])
		}
		return
	}
	n := from.(*count).n
	for i, d := range dst {
		s.n[d] -= n[src[i]]
	}
}

func (s *count) Retracts() bool { return true }

func (s *count) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		appendInt(out, s.n[id])
	}
}

func (s *count) Score(ids []uint32, scores []float64) {
	for i, id := range ids {
		scores[i] = float64(s.n[id])
	}
}

func (s *count) Reset(ids []uint32) {
	for _, id := range ids {
		s.n[id] = 0
	}
}

func (s *count) Clear() { s.n = s.n[:0] }

// Pack implements Packer.
func (s *count) Pack(n int) State {
	return &packedCount{n: packInts(s.n[:n])}
}

// packedCount is what Pack leaves of a count.
type packedCount struct {
	packedState
	n packedInts
}

// countIf counts the rows whose BOOLEAN argument is true.
type countIf struct{ count }

func (s *countIf) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		if in.Args[0].Bool[r] {
			s.n[ids[i]]++
		}
	}
}

func (s *countIf) Retract(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		if in.Args[0].Bool[r] {
			s.n[ids[i]]--
		}
	}
}

func (s *countIf) Merge(from State, src, dst []uint32) {
	s.count.Merge(&from.(*countIf).count, src, dst)
}

func (s *countIf) Unmerge(from State, src, dst []uint32) {
	if c, ok := from.(*countIf); ok {
		from = &c.count
	}
	s.count.Unmerge(from, src, dst)
}

// Bytes implements State.
func (s *count) Bytes() int64 { return sizeOf(s.n) }

// Bytes implements State.
func (p *packedCount) Bytes() int64 { return p.n.bytes() }
