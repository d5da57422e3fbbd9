package match

import (
	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/operators/pattern"
	"kinesql/operators/state"
)

// conds computes the conditions that read more than the row itself.
type conds struct {
	o       *op
	tracked uint64 // variables whose rows the conditions look back to
	static  []int  // variables whose condition depends on the partition's rows alone
	list    []*cond
	values  []batch.Vector // by slot, of one row
	running []running      // aggregates
	groups  int            // of running aggregates
	free    []uint32
	input   batch.Batch // of the current row, where there are aggregates
	inputs  []*aggregate.Input
	inputOf state.ID
}

// cond is the condition of a variable, by its number.
type cond struct {
	program *expr.Program
	slots   []int
	static  bool
}

// running is an aggregate that a condition reads, with a group for each way.
type running struct {
	slot   int
	set    *aggregate.Set
	states *aggregate.States
}

// candidate is a row that would be taken as a variable after what label says.
type candidate struct {
	part     *partition
	row      state.ID
	label    uint32
	variable int
	group    uint32
}

func newConds(o *op) (conds, error) {
	c := conds{o: o, list: make([]*cond, len(o.cfg.Variables)), values: make([]batch.Vector, len(o.cfg.Conds)), inputOf: state.None}
	for v, variable := range o.cfg.Variables {
		if variable.Cond == nil {
			continue
		}
		program, err := expr.Compile(variable.Cond)
		if err != nil {
			return c, err
		}
		made := &cond{program: program, slots: expr.Columns(variable.Cond), static: true}
		for _, s := range made.slots {
			slot := o.cfg.Conds[s]
			made.static = made.static && slot.Current(v)
			if slot.Variable != pattern.Every && !slot.Current(v) {
				c.tracked |= 1 << slot.Variable
			}
		}
		if c.list[v] = made; made.static {
			c.static = append(c.static, v)
		}
	}
	for i, slot := range o.cfg.Conds {
		if slot.Kind != pattern.Aggregate {
			continue
		}
		set, err := aggregate.NewSet(o.cfg.In, []aggregate.Call{slot.Call}, o.cfg.Time)
		if err != nil {
			return c, err
		}
		c.running = append(c.running, running{slot: i, set: set, states: set.New()})
	}
	return c, nil
}

func (c *conds) open(env operators.Env) {
	for _, made := range c.list {
		if made != nil && env.Now != nil {
			made.program.SetNow(env.Now)
		}
	}
}

// row returns the variables that a row may be, as far as the rows of the partition
// tell.
func (c *conds) row(row state.ID) uint64 {
	mask := ^uint64(0)
	for _, v := range c.static {
		bit := uint64(1) << v
		if c.o.chain.mask[row]&bit != 0 && !c.eval(candidate{row: row, variable: v}) {
			mask &^= bit
		}
	}
	return mask
}

// holds reports whether a row may be taken as a variable.
func (c *conds) holds(x candidate) bool {
	made := c.list[x.variable]
	return made == nil || made.static || c.eval(x)
}

func (c *conds) eval(x candidate) bool {
	made := c.list[x.variable]
	for _, s := range made.slots {
		c.load(s, x)
	}
	v, faults := made.program.EvalVectors(c.values, 1)
	met := len(faults) == 0 && v.IsValid(0) && v.Bool[v.At(0)]
	if len(faults) > 0 {
		c.tell(x, faults[0].Code, faults[0].Message)
	}
	for _, s := range made.slots {
		if c.values[s].Nested != nil {
			c.values[s].Nested.Release()
			c.values[s].Nested = nil
		}
	}
	return met
}

// tell tells, once, of a row for which a condition failed.
func (c *conds) tell(x candidate, code, message string) {
	if !c.o.chain.told[x.row] {
		c.o.chain.told[x.row] = true
		c.o.fault(x.row, code, "DEFINE "+c.o.cfg.Variables[x.variable].Name+": "+message)
	}
}

// load computes the value of a slot.
func (c *conds) load(s int, x candidate) {
	slot, v := &c.o.cfg.Conds[s], &c.values[s]
	*v = batch.Vector{Type: slot.Type, I64: v.I64[:0], F64: v.F64[:0], Bool: v.Bool[:0], Dec: v.Dec[:0], Off: v.Off[:0], Buf: v.Buf[:0]}
	switch slot.Kind {
	case pattern.Number:
		v.I64, v.Len = append(v.I64, x.part.number+1), 1
	case pattern.Aggregate:
		for _, r := range c.running {
			if r.slot == s {
				r.states.Result(0, []uint32{x.group}, v, func(_ int, message string) { c.tell(x, "KSQL-4001", message) })
			}
		}
	case pattern.Value:
		row := c.o.chain.back(c.find(slot, x), slot.Prev)
		c.o.rows.Column(slot.Column, []state.ID{row}, v)
	}
}

// find returns the row that a slot speaks of, or None.
func (c *conds) find(s *pattern.Slot, x candidate) state.ID {
	if s.Current(x.variable) {
		return x.row
	}
	if s.Variable == pattern.Every {
		return c.every(s, x)
	}
	own := s.Variable == x.variable
	at := c.o.labels.last(x.label, s.Variable)
	if s.First {
		return c.first(s, x, at)
	}
	steps := s.Offset
	if own {
		if steps == 0 {
			return x.row
		}
		steps--
	}
	for ; steps > 0 && at != 0; steps-- {
		at = c.o.labels.before(at)
	}
	if at == 0 {
		return state.None
	}
	return c.o.labels.nodes[at].row
}

// every finds a row among all rows of the match so far, which stand side by side.
func (c *conds) every(s *pattern.Slot, x candidate) state.ID {
	links, at, end := c.o.chain.prev, x.row, x.part.start
	if s.First {
		links, at, end = c.o.chain.next, x.part.start, x.row
	}
	for n := s.Offset; n > 0; n-- {
		if at == end {
			return state.None
		}
		at = links[at]
	}
	return at
}

// first finds row Offset of a variable, counted from its first, where at is the
// label of its last before the candidate.
func (c *conds) first(s *pattern.Slot, x candidate, at uint32) state.ID {
	count := 0
	for l := at; l != 0; l = c.o.labels.before(l) {
		count++
	}
	if s.Offset >= count {
		if s.Offset == count && s.Variable == x.variable {
			return x.row
		}
		return state.None
	}
	for n := count - 1 - s.Offset; n > 0; n-- {
		at = c.o.labels.before(at)
	}
	return c.o.labels.nodes[at].row
}
