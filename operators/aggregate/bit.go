package aggregate

import "kinesql/operators/batch"

func bitwise() []*Function {
	return []*Function{
		bitFunction("BIT_AND", "Bits set in all values; all bits where there is none, as in MySQL.", -1,
			func(a, b int64) int64 { return a & b }),
		bitFunction("BIT_OR", "Bits set in some value; 0 where there is none, as in MySQL.", 0,
			func(a, b int64) int64 { return a | b }),
		bitFunction("BIT_XOR", "Bits set in an odd number of values; 0 where there is none, as in MySQL.", 0,
			func(a, b int64) int64 { return a ^ b }),
	}
}

func bitFunction(name, summary string, start int64, op func(a, b int64) int64) *Function {
	return &Function{
		Name: name, Signature: name + "([DISTINCT] x)", Summary: summary,
		Example: "SELECT " + name + "(flags) FROM s",
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity(name, args, 1, 1); err != nil {
				return batch.Type{}, nil, err
			}
			if t := args[0]; !t.IsInteger() && t.ID != batch.Boolean && t.ID != batch.Null {
				return batch.Type{}, nil, mismatch(name, 0, "an integer", t)
			}
			return batch.Of(batch.BigInt), []batch.Type{batch.Of(batch.BigInt)}, nil
		},
		make: func(s spec) (func() State, error) {
			if t := s.args[0]; !t.IsInteger() {
				return nil, mismatch(name, 0, "an integer", t)
			}
			return func() State { return &bitState{start: start, op: op, xor: name == "BIT_XOR"} }, nil
		},
		changing: func(spec) (func() State, error) {
			if name == "BIT_XOR" {
				return func() State { return &bitState{op: op, xor: true} }, nil
			}
			return func() State { return &bitCounts{and: name == "BIT_AND"} }, nil
		},
	}
}

// bitState is the state of BIT_AND, BIT_OR and BIT_XOR. It holds each total
// xor start, so that an empty group is zero.
type bitState struct {
	totals []int64
	start  int64
	op     func(a, b int64) int64
	xor    bool
}

func (s *bitState) Grow(n int) { s.totals = grow(s.totals, n) }

func (s *bitState) offer(id uint32, v int64) {
	s.totals[id] = s.op(s.totals[id]^s.start, v) ^ s.start
}

func (s *bitState) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		s.offer(ids[i], in.Args[0].I64[r])
	}
}

// Retract undoes Add for BIT_XOR, which is its own inverse.
func (s *bitState) Retract(in *Rows, rows []int32, ids []uint32) { s.Add(in, rows, ids) }

func (s *bitState) Merge(from State, src, dst []uint32) {
	other := from.(*bitState)
	for i, d := range dst {
		s.offer(d, other.totals[src[i]]^s.start)
	}
}

// Unmerge undoes Merge for BIT_XOR.
func (s *bitState) Unmerge(from State, src, dst []uint32) { s.Merge(from, src, dst) }

func (s *bitState) Retracts() bool { return s.xor }

func (s *bitState) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		appendInt(out, s.totals[id]^s.start)
	}
}

func (s *bitState) Score(ids []uint32, scores []float64) {
	for i, id := range ids {
		scores[i] = float64(s.totals[id] ^ s.start)
	}
}

func (s *bitState) Reset(ids []uint32) {
	for _, id := range ids {
		s.totals[id] = 0
	}
}

func (s *bitState) Clear() { s.totals = s.totals[:0] }

// Bytes implements State.
func (s *bitState) Bytes() int64 { return sizeOf(s.totals) }
