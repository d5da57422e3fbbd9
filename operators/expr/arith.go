package expr

import (
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// arithmetic is an operator over numbers: its kernels by the type of the
// operands, which are of one sort, and the DECIMAL that it results in.
type arithmetic struct {
	name    string
	ints    intOp
	floats  floatOp
	decimal func(a, b batch.Type) batch.Type
	exact   decimalOp
	integer bool // DIV: the result is BIGINT whatever the operands
	total   func(args []Node) bool
}

// decimalOp is given the scales of the operands and of the result.
type decimalOp func(a, b decimal128.Num, sa, sb, out int) (r decimal128.Num, code string)

func arithmeticFunctions() []*Function {
	plus := arithmetic{"+", intOp{addInts, addInt}, floatOp{addFloats, addFloat}, sumType, addDecimal, false, nil}
	minus := arithmetic{"-", intOp{subInts, subInt}, floatOp{subFloats, subFloat}, sumType, subDecimal, false, nil}
	times := arithmetic{"*", intOp{mulInts, mulInt}, floatOp{mulFloats, mulFloat}, productType, mulDecimal, false, nil}
	over := arithmetic{"/", intOp{divInts, divInt}, floatOp{divFloats, divFloat}, quotientType, divDecimal, false, safeDivisor}
	div := arithmetic{"DIV", intOp{divInts, divInt}, floatOp{wholeFloats, wholeFloat}, wholeType, wholeDecimal, true, safeDivisor}
	mod := arithmetic{"%", intOp{modInts, modInt}, floatOp{modFloats, modFloat}, remainderType, modDecimal, false, safeDivisor}
	out := []*Function{
		operator("+", temporalFirst("+", plus.resolve)), operator("-", temporalFirst("-", minus.resolve)),
		operator("*", temporalFirst("*", times.resolve)), operator("/", temporalFirst("/", over.resolve)),
		operator("DIV", div.resolve), operator("%", mod.resolve), operator("NEG", resolveNegate),
		special("MOD(a DOUBLE, b DOUBLE) -> DOUBLE", callable(mod.resolve),
			"The remainder of a division, with the sign of the dividend, in the type of the operands.", "MOD(-7, 3)", "-1"),
	}
	return append(out, bitOperators()...)
}

func (op arithmetic) resolve(args []Node) (*implementation, []Node, error) {
	if err := arity(op.name, args, 2); err != nil {
		return nil, nil, err
	}
	args, err := numbers(op.name, args)
	if err != nil {
		return nil, nil, err
	}
	a, b := args[0].Type(), args[1].Type()
	impl := &implementation{print: infix}
	switch {
	case a.IsFloat() || b.IsFloat():
		impl.typ, impl.make = batch.Of(batch.Double), op.floatKernel()
	case a.ID == batch.Decimal || b.ID == batch.Decimal:
		a, b = decimalFor(a), decimalFor(b)
		impl.typ = op.decimal(a, b)
		impl.make = op.decimalKernel(a, b, impl.typ)
		args, err = castAll(args, a, b)
	default:
		impl.typ, impl.make = batch.Of(batch.BigInt), op.intKernel(args)
		impl.total = op.total != nil && op.total(args)
	}
	if op.integer && err == nil && impl.typ.IsFloat() {
		args, err = castAll(args, impl.typ, impl.typ)
		impl.typ, impl.make = batch.Of(batch.BigInt), wholeKernel(op)
		return impl, args, err
	}
	if impl.typ.IsFloat() && err == nil {
		args, err = castAll(args, impl.typ, impl.typ)
	}
	return impl, args, err
}

func castAll(args []Node, types ...batch.Type) ([]Node, error) {
	out := make([]Node, len(args))
	for i, a := range args {
		n, err := implicit(a, types[i])
		if err != nil {
			return nil, blame(err, i)
		}
		out[i] = n
	}
	return out, nil
}

// numbers checks that operands are numbers; BOOLEAN becomes BIGINT, JSON DOUBLE,
// and a bare NULL takes the type of the other operand.
func numbers(name string, args []Node) ([]Node, error) {
	out := make([]Node, len(args))
	for i, a := range args {
		to := a.Type()
		switch {
		case to.ID == batch.Null:
			to = batch.Of(batch.BigInt)
			if other := args[len(args)-1-i].Type(); other.IsNumeric() {
				to = other
			}
		case to.ID == batch.Boolean:
			to = batch.Of(batch.BigInt)
		case to.ID == batch.JSON:
			to = batch.Of(batch.Double)
		case isTextLiteral(a):
			to = literalNumberType(a)
		}
		if !to.IsNumeric() {
			return nil, typeErrorf(i, "%s wants numbers, got %s; use CAST", name, to)
		}
		n, err := implicit(a, to)
		if err != nil {
			return nil, blame(err, i)
		}
		out[i] = n
	}
	return out, nil
}

// literalNumberType is the type of a number in quotes: '5' is BIGINT, '0.5' DECIMAL.
func literalNumberType(n Node) batch.Type {
	v, _ := ConstValue(n)
	text, _ := v.(string)
	if _, t, err := ParseDecimal(text); err == nil {
		if t.Scale == 0 && t.Precision < 19 {
			return batch.Of(batch.BigInt)
		}
		return t
	}
	return n.Type()
}

// safeDivisor reports whether the divisor is a constant that cannot fault.
func safeDivisor(args []Node) bool {
	v, ok := ConstValue(args[1])
	d, isInt := v.(int64)
	return ok && isInt && d != 0 && d != -1
}

// ints returns the n values of argument k, a constant one spread out.
func (f *frame) ints(k int) []int64 {
	return spread(f, k, func(v *batch.Vector) *[]int64 { return &v.I64 })
}

// floats returns the n values of argument k, a constant one spread out.
func (f *frame) floats(k int) []float64 {
	return spread(f, k, func(v *batch.Vector) *[]float64 { return &v.F64 })
}

// spread returns the n values of a lane of argument k. A constant is written out
// once and kept for later batches.
func spread[T comparable](f *frame, k int, lane func(*batch.Vector) *[]T) []T {
	v := f.args[k]
	in := *lane(v)
	if !v.Const || f.out.Const || f.n == 0 {
		return in[:f.n]
	}
	if f.s.spread == nil {
		f.s.spread = make([]batch.Vector, len(f.args))
	}
	out := lane(&f.s.spread[k])
	if len(*out) < f.n || (*out)[0] != in[0] {
		*out = resize(*out, f.n)
		for i := range *out {
			(*out)[i] = in[0]
		}
	}
	return (*out)[:f.n]
}

func resolveNegate(args []Node) (*implementation, []Node, error) {
	if err := arity("-", args, 1); err != nil {
		return nil, nil, err
	}
	if args[0].Type().IsInterval() {
		return &implementation{typ: args[0].Type(), make: int1Checked(negInt), print: prefix("-")}, args, nil
	}
	args, err := numbers("-", args)
	if err != nil {
		return nil, nil, err
	}
	impl := &implementation{typ: args[0].Type(), print: prefix("-")}
	switch {
	case impl.typ.IsInteger():
		impl.typ, impl.make = batch.Of(batch.BigInt), int1Checked(negInt)
	case impl.typ.IsFloat():
		impl.make = float1(func(v float64) float64 { return -v })
	default:
		impl.make = decimalRow(func(r *row) decimal128.Num { return r.dec(0).Negate() })
	}
	return impl, args, nil
}

// int1Checked is a function of an integer that may overflow.
func int1Checked(fn func(int64) (int64, bool)) maker {
	return always(func(f *frame) {
		for i, v := range f.args[0].I64[:f.n] {
			r, ok := fn(v)
			f.out.I64[i] = r
			if !ok {
				f.fault(i, codeOverflow, "%s of %d is out of the range of BIGINT", name(f), v)
			}
		}
	})
}

func negInt(v int64) (int64, bool) { return -v, v == 0 || v != -v }
