package aggregate

import (
	"fmt"

	"kinesql/operators/batch"
)

// Set is the aggregates of a query over one input, checked and ready.
type Set struct {
	calls []Call
	makes []func() State
	funcs []*Function
	types []batch.Type // of the results
	time  int
	// changing says that rows may be taken back. States then count the rows of each
	// group behind those of the calls.
	changing bool
}

// NewSet checks the calls over the columns of in. Time is the event time column,
// or -1.
func NewSet(in *batch.Schema, calls []Call, time int) (*Set, error) {
	s := &Set{calls: calls, time: time}
	return s, s.add(in)
}

// NewChangingSet is NewSet for an input that may take rows back. All states of the
// set are Retractors.
func NewChangingSet(in *batch.Schema, calls []Call, time int) (*Set, error) {
	s := &Set{calls: calls, time: time, changing: true}
	if err := s.add(in); err != nil {
		return nil, err
	}
	s.makes = append(s.makes, func() State { return &count{} })
	return s, nil
}

// add checks the calls and makes what makes their states.
func (s *Set) add(in *batch.Schema) error {
	for _, c := range s.calls {
		f, ok := Lookup(c.Name)
		if !ok {
			return fmt.Errorf("unknown aggregate function %s", c.Name)
		}
		if err := c.check(in); err != nil {
			return err
		}
		sp := spec{Call: c, timed: s.time >= 0}
		for _, a := range c.Args {
			sp.args = append(sp.args, in.Field(a).Type)
		}
		for _, k := range c.Order {
			sp.sort = append(sp.sort, in.Field(k.Column).Type)
		}
		newState, result, err := stateOf(f, sp, s.changing)
		if err != nil {
			return err
		}
		s.makes, s.funcs, s.types = append(s.makes, newState), append(s.funcs, f), append(s.types, result)
	}
	return nil
}

// stateOf returns what makes the states of a call, and the type of its result.
func stateOf(f *Function, sp spec, changing bool) (func() State, batch.Type, error) {
	result, _, err := Resolve(f.Name, sp.args, sp.Distinct)
	if err != nil {
		return nil, result, err
	}
	make := f.make
	if changing && f.changing != nil {
		make = f.changing
	}
	newState, err := make(sp)
	if err != nil || !sp.Distinct {
		return newState, result, err
	}
	newState, err = newDistinct(sp, newState)
	return newState, result, err
}

// Result is the type of call i's result.
func (s *Set) Result(i int) batch.Type { return s.types[i] }

// Len is the number of calls.
func (s *Set) Len() int { return len(s.calls) }

// Retracts returns an error naming the first call whose rows cannot be taken
// back exactly, if there is one.
func (s *Set) Retracts() error {
	if s.changing {
		return nil
	}
	for i, c := range s.calls {
		if r, ok := s.makes[i]().(Retractor); !ok || !r.Retracts() {
			return fmt.Errorf("%s cannot take rows back exactly", c.Name)
		}
	}
	return nil
}

// Input is what the calls of a Set read from one batch. It is borrowed like the
// batch.
type Input struct {
	calls []inputCall
	kinds []batch.Kind // of a changing set
	rows  []int32      // scratch of select
	ids   []uint32
}

type inputCall struct {
	Rows
	filter *batch.Vector
	nulls  bool // rows with a NULL argument are to be left out
}

// Input prepares a batch. Seq is the arrival number of its first row.
func (s *Set) Input(b batch.Batch, seq int64) *Input {
	in := &Input{calls: make([]inputCall, len(s.makes))}
	if s.changing {
		in.kinds = b.Kinds
	}
	view := views(b)
	var time []int64
	if s.time >= 0 {
		time = view(s.time).I64
	}
	for i, c := range s.calls {
		call := &in.calls[i]
		call.Rows = Rows{Time: time, Seq: seq}
		for _, a := range c.Args {
			call.Args = append(call.Args, *view(a))
		}
		for _, k := range c.Order {
			call.Order = append(call.Order, *view(k.Column))
		}
		if c.Filter >= 0 {
			call.filter = view(c.Filter)
		}
		if !s.funcs[i].seesNulls {
			call.nulls = anyNulls(call.Args)
		}
	}
	return in
}

// views returns the columns of a batch, each made once.
func views(b batch.Batch) func(column int) *batch.Vector {
	made := make([]*batch.Vector, b.SQLSchema().Len())
	return func(column int) *batch.Vector {
		if made[column] == nil {
			v := b.Vector(column)
			made[column] = &v
		}
		return made[column]
	}
}

func anyNulls(args []batch.Vector) bool {
	for i := range args {
		if args[i].HasNulls() {
			return true
		}
	}
	return false
}

// pick leaves out the rows that call i does not count.
func (in *Input) pick(i int, rows []int32, ids []uint32) ([]int32, []uint32) {
	call := &in.calls[i]
	if call.filter == nil && !call.nulls {
		return rows, ids
	}
	in.rows, in.ids = in.rows[:0], in.ids[:0]
	for j, r := range rows {
		if call.counts(r) {
			in.rows, in.ids = append(in.rows, r), append(in.ids, ids[j])
		}
	}
	return in.rows, in.ids
}

func (c *inputCall) counts(r int32) bool {
	if c.filter != nil && !(c.filter.IsValid(int(r)) && c.filter.Bool[r]) {
		return false
	}
	if c.nulls {
		for i := range c.Args {
			if !c.Args[i].IsValid(int(r)) {
				return false
			}
		}
	}
	return true
}

// States holds what each call of a Set has seen, for all groups.
type States struct {
	set  *Set
	list []State
}

// New returns empty states.
func (s *Set) New() *States {
	st := &States{set: s, list: make([]State, len(s.makes))}
	for i, newState := range s.makes {
		st.list[i] = newState()
	}
	return st
}

// Grow makes room for n groups.
func (s *States) Grow(n int) {
	for _, st := range s.list {
		st.Grow(n)
	}
}

// Add adds row rows[i] to group ids[i], for all i in turn.
func (s *States) Add(in *Input, rows []int32, ids []uint32) {
	for i, st := range s.list {
		r, g := in.pick(i, rows, ids)
		st.Add(&in.calls[i].Rows, r, g)
	}
}

// Retract undoes Add. Set.Retracts must have returned nil.
func (s *States) Retract(in *Input, rows []int32, ids []uint32) {
	for i, st := range s.list {
		r, g := in.pick(i, rows, ids)
		st.(Retractor).Retract(&in.calls[i].Rows, r, g)
	}
}

// Merge adds what groups src of other states have seen to groups dst.
func (s *States) Merge(from *States, src, dst []uint32) {
	for i, st := range s.list {
		st.Merge(from.list[i], src, dst)
	}
}

// Unmerge undoes Merge. Set.Retracts must have returned nil.
func (s *States) Unmerge(from *States, src, dst []uint32) {
	for i, st := range s.list {
		st.(Retractor).Unmerge(from.list[i], src, dst)
	}
}

// Pack returns the first n groups in little memory, for Unmerge only.
func (s *States) Pack(n int) *States {
	packed := &States{set: s.set, list: make([]State, len(s.list))}
	for i, st := range s.list {
		packed.list[i] = st.(Packer).Pack(n)
	}
	return packed
}

// Packs reports whether all calls have states that can be packed.
func (s *States) Packs() bool {
	for _, st := range s.list {
		if _, ok := st.(Packer); !ok {
			return false
		}
	}
	return true
}

// Reset makes groups empty.
func (s *States) Reset(ids []uint32) {
	for _, st := range s.list {
		st.Reset(ids)
	}
}

// Clear drops all groups and keeps the memory.
func (s *States) Clear() {
	for _, st := range s.list {
		st.Clear()
	}
}

// Result appends the results of call i for the groups to out.
func (s *States) Result(i int, ids []uint32, out *batch.Vector, fail Fail) {
	s.list[i].Result(ids, out, fail)
}

// Type is the type of call i's result.
func (s *States) Type(i int) batch.Type { return s.set.types[i] }

// Scorer returns the states of call i if they can be scored.
func (s *States) Scorer(i int) (Scorer, bool) {
	sc, ok := s.list[i].(Scorer)
	return sc, ok
}
