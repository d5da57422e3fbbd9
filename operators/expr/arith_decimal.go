package expr

import (
	"math/big"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// clampDecimal is DECIMAL with at most 38 digits; the scale is kept while it fits.
func clampDecimal(precision, scale int) batch.Type {
	scale = min(scale, maxDigits)
	return batch.DecimalOf(max(min(precision, maxDigits), scale, 1), scale)
}

func sumType(a, b batch.Type) batch.Type {
	scale := max(a.Scale, b.Scale)
	return clampDecimal(max(a.Precision-a.Scale, b.Precision-b.Scale)+scale+1, scale)
}

// productType has all digits after the point as long as that leaves 20 before it,
// room for every BIGINT.
func productType(a, b batch.Type) batch.Type {
	precision, scale := a.Precision+b.Precision, a.Scale+b.Scale
	if before := precision - scale; precision > maxDigits {
		scale = min(scale, max(maxDigits-before, maxDigits-20))
	}
	return clampDecimal(precision, scale)
}

// quotientType has four digits after the point more than the dividend.
func quotientType(a, b batch.Type) batch.Type {
	return clampDecimal(a.Precision+b.Scale+4, a.Scale+4)
}

func remainderType(a, b batch.Type) batch.Type {
	scale := max(a.Scale, b.Scale)
	return clampDecimal(max(a.Precision-a.Scale, b.Precision-b.Scale)+scale, scale)
}

func wholeType(_, _ batch.Type) batch.Type { return batch.Of(batch.BigInt) }

func (op arithmetic) decimalKernel(a, b, out batch.Type) maker {
	exact, whole := op.exact, out.ID == batch.BigInt
	sa, sb, scale := a.Scale, b.Scale, out.Scale
	return always(func(f *frame) {
		eachRow(f, func(r *row, i int) {
			x, y := r.dec(0), r.dec(1)
			v, code := exact(x, y, sa, sb, scale)
			if whole {
				code = wholeResult(f, i, v, code)
			} else {
				f.out.Dec[i] = v
			}
			switch code {
			case codeZero:
				r.fault(code, "division by zero: %s %s 0", decimalText(x, a.Scale), op.name)
			case codeOverflow:
				r.fault(code, "%s %s %s is out of the range of %s",
					decimalText(x, a.Scale), op.name, decimalText(y, b.Scale), out)
			}
		})
	})
}

func wholeResult(f *frame, i int, v decimal128.Num, code string) string {
	if code == "" && !fitsInt(v) {
		return codeOverflow
	}
	f.out.I64[i] = int64(v.LowBits())
	return code
}

// fitsInt reports whether v is within 64 bits.
func fitsInt(v decimal128.Num) bool { return v.HighBits() == int64(v.LowBits())>>63 }

// mulAdd10 is 10*n + digit.
func mulAdd10(n decimal128.Num, digit uint64) decimal128.Num {
	if n.HighBits() == 0 && n.LowBits() < 1<<60 {
		return decimal128.New(0, n.LowBits()*10+digit)
	}
	return n.Mul(decimal128.FromU64(10)).Add(decimal128.FromU64(digit))
}

// upscale multiplies by 10^digits where the result is surely below 38 digits.
func upscale(n decimal128.Num, digits int) (decimal128.Num, bool) {
	switch {
	case digits == 0:
		return n, fitsInt(n)
	case digits <= 18 && fitsInt(n):
		return n.Mul(decimal128.GetScaleMultiplier(digits)), true
	}
	return n, false
}

func addDecimal(a, b decimal128.Num, sa, sb, out int) (decimal128.Num, string) {
	x, ok := upscale(a, out-sa)
	y, ok2 := upscale(b, out-sb)
	if ok && ok2 {
		return x.Add(y), ""
	}
	return narrow(new(big.Int).Add(scaled(a, out-sa), scaled(b, out-sb)))
}

func subDecimal(a, b decimal128.Num, sa, sb, out int) (decimal128.Num, string) {
	return addDecimal(a, b.Negate(), sa, sb, out)
}

func mulDecimal(a, b decimal128.Num, sa, sb, out int) (decimal128.Num, string) {
	drop := sa + sb - out
	if drop == 0 && fitsInt(a) && fitsInt(b) {
		return a.Mul(b), ""
	}
	product := new(big.Int).Mul(a.BigInt(), b.BigInt())
	if drop > 0 {
		product = quoRound(product, pow10(drop))
	}
	return narrow(product)
}

func divDecimal(a, b decimal128.Num, sa, sb, out int) (decimal128.Num, string) {
	if b.Sign() == 0 {
		return b, codeZero
	}
	up := out - sa + sb
	return narrow(quoRound(scaled(a, up), b.BigInt()))
}

func wholeDecimal(a, b decimal128.Num, sa, sb, _ int) (decimal128.Num, string) {
	if b.Sign() == 0 {
		return b, codeZero
	}
	scale := max(sa, sb)
	return narrow(new(big.Int).Quo(scaled(a, scale-sa), scaled(b, scale-sb)))
}

func modDecimal(a, b decimal128.Num, sa, sb, out int) (decimal128.Num, string) {
	if b.Sign() == 0 {
		return b, codeZero
	}
	return narrow(new(big.Int).Rem(scaled(a, out-sa), scaled(b, out-sb)))
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// scaled is n times 10^digits.
func scaled(n decimal128.Num, digits int) *big.Int {
	if digits <= 0 {
		return n.BigInt()
	}
	return new(big.Int).Mul(n.BigInt(), pow10(digits))
}

// quoRound divides, rounding halves away from zero.
func quoRound(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if new(big.Int).Mul(r, big.NewInt(2)).CmpAbs(b) >= 0 {
		if a.Sign()*b.Sign() < 0 {
			return q.Sub(q, big.NewInt(1))
		}
		return q.Add(q, big.NewInt(1))
	}
	return q
}

// narrow brings an intermediate result to 38 digits.
func narrow(v *big.Int) (decimal128.Num, string) {
	if v.CmpAbs(pow10(maxDigits)) >= 0 {
		return decimal128.Num{}, codeOverflow
	}
	return decimal128.FromBigInt(v), ""
}

func decimalText(v decimal128.Num, scale int) string { return string(appendDecimal(nil, v, scale)) }
