package expr

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
)

func conditionalFunctions() []*Function {
	return []*Function{
		operator("CASE", resolveCase),
		special("IF(condition BOOLEAN, a ANY, b ANY) -> ANY", resolveIf,
			"The second argument where the condition is true, else the third.", "IF(1 > 2, 'yes', 'no')", "no"),
		special("COALESCE(a ANY[, b ANY]...) -> ANY", resolveCoalesce,
			"The first argument that is not NULL.", "COALESCE(NULL, NULL, 3)", "3"),
		special("IFNULL(a ANY, b ANY) -> ANY", fixed("IFNULL", 2, resolveCoalesce),
			"The first argument, or the second where the first is NULL.", "IFNULL(NULL, 'none')", "none"),
		special("NVL(a ANY, b ANY) -> ANY", fixed("NVL", 2, resolveCoalesce),
			"The same as IFNULL.", "NVL(NULL, 'none')", "none"),
		special("NULLIF(a ANY, b ANY) -> ANY", resolveNullIf,
			"NULL where both are equal, else the first.", "NULLIF(5, 0)", "5"),
		special("GREATEST(a ANY, b ANY...) -> ANY", resolveExtreme("GREATEST", 1),
			"The greatest argument; NULL if one is NULL.", "GREATEST(3, 7, 5)", "7"),
		special("LEAST(a ANY, b ANY...) -> ANY", resolveExtreme("LEAST", -1),
			"The least argument; NULL if one is NULL.", "LEAST('b', 'a', 'c')", "a"),
		special("ISNULL(x ANY) -> BOOLEAN", callable(resolveIsNull(true)),
			"Whether the argument is NULL.", "ISNULL(NULL)", "true"),
	}
}

// special is a documented function with a resolver of its own.
func special(signature string, resolve func([]Node) (*implementation, []Node, error), summary, example, result string) *Function {
	f := define(signature, nil, summary, example, result)
	f.resolve = resolve
	return f
}

// callable makes an operator's resolver print as a function.
func callable(resolve func([]Node) (*implementation, []Node, error)) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		impl, cast, err := resolve(args)
		if err == nil {
			impl.print = nil
		}
		return impl, cast, err
	}
}

func fixed(name string, n int, resolve func([]Node) (*implementation, []Node, error)) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity(name, args, n); err != nil {
			return nil, nil, err
		}
		return resolve(args)
	}
}

func resolveIf(args []Node) (*implementation, []Node, error) {
	if err := arity("IF", args, 3); err != nil {
		return nil, nil, err
	}
	impl, cast, err := resolveCase(args)
	if err == nil {
		impl.print = nil
	}
	return impl, cast, err
}

// resolveCase takes when, then, when, then, ... and perhaps an else.
func resolveCase(args []Node) (*implementation, []Node, error) {
	if len(args) < 2 {
		return nil, nil, typeErrorf(-1, "CASE needs a WHEN and a THEN")
	}
	var values []Node
	for i, a := range args {
		if isValue(i, len(args)) {
			values = append(values, a)
		}
	}
	values, t, err := unifyValues(values)
	if err != nil {
		if te, ok := err.(*TypeError); ok && te.Arg >= 0 {
			te.Arg = min(2*te.Arg+1, len(args)-1)
		}
		return nil, nil, err
	}
	cast := make([]Node, len(args))
	for i, a := range args {
		if isValue(i, len(args)) {
			cast[i], values = values[0], values[1:]
			continue
		}
		when, err := truths("WHEN", []Node{a})
		if err != nil {
			return nil, nil, blame(err, i)
		}
		cast[i] = when[0]
	}
	return &implementation{typ: t, total: true, form: (*Program).choose, print: printCase}, cast, nil
}

// isValue tells the values of a CASE of n arguments from its conditions.
func isValue(i, n int) bool { return i%2 == 1 || i == n-1 && n%2 == 1 }

// choose computes a CASE: each row takes the value of its first true condition.
func (p *Program) choose(s *step, active []bool) *batch.Vector {
	choice := s.undecidedRows(p.rows, active)
	left := s.masks[0]
	for i := 0; i < len(s.args); i += 2 {
		taken, value := s.masks[1], s.args[i]
		some := false
		if i+1 < len(s.args) {
			cond := p.eval(s.args[i], left)
			value, some = s.args[i+1], takeTrue(cond, left, taken)
		} else {
			some = moveAll(left, taken)
		}
		if some {
			s.frame.args[i] = p.eval(value, taken)
			mark(choice, taken, int32(i))
		}
	}
	s.frame.begin(p, s, false, active)
	merge(&s.frame, choice)
	return s.frame.out
}

// undecidedRows begins a choice: no row has chosen (-1), and those of the mask may.
func (s *step) undecidedRows(rows int, active []bool) []int32 {
	s.masks[0], s.masks[1] = resize(s.masks[0], rows), resize(s.masks[1], rows)
	for i := range s.masks[0] {
		s.masks[0][i] = active == nil || active[i]
	}
	s.choice = resize(s.choice, rows)
	for i := range s.choice {
		s.choice[i] = -1
	}
	return s.choice
}

// takeTrue moves rows from left to taken where cond is true.
func takeTrue(cond *batch.Vector, left, taken []bool) (some bool) {
	for i, l := range left {
		t := l && cond.IsValid(i) && cond.Bool[cond.At(i)]
		taken[i], left[i] = t, l && !t
		some = some || t
	}
	return some
}

func moveAll(left, taken []bool) (some bool) {
	for i, l := range left {
		taken[i], left[i] = l, false
		some = some || l
	}
	return some
}

func mark(choice []int32, taken []bool, k int32) {
	for i, t := range taken {
		if t {
			choice[i] = k
		}
	}
}

// merge takes each row from the argument that it chose; -1 is NULL.
func merge(f *frame, choice []int32) {
	if f.out.Type.Lane() == batch.LaneNested {
		mergeNested(f, choice)
		return
	}
	for i, k := range choice {
		if k < 0 || !f.args[k].IsValid(i) {
			f.null(i)
		}
	}
	switch f.out.Type.Lane() {
	case batch.LaneInt:
		mergeLane(f, choice, f.out.I64, func(v *batch.Vector) []int64 { return v.I64 })
	case batch.LaneFloat:
		mergeLane(f, choice, f.out.F64, func(v *batch.Vector) []float64 { return v.F64 })
	case batch.LaneBool:
		mergeLane(f, choice, f.out.Bool, func(v *batch.Vector) []bool { return v.Bool })
	case batch.LaneDecimal:
		mergeDecimal(f, choice)
	case batch.LaneBytes:
		for i, k := range choice {
			if k >= 0 && f.args[k].IsValid(i) {
				f.out.Buf = append(f.out.Buf, f.args[k].Bytes(i)...)
			}
			f.out.Off = append(f.out.Off, int32(len(f.out.Buf)))
		}
	}
}

func mergeLane[T any](f *frame, choice []int32, out []T, lane func(*batch.Vector) []T) {
	var none T
	for i, k := range choice {
		if k < 0 {
			out[i] = none
			continue
		}
		v := f.args[k]
		out[i] = lane(v)[v.At(i)]
	}
}

func mergeDecimal(f *frame, choice []int32) {
	for i, k := range choice {
		if k >= 0 {
			f.out.Dec[i] = f.args[k].Dec[f.args[k].At(i)]
		}
	}
}

// mergeNested gathers from the arrays of the chosen arguments laid end to end,
// with a NULL behind them.
func mergeNested(f *frame, choice []int32) {
	null := array.MakeArrayOfNull(memory.DefaultAllocator, f.out.Type.Arrow(), 1)
	parts, starts, total := []arrow.Array{}, make([]int32, len(f.args)), int32(0)
	for k, v := range f.args {
		if v == nil || v.Nested == nil {
			continue
		}
		starts[k], parts = total, append(parts, v.Nested)
		total += int32(v.Nested.Len())
	}
	all, err := array.Concatenate(append(parts, null), memory.DefaultAllocator)
	if err != nil {
		panic("expr: merging arrays of one type: " + err.Error())
	}
	rows := make([]int32, len(choice))
	for i, k := range choice {
		rows[i] = total
		if k >= 0 && f.args[k].Nested != nil && f.args[k].IsValid(i) {
			rows[i] = starts[k] + int32(f.args[k].At(i))
		}
	}
	joined := batch.Vector{Type: f.out.Type, Len: all.Len(), Nested: all}
	*f.out = joined.Take(rows)
}

func resolveCoalesce(args []Node) (*implementation, []Node, error) {
	if len(args) == 0 {
		return nil, nil, typeErrorf(-1, "COALESCE takes at least 1 argument, got 0")
	}
	cast, t, err := unifyValues(args)
	return &implementation{typ: t, total: true, form: (*Program).coalesce}, cast, err
}

// coalesce gives each row its first value that is not NULL; later arguments are
// asked only by rows that have none yet.
func (p *Program) coalesce(s *step, active []bool) *batch.Vector {
	choice := s.undecidedRows(p.rows, active)
	left, taken := s.masks[0], s.masks[1]
	for k, a := range s.args {
		v := p.eval(a, left)
		s.frame.args[k] = v
		if k == 0 && v.Valid == nil && v.Nested == nil {
			s.through = a
			return v
		}
		some := false
		for i, l := range left {
			taken[i] = l && validNested(v, i)
			left[i] = l && !taken[i]
			some = some || left[i]
		}
		mark(choice, taken, int32(k))
		if !some {
			break
		}
	}
	s.frame.begin(p, s, false, active)
	merge(&s.frame, choice)
	return s.frame.out
}

func resolveNullIf(args []Node) (*implementation, []Node, error) {
	if err := arity("NULLIF", args, 2); err != nil {
		return nil, nil, err
	}
	cast, err := ordered(args)
	if err != nil {
		return nil, nil, err
	}
	return &implementation{typ: cast[0].Type(), total: true, form: (*Program).nullIf}, cast, nil
}

// nullIf asks the second argument only for rows whose first is not NULL.
func (p *Program) nullIf(s *step, active []bool) *batch.Vector {
	choice := s.undecidedRows(p.rows, active)
	f, left := &s.frame, s.masks[0]
	a := p.eval(s.args[0], active)
	for i := range left {
		left[i] = left[i] && a.IsValid(i)
	}
	b := p.eval(s.args[1], left)
	f.args[0], f.args[1] = a, b
	for i, l := range left {
		if l && !(b.IsValid(i) && compareAt(a, i, b, i) == 0) {
			choice[i] = 0
		}
	}
	f.begin(p, s, false, active)
	merge(f, choice)
	return f.out
}

// resolveExtreme is GREATEST (sign 1) and LEAST (sign -1).
func resolveExtreme(name string, sign int) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if len(args) < 2 {
			return nil, nil, typeErrorf(-1, "%s takes at least 2 arguments, got %d", name, len(args))
		}
		cast, err := ordered(args)
		if err != nil {
			return nil, nil, err
		}
		_, t, _ := unify(args)
		m := func([]Node) (kernel, error) {
			var choice []int32
			return func(f *frame) {
				choice = resize(choice, f.n)
				extremes(f, choice, sign)
				merge(f, choice)
			}, nil
		}
		return &implementation{typ: t, total: true, make: m}, cast, nil
	}
}

func extremes(f *frame, choice []int32, sign int) {
	for i := range choice {
		choice[i] = 0
		if !f.wanted(i) {
			continue
		}
		for k := 1; k < len(f.args); k++ {
			if compareAt(f.args[k], i, f.args[choice[i]], i)*sign > 0 {
				choice[i] = int32(k)
			}
		}
	}
}
