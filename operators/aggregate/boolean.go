package aggregate

import "kinesql/operators/batch"

func booleans() []*Function {
	return []*Function{
		boolFunction("BOOL_AND", "Whether all values that are not NULL are true.", true),
		boolFunction("EVERY", "Whether all values that are not NULL are true.", true),
		boolFunction("BOOL_OR", "Whether some value is true.", false),
	}
}

// wantBooleans checks the argument of a function of one condition.
func wantBooleans(name string, args []batch.Type) error {
	if err := arity(name, args, 1, 1); err != nil {
		return err
	}
	if t := args[0]; t.ID != batch.Boolean && !t.IsInteger() && t.ID != batch.Null {
		return mismatch(name, 0, "BOOLEAN", t)
	}
	return nil
}

func boolFunction(name, summary string, all bool) *Function {
	return &Function{
		Name: name, Signature: name + "(condition)", Summary: summary,
		Example: "SELECT " + name + "(status < 500) FROM s",
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := wantBooleans(name, args); err != nil {
				return batch.Type{}, nil, err
			}
			return batch.Of(batch.Boolean), []batch.Type{batch.Of(batch.Boolean)}, nil
		},
		make: func(s spec) (func() State, error) {
			if t := s.args[0]; t.ID != batch.Boolean {
				return nil, mismatch(name, 0, "BOOLEAN", t)
			}
			return func() State { return &boolState{all: all} }, nil
		},
	}
}

// tally counts the values of a group.
type tally struct{ yes, no int64 }

// boolState is the state of BOOL_AND and BOOL_OR.
type boolState struct {
	groups []tally
	all    bool
}

func (s *boolState) Grow(n int) { s.groups = grow(s.groups, n) }

func (s *boolState) count(in *Rows, rows []int32, ids []uint32, by int64) {
	for i, r := range rows {
		g := &s.groups[ids[i]]
		if in.Args[0].Bool[r] {
			g.yes += by
		} else {
			g.no += by
		}
	}
}

func (s *boolState) Add(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, 1) }

func (s *boolState) Retract(in *Rows, rows []int32, ids []uint32) { s.count(in, rows, ids, -1) }

func (s *boolState) merge(from State, src, dst []uint32, by int64) {
	other := from.(*boolState).groups
	for i, d := range dst {
		g, o := &s.groups[d], &other[src[i]]
		g.yes += by * o.yes
		g.no += by * o.no
	}
}

func (s *boolState) Merge(from State, src, dst []uint32) { s.merge(from, src, dst, 1) }

func (s *boolState) Unmerge(from State, src, dst []uint32) { s.merge(from, src, dst, -1) }

func (s *boolState) Retracts() bool { return true }

func (s *boolState) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		switch g := s.groups[id]; {
		case g == tally{}:
			appendNull(out)
		case s.all:
			appendBool(out, g.no == 0)
		default:
			appendBool(out, g.yes > 0)
		}
	}
}

func (s *boolState) Reset(ids []uint32) {
	for _, id := range ids {
		s.groups[id] = tally{}
	}
}

func (s *boolState) Clear() { s.groups = s.groups[:0] }

// Bytes implements State.
func (s *boolState) Bytes() int64 { return sizeOf(s.groups) }
