package expr

import (
	"slices"
	"time"

	"kinesql/operators/batch"
)

// Program is a compiled expression. It keeps scratch memory between batches and
// is for one goroutine.
//
// The tree is evaluated from the leaves up, a column of values at a time. A form
// such as CASE evaluates a branch for all rows, with a mask of those that it
// serves: only there may the branch fault. The value of a row that faulted is
// NULL.
type Program struct {
	root    *step
	now     func() time.Time
	instant int64 // of the current batch in microseconds; 0: not asked for yet
	in      batch.Batch
	columns []batch.Vector // in place of in, see EvalVectors
	rows    int
	epoch   uint64
	faults  []Fault
}

// step is a node of the compiled tree.
type step struct {
	node     Node
	args     []*step
	impl     *implementation
	kernel   kernel
	frame    frame
	canFault bool // this step or one beneath
	vec      batch.Vector
	spread   []batch.Vector // constant arguments spread out, see frame.ints
	valid    []bool
	masks    [2][]bool // scratch of forms
	choice   []int32   // scratch of forms: the argument that a row takes
	epoch    uint64    // of vec, for columns
	through  *step     // the step whose vector the last evaluation passed on
}

// form evaluates its arguments itself.
type form func(p *Program, s *step, active []bool) *batch.Vector

// Compile makes a program of n. Its error is an invalid constant argument, such as
// a pattern that is no regular expression.
func Compile(n Node) (*Program, error) {
	columns := map[int]*step{}
	root, err := compile(n, columns)
	if err != nil {
		return nil, err
	}
	return &Program{root: root, now: time.Now}, nil
}

func compile(n Node, columns map[int]*step) (*step, error) {
	switch n := n.(type) {
	case *Column:
		if columns[n.Index] == nil {
			columns[n.Index] = &step{node: n}
		}
		return columns[n.Index], nil
	case *Literal:
		return &step{node: n, vec: n.Value}, nil
	}
	c := n.(*Call)
	s := &step{node: n, impl: c.impl, args: make([]*step, len(c.Args)), canFault: !c.impl.total}
	for i, a := range c.Args {
		arg, err := compile(a, columns)
		if err != nil {
			return nil, err
		}
		s.args[i] = arg
		s.canFault = s.canFault || arg.canFault
	}
	if c.impl.make != nil {
		k, err := c.impl.make(c.Args)
		if err != nil {
			return nil, err
		}
		s.kernel = k
	}
	s.frame.args = make([]*batch.Vector, len(s.args))
	return s, nil
}

// SetNow sets the clock of CURRENT_TIMESTAMP and its kin, which read it once a
// batch. Without it the clock is time.Now.
func (p *Program) SetNow(now func() time.Time) { p.now = now }

// Eval computes the expression for the rows of b. The result has b.Rows() rows,
// may be constant, and is borrowed until the next Eval; columns come through as
// views of b. Faults are sorted by row, one a row; those rows are NULL.
func (p *Program) Eval(b batch.Batch) (batch.Vector, []Fault) {
	p.in = b
	v, faults := p.evalRows(b.Rows())
	p.in = batch.Batch{}
	return *v, faults
}

// EvalVectors is Eval for n rows of columns that are in no batch.
func (p *Program) EvalVectors(columns []batch.Vector, n int) (batch.Vector, []Fault) {
	p.columns = columns
	v, faults := p.evalRows(n)
	p.columns = nil
	return *v, faults
}

// EvalOwned is Eval with a result whose memory the program does not use again.
func (p *Program) EvalOwned(b batch.Batch) (batch.Vector, []Fault) {
	v, faults := p.Eval(b)
	s := p.root
	for s.through != nil {
		s = s.through
	}
	if _, computed := s.node.(*Call); computed {
		s.vec, s.valid = batch.Vector{}, nil
	}
	return v, faults
}

func (p *Program) evalRows(n int) (*batch.Vector, []Fault) {
	p.rows, p.instant, p.faults = n, 0, nil
	p.epoch++
	v := p.eval(p.root, nil)
	return v, onePerRow(p.faults)
}

func onePerRow(faults []Fault) []Fault {
	if len(faults) < 2 {
		return faults
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return a.Row - b.Row })
	return slices.CompactFunc(faults, func(a, b Fault) bool { return a.Row == b.Row })
}

// eval computes a step. active is the mask of rows that count; nil: all do.
func (p *Program) eval(s *step, active []bool) *batch.Vector {
	switch n := s.node.(type) {
	case *Column:
		if s.epoch != p.epoch {
			s.vec, s.epoch = p.column(n.Index), p.epoch
		}
		return &s.vec
	case *Literal:
		s.vec.Len = p.rows
		return &s.vec
	}
	s.through = nil
	if s.impl.form != nil {
		return s.impl.form(p, s, active)
	}
	return p.call(s, active)
}

func (p *Program) column(i int) batch.Vector {
	if p.columns != nil {
		return p.columns[i]
	}
	return p.in.Vector(i)
}

// call evaluates the arguments and then the kernel.
func (p *Program) call(s *step, active []bool) *batch.Vector {
	constant := !s.impl.volatile
	for i, a := range s.args {
		v := p.eval(a, active)
		s.frame.args[i] = v
		constant = constant && v.Const
	}
	return p.apply(s, constant, active)
}

// apply runs the kernel over frame.args.
func (p *Program) apply(s *step, constant bool, active []bool) *batch.Vector {
	f := &s.frame
	f.begin(p, s, constant, active)
	if !s.impl.nullable && !f.strict() {
		return &s.vec
	}
	s.kernel(f)
	return f.out
}

// instantNow is the processing time of the current batch.
func (p *Program) instantNow() int64 {
	if p.instant == 0 {
		p.instant = p.now().UnixMicro()
	}
	return p.instant
}
