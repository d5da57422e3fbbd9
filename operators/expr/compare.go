package expr

import (
	"bytes"
	"cmp"

	"kinesql/operators/batch"
)

// relation is a comparison operator.
type relation uint8

const (
	equal relation = iota
	different
	less
	lessEqual
	greater
	greaterEqual
)

var relations = map[string]relation{
	"=": equal, "<>": different, "!=": different, "<": less, "<=": lessEqual, ">": greater, ">=": greaterEqual,
}

// flipped is the relation of b to a.
func (r relation) flipped() relation {
	return [...]relation{equal, different, greater, greaterEqual, less, lessEqual}[r]
}

// holds tells from a three-way comparison whether the relation holds.
func (r relation) holds(c int) bool {
	switch r {
	case equal:
		return c == 0
	case different:
		return c != 0
	case less:
		return c < 0
	case lessEqual:
		return c <= 0
	case greater:
		return c > 0
	}
	return c >= 0
}

func comparisonFunctions() []*Function {
	var out []*Function
	for name, rel := range relations {
		out = append(out, operator(name, resolveComparison(rel)))
	}
	return append(out, operator("<=>", resolveNullSafe), operator("BETWEEN", resolveBetween))
}

// operator returns a function of kind Operator with a resolver of its own.
func operator(name string, resolve func([]Node) (*implementation, []Node, error)) *Function {
	return &Function{Name: name, Kind: Operator, Deterministic: true, resolve: resolve}
}

// arity checks how many operands an operator was given.
func arity(name string, args []Node, want int) error {
	if len(args) != want {
		return typeErrorf(-1, "%s takes %d operands, got %d", name, want, len(args))
	}
	return nil
}

// ordered brings operands to a common type that has an order.
func ordered(args []Node) ([]Node, error) {
	cast, t, err := unify(args)
	if err != nil {
		return nil, err
	}
	if t.Lane() == batch.LaneNested {
		return nil, typeErrorf(-1, "values of %s cannot be compared", t)
	}
	return cast, nil
}

func resolveComparison(rel relation) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity("a comparison", args, 2); err != nil {
			return nil, nil, err
		}
		cast, err := ordered(args)
		if err != nil {
			return nil, nil, err
		}
		k := func(f *frame) { compareVectors(rel, f.out.Bool, f.args[0], f.args[1]) }
		return &implementation{typ: batch.Of(batch.Boolean), total: true, make: always(k), print: infix}, cast, nil
	}
}

// compareVectors fills out with whether the relation holds, NULLs aside.
func compareVectors(rel relation, out []bool, a, b *batch.Vector) {
	if a.Const && !b.Const {
		a, b, rel = b, a, rel.flipped()
	}
	if len(out) == 0 {
		return
	}
	switch a.Type.Lane() {
	case batch.LaneInt:
		compareOrdered(rel, out, a.I64, b.I64, b.Const)
	case batch.LaneFloat:
		compareOrdered(rel, out, a.F64, b.F64, b.Const)
	case batch.LaneBytes:
		compareText(rel, out, a, b)
	default:
		for i := range out {
			out[i] = rel.holds(compareAt(a, i, b, i))
		}
	}
}

func compareOrdered[T int64 | float64](rel relation, out []bool, a, b []T, constant bool) {
	a = a[:len(out)]
	if constant {
		compareWith(rel, out, a, b[0])
		return
	}
	b = b[:len(out)]
	switch rel {
	case equal:
		for i, v := range a {
			out[i] = v == b[i]
		}
	case different:
		for i, v := range a {
			out[i] = v != b[i]
		}
	case less:
		for i, v := range a {
			out[i] = v < b[i]
		}
	case lessEqual:
		for i, v := range a {
			out[i] = v <= b[i]
		}
	case greater:
		for i, v := range a {
			out[i] = v > b[i]
		}
	case greaterEqual:
		for i, v := range a {
			out[i] = v >= b[i]
		}
	}
}

func compareWith[T int64 | float64](rel relation, out []bool, a []T, c T) {
	out = out[:len(a)]
	switch rel {
	case equal:
		for i, v := range a {
			out[i] = v == c
		}
	case different:
		for i, v := range a {
			out[i] = v != c
		}
	case less:
		for i, v := range a {
			out[i] = v < c
		}
	case lessEqual:
		for i, v := range a {
			out[i] = v <= c
		}
	case greater:
		for i, v := range a {
			out[i] = v > c
		}
	case greaterEqual:
		for i, v := range a {
			out[i] = v >= c
		}
	}
}

func compareText(rel relation, out []bool, a, b *batch.Vector) {
	if rel == equal || rel == different {
		want := rel == equal
		for i := range out {
			out[i] = bytes.Equal(a.Bytes(i), b.Bytes(i)) == want
		}
		return
	}
	for i := range out {
		out[i] = rel.holds(bytes.Compare(a.Bytes(i), b.Bytes(i)))
	}
}

// compareAt orders two values that are not NULL and of one type: numbers and
// times by value, FALSE before TRUE, text by its bytes.
func compareAt(a *batch.Vector, i int, b *batch.Vector, j int) int {
	i, j = a.At(i), b.At(j)
	switch a.Type.Lane() {
	case batch.LaneInt:
		return cmp.Compare(a.I64[i], b.I64[j])
	case batch.LaneFloat:
		return cmp.Compare(a.F64[i], b.F64[j])
	case batch.LaneBool:
		return cmp.Compare(bit(a.Bool[i]), bit(b.Bool[j]))
	case batch.LaneDecimal:
		return a.Dec[i].Cmp(b.Dec[j])
	}
	return bytes.Compare(a.Bytes(i), b.Bytes(j))
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// resolveNullSafe is a <=> b: equality for which NULL equals NULL.
func resolveNullSafe(args []Node) (*implementation, []Node, error) {
	if err := arity("<=>", args, 2); err != nil {
		return nil, nil, err
	}
	cast, err := ordered(args)
	k := func(f *frame) {
		a, b := f.args[0], f.args[1]
		for i := range f.n {
			av, bv := a.IsValid(i), b.IsValid(i)
			f.out.Bool[i] = av == bv && (!av || compareAt(a, i, b, i) == 0)
		}
	}
	return &implementation{typ: batch.Of(batch.Boolean), total: true, nullable: true, make: always(k), print: infix}, cast, err
}

// resolveBetween is x BETWEEN low AND high: low <= x AND x <= high with x
// evaluated once.
func resolveBetween(args []Node) (*implementation, []Node, error) {
	if err := arity("BETWEEN", args, 3); err != nil {
		return nil, nil, err
	}
	cast, err := ordered(args)
	if err != nil {
		return nil, nil, err
	}
	m := func([]Node) (kernel, error) {
		var low, high batch.Vector
		return func(f *frame) { between(f, &low, &high) }, nil
	}
	return &implementation{typ: batch.Of(batch.Boolean), total: true, nullable: true, make: m, print: printBetween}, cast, nil
}

func between(f *frame, low, high *batch.Vector) {
	compareInto(low, greaterEqual, f.args[0], f.args[1], f.n)
	compareInto(high, lessEqual, f.args[0], f.args[2], f.n)
	junction(f, false, []*batch.Vector{low, high})
}

// compareInto makes a BOOLEAN vector of n rows with NULLs.
func compareInto(out *batch.Vector, rel relation, a, b *batch.Vector, n int) {
	out.Type, out.Len, out.Const = batch.Of(batch.Boolean), n, false
	out.Bool = resize(out.Bool, n)
	if a.Const && b.Const && n > 1 {
		spread := a.Spread()
		a = &spread
	}
	compareVectors(rel, out.Bool, a, b)
	if a.Valid == nil && b.Valid == nil {
		out.Valid = nil
		return
	}
	out.Valid = resize(out.Valid, n)
	for i := range out.Valid {
		out.Valid[i] = a.IsValid(i) && b.IsValid(i)
	}
}
