package expr

import (
	"math"
	"math/bits"

	"kinesql/operators/batch"
)

// intOp is an operator over BIGINT. loop computes all rows and reports whether one
// may have gone wrong; then each row is computed again by one, which knows how.
type intOp struct {
	loop func(out, a, b []int64) (suspect bool)
	one  func(a, b int64) (r int64, code string)
}

func (op arithmetic) intKernel(args []Node) maker {
	if op.name == "%" {
		if d, ok := smallDivisor(args[1]); ok {
			return always(func(f *frame) { modSmall(f, d) })
		}
	}
	return always(func(f *frame) {
		a, b := f.ints(0), f.ints(1)
		if op.ints.loop(f.out.I64, a, b) {
			op.recheck(f, a, b)
		}
	})
}

func (op arithmetic) recheck(f *frame, a, b []int64) {
	for i := range f.out.I64 {
		if !f.wanted(i) {
			continue
		}
		r, code := op.ints.one(a[i], b[i])
		f.out.I64[i] = r
		switch code {
		case codeOverflow:
			f.fault(i, code, "%d %s %d is out of the range of BIGINT", a[i], op.name, b[i])
		case codeZero:
			f.fault(i, code, "division by zero: %d %s 0", a[i], op.name)
		}
	}
}

func addInts(out, a, b []int64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var over int64
	for i := range out {
		r := a[i] + b[i]
		over |= (a[i] ^ r) & (b[i] ^ r)
		out[i] = r
	}
	return over < 0
}

func addInt(a, b int64) (int64, string) {
	r := a + b
	if (a^r)&(b^r) < 0 {
		return 0, codeOverflow
	}
	return r, ""
}

func subInts(out, a, b []int64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var over int64
	for i := range out {
		r := a[i] - b[i]
		over |= (a[i] ^ b[i]) & (a[i] ^ r)
		out[i] = r
	}
	return over < 0
}

func subInt(a, b int64) (int64, string) {
	r := a - b
	if (a^b)&(a^r) < 0 {
		return 0, codeOverflow
	}
	return r, ""
}

// mulInts suspects every product of a factor beyond 31 bits.
func mulInts(out, a, b []int64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var wide uint64
	for i := range out {
		wide |= uint64(a[i]+1<<31) | uint64(b[i]+1<<31)
		out[i] = a[i] * b[i]
	}
	return wide>>32 != 0
}

func mulInt(a, b int64) (int64, string) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	signed := int64(hi) - (a>>63)&b - (b>>63)&a
	if signed != int64(lo)>>63 {
		return 0, codeOverflow
	}
	return int64(lo), ""
}

// divInts leaves the divisors 0 and -1 to divInt.
func divInts(out, a, b []int64) (suspect bool) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		if uint64(b[i]+1) <= 1 {
			suspect = true
			continue
		}
		if uint64(a[i]|b[i]) < 1<<32 {
			out[i] = int64(uint32(a[i]) / uint32(b[i]))
			continue
		}
		out[i] = a[i] / b[i]
	}
	return suspect
}

func divInt(a, b int64) (int64, string) {
	switch {
	case b == 0:
		return 0, codeZero
	case b == -1 && a == math.MinInt64:
		return 0, codeOverflow
	}
	return a / b, ""
}

func modInts(out, a, b []int64) (suspect bool) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		if uint64(b[i]+1) <= 1 {
			suspect = true
			continue
		}
		if uint64(a[i]|b[i]) < 1<<32 {
			out[i] = int64(uint32(a[i]) % uint32(b[i]))
			continue
		}
		out[i] = a[i] % b[i]
	}
	return suspect
}

func modInt(a, b int64) (int64, string) {
	switch b {
	case 0:
		return 0, codeZero
	case -1:
		return 0, ""
	}
	return a % b, ""
}

// smallDivisor returns a constant divisor that remainder works for.
func smallDivisor(n Node) (uint64, bool) {
	v, _ := ConstValue(n)
	d, ok := v.(int64)
	return uint64(d), ok && d > 1 && d < 1<<32
}

// divisor is a constant divisor prepared for Lemire's remainder by multiplication
// ("Faster remainder by direct computation", 2019): for values below 2^32, the
// fraction value/d, scaled to 64 bits, times d has the remainder on top.
type divisor struct{ d, magic uint64 }

func newDivisor(d uint64) divisor { return divisor{d, math.MaxUint64/d + 1} }

// mod is the remainder with the sign of v.
func (d divisor) mod(v int64) int64 {
	if uint64(v) < 1<<32 {
		hi, _ := bits.Mul64(d.magic*uint64(v), d.d)
		return int64(hi)
	}
	return v % int64(d.d)
}

func modSmall(f *frame, by uint64) {
	d := newDivisor(by)
	in := f.ints(0)
	out := f.out.I64[:len(in)]
	for i, v := range in {
		out[i] = d.mod(v)
	}
}

func bitOperators() []*Function {
	ops := map[string]func(a, b int64) int64{
		"&": func(a, b int64) int64 { return a & b },
		"|": func(a, b int64) int64 { return a | b },
		"^": func(a, b int64) int64 { return a ^ b },
		"<<": func(a, b int64) int64 {
			return int64(uint64(a) << shift(b))
		},
		">>": func(a, b int64) int64 { return int64(uint64(a) >> shift(b)) },
	}
	out := []*Function{operator("~", resolveBits("~", 1, always(func(f *frame) {
		for i, v := range f.args[0].I64[:f.n] {
			f.out.I64[i] = ^v
		}
	}), prefix("~")))}
	for name, op := range ops {
		out = append(out, operator(name, resolveBits(name, 2, always(func(f *frame) {
			a, b := f.ints(0), f.ints(1)
			for i := range f.out.I64 {
				f.out.I64[i] = op(a[i], b[i])
			}
		}), infix)))
	}
	return out
}

// shift makes shifts by a negative count, as by 64 and more, shift everything out.
func shift(b int64) uint64 {
	if b < 0 || b > 64 {
		return 64
	}
	return uint64(b)
}

func resolveBits(name string, operands int, m maker, print printer) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity(name, args, operands); err != nil {
			return nil, nil, err
		}
		cast := make([]Node, len(args))
		for i, a := range args {
			if class("BIGINT").cost(a.Type()) >= impossible {
				return nil, nil, typeErrorf(i, "%s wants BIGINT, got %s", name, a.Type())
			}
			n, err := class("BIGINT").coerce(a)
			if err != nil {
				return nil, nil, blame(err, i)
			}
			cast[i] = n
		}
		return &implementation{typ: batch.Of(batch.BigInt), total: true, make: m, print: print}, cast, nil
	}
}
