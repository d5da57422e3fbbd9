package expr

import "kinesql/operators/batch"

func logicFunctions() []*Function {
	out := []*Function{
		operator("AND", resolveJunction("AND")), operator("OR", resolveJunction("OR")),
		operator("XOR", resolveXor), operator("NOT", resolveNot), operator("!", resolveNot),
		operator("IS NULL", resolveIsNull(true)), operator("IS NOT NULL", resolveIsNull(false)),
	}
	for name, test := range map[string]truthTest{
		"IS TRUE": {true, false}, "IS FALSE": {false, false}, "IS NOT TRUE": {true, true}, "IS NOT FALSE": {false, true},
	} {
		out = append(out, operator(name, test.resolve))
	}
	return append(out, operator("IS UNKNOWN", resolveIsNull(true)), operator("IS NOT UNKNOWN", resolveIsNull(false)))
}

// truths coerces operands to BOOLEAN.
func truths(name string, args []Node) ([]Node, error) {
	out := make([]Node, len(args))
	for i, a := range args {
		if c := class("BOOLEAN").cost(a.Type()); c >= impossible {
			return nil, typeErrorf(i, "%s wants BOOLEAN, got %s", name, a.Type())
		}
		n, err := class("BOOLEAN").coerce(a)
		if err != nil {
			return nil, blame(err, i)
		}
		out[i] = n
	}
	return out, nil
}

// resolveJunction is AND and OR of two operands or more. FALSE decides an AND,
// and TRUE an OR, whatever is on the other side: also a fault there, so that the
// order of conditions does not matter.
func resolveJunction(name string) func([]Node) (*implementation, []Node, error) {
	decides := name == "OR"
	return func(args []Node) (*implementation, []Node, error) {
		if len(args) < 2 {
			return nil, nil, typeErrorf(-1, "%s takes 2 operands, got %d", name, len(args))
		}
		cast, err := truths(name, args)
		f := func(p *Program, s *step, active []bool) *batch.Vector { return p.junction(s, active, decides) }
		return &implementation{typ: batch.Of(batch.Boolean), total: true, form: f, print: infix}, cast, err
	}
}

func (p *Program) junction(s *step, active []bool, decides bool) *batch.Vector {
	f := &s.frame
	constant, masked := true, active
	from := len(p.faults)
	for i, a := range s.args {
		if i > 0 && a.canFault {
			masked = s.undecided(masked, f.args[i-1], p.rows, decides)
		}
		before := len(p.faults)
		f.args[i] = p.eval(a, masked)
		constant = constant && f.args[i].Const
		p.absorb(from, before, f.args[i], decides)
	}
	f.begin(p, s, constant, active)
	junction(f, decides, f.args)
	return f.out
}

// undecided takes the rows that v decides out of the mask.
func (s *step) undecided(active []bool, v *batch.Vector, rows int, decides bool) []bool {
	out := resize(s.masks[0], rows)
	s.masks[0] = out
	for i := range out {
		out[i] = (active == nil || active[i]) && !(v.IsValid(i) && v.Bool[v.At(i)] == decides)
	}
	return out
}

// absorb drops the faults [from, to) of rows that v decides.
func (p *Program) absorb(from, to int, v *batch.Vector, decides bool) {
	if from == to {
		return
	}
	kept := p.faults[:from]
	for i, fault := range p.faults[from:] {
		if from+i < to && v.IsValid(fault.Row) && v.Bool[v.At(fault.Row)] == decides {
			continue
		}
		kept = append(kept, fault)
	}
	p.faults = kept
}

// junction computes AND (decides is false) or OR of BOOLEAN vectors.
func junction(f *frame, decides bool, args []*batch.Vector) {
	out, nulls := f.out.Bool, false
	for i := range out {
		out[i] = !decides
	}
	for _, a := range args {
		nulls = nulls || a.Valid != nil
		if a.Const {
			if a.IsValid(0) && a.Bool[0] == decides {
				for i := range out {
					out[i] = decides
				}
			}
			continue
		}
		mergeTruth(out, a, decides)
	}
	if nulls {
		junctionNulls(f, decides, args)
	}
}

func mergeTruth(out []bool, a *batch.Vector, decides bool) {
	vals := a.Bool[:len(out)]
	switch {
	case a.Valid == nil && decides:
		for i, v := range vals {
			out[i] = out[i] || v
		}
	case a.Valid == nil:
		for i, v := range vals {
			out[i] = out[i] && v
		}
	default:
		for i, v := range vals {
			if a.Valid[i] && v == decides {
				out[i] = decides
			}
		}
	}
}

// junctionNulls makes NULL what is undecided and had a NULL among its operands.
func junctionNulls(f *frame, decides bool, args []*batch.Vector) {
	valid := f.validity()
	for _, a := range args {
		if a.Valid == nil {
			continue
		}
		for i, v := range f.out.Bool {
			if v != decides && !a.IsValid(i) {
				valid[i] = false
			}
		}
	}
}

func resolveXor(args []Node) (*implementation, []Node, error) {
	if err := arity("XOR", args, 2); err != nil {
		return nil, nil, err
	}
	cast, err := truths("XOR", args)
	k := func(f *frame) {
		a, b := f.args[0], f.args[1]
		for i := range f.n {
			f.out.Bool[i] = a.Bool[a.At(i)] != b.Bool[b.At(i)]
		}
	}
	return &implementation{typ: batch.Of(batch.Boolean), total: true, make: always(k), print: infix}, cast, err
}

func resolveNot(args []Node) (*implementation, []Node, error) {
	if err := arity("NOT", args, 1); err != nil {
		return nil, nil, err
	}
	cast, err := truths("NOT", args)
	k := func(f *frame) {
		for i, v := range f.args[0].Bool[:f.n] {
			f.out.Bool[i] = !v
		}
	}
	return &implementation{typ: batch.Of(batch.Boolean), total: true, make: always(k), print: prefix("NOT ")}, cast, err
}

func resolveIsNull(want bool) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity("IS NULL", args, 1); err != nil {
			return nil, nil, err
		}
		k := func(f *frame) {
			a := f.args[0]
			for i := range f.n {
				f.out.Bool[i] = validNested(a, i) != want
			}
		}
		return &implementation{typ: batch.Of(batch.Boolean), total: true, nullable: true, make: always(k), print: postfix}, args, nil
	}
}

// validNested is IsValid, also for nested vectors, whose arrays have their own NULLs.
func validNested(v *batch.Vector, i int) bool {
	return v.IsValid(i) && (v.Nested == nil || v.Nested.IsValid(v.At(i)))
}

// truthTest is IS [NOT] TRUE and IS [NOT] FALSE, which are never NULL.
type truthTest struct{ value, not bool }

func (t truthTest) resolve(args []Node) (*implementation, []Node, error) {
	if err := arity("IS", args, 1); err != nil {
		return nil, nil, err
	}
	cast, err := truths("IS", args)
	k := func(f *frame) {
		a := f.args[0]
		for i := range f.n {
			f.out.Bool[i] = (a.IsValid(i) && a.Bool[a.At(i)] == t.value) != t.not
		}
	}
	return &implementation{typ: batch.Of(batch.Boolean), total: true, nullable: true, make: always(k), print: postfix}, cast, err
}
