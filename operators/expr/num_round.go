package expr

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

func roundFunctions() []*Function {
	whole := func(args []batch.Type) batch.Type {
		if args[0].ID == batch.Decimal {
			return batch.DecimalOf(min(args[0].Precision-args[0].Scale+1, maxDigits), 0)
		}
		return args[0]
	}
	return family(
		define("ABS(x BIGINT) -> BIGINT", int1Checked(func(v int64) (int64, bool) { return max(v, -v), v != math.MinInt64 }),
			"A number without its sign.", "ABS(-3.5)", "3.5").
			or("ABS(x DOUBLE) -> DOUBLE", float1(math.Abs)).
			or("ABS(x DECIMAL) -> x", decimalRow(func(r *row) decimal128.Num { return r.dec(0).Abs() })).as(),
		define("SIGN(x DOUBLE) -> BIGINT", intRow(func(r *row) int64 { return sign(r.float(0)) }),
			"-1, 0 or 1 as a number is negative, zero or positive.", "SIGN(-7)", "-1").
			or("SIGN(x BIGINT) -> BIGINT", intRow(func(r *row) int64 { return sign(r.int(0)) })).
			or("SIGN(x DECIMAL) -> BIGINT", intRow(func(r *row) int64 { return int64(r.dec(0).Sign()) })).total().as(),
		define("CEIL(x BIGINT) -> BIGINT", int1(same), "The least whole number that is not less.", "CEIL(1.2)", "2").
			or("CEIL(x DOUBLE) -> DOUBLE", float1(math.Ceil)).
			or("CEIL(x DECIMAL) -> x", decimalWhole(1)).typed(whole).total().as("CEILING"),
		define("FLOOR(x BIGINT) -> BIGINT", int1(same), "The greatest whole number that is not greater.", "FLOOR(-1.2)", "-2").
			or("FLOOR(x DOUBLE) -> DOUBLE", float1(math.Floor)).
			or("FLOOR(x DECIMAL) -> x", decimalWhole(-1)).typed(whole).total().as(),
		rounding("ROUND", "A number rounded, halves away from zero, to digits behind the point (0 unless given, negative: before it).",
			"ROUND(2.567, 2)", "2.57", roundTo, roundInt, true),
		rounding("TRUNCATE", "A number cut to digits behind the point (negative: before it).",
			"TRUNCATE(2.567, 2)", "2.56", truncateTo, truncateInt, false),
	)
}

func same(v int64) int64 { return v }

func sign[T int64 | float64](v T) int64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// decimalWhole rounds up (1) or down (-1) to a whole number.
func decimalWhole(direction int) maker {
	return decimalRow(func(r *row) decimal128.Num {
		v, scale := r.dec(0), r.typ(0).Scale
		if scale == 0 {
			return v
		}
		q, rest := v.Div(decimal128.GetScaleMultiplier(scale))
		if rest.Sign() == direction {
			q = q.Add(decimal128.FromI64(int64(direction)))
		}
		return q
	})
}

// rounding is ROUND or TRUNCATE. Of a DECIMAL with constant digits the result has
// that scale; otherwise it keeps the scale, with zeros.
func rounding(name, summary, example, result string, float func(float64, int64) float64,
	whole func(v, digits int64) (int64, bool), half bool) []*Function {
	optional := "[, digits BIGINT]"
	if !half {
		optional = ", digits BIGINT"
	}
	f := define(name+"(x BIGINT"+optional+") -> BIGINT", intRow(func(r *row) int64 {
		v, ok := whole(r.int(0), r.intOr(1, 0))
		if !ok {
			r.fault(codeOverflow, "%s of %d is out of the range of BIGINT", name, r.int(0))
		}
		return v
	}), summary, example, result).
		or(name+"(x DOUBLE"+optional+") -> DOUBLE", floatRow(func(r *row) float64 { return float(r.float(0), r.intOr(1, 0)) })).
		or(name+"(x DECIMAL"+optional+") -> x", decimalRow(func(r *row) decimal128.Num { return roundDecimal(r, half) }))
	choose := f.choose
	f.resolve = func(args []Node) (*implementation, []Node, error) {
		impl, cast, err := choose(args)
		if err != nil || impl.typ.ID != batch.Decimal {
			return impl, cast, err
		}
		impl.typ = roundedType(impl.typ, cast)
		return impl, cast, nil
	}
	return f.as()
}

func roundedType(t batch.Type, args []Node) batch.Type {
	digits := int64(0)
	if len(args) > 1 {
		v, ok := ConstValue(Fold(args[1]))
		if d, isInt := v.(int64); ok && isInt {
			digits = d
		} else {
			digits = int64(t.Scale)
		}
	}
	scale := int(min(max(digits, 0), int64(t.Scale)))
	return batch.DecimalOf(min(t.Precision-t.Scale+scale+1, maxDigits), scale)
}

// roundDecimal rounds to the digits asked for and writes that with the scale of
// the result.
func roundDecimal(r *row, half bool) decimal128.Num {
	from, to := r.typ(0).Scale, r.f.out.Type.Scale
	digits := max(min(r.intOr(1, 0), int64(from)), -maxDigits)
	drop := from - int(digits)
	v, ok := r.dec(0), true
	if drop > maxDigits {
		return decimal128.Num{}
	}
	if half {
		v, ok = rescale(v, drop, 0)
	} else {
		v = truncateDecimal(v, drop)
	}
	up := to - int(digits)
	out, ok2 := rescale(v, 0, max(up, 0))
	if !ok || !ok2 {
		r.fault(codeOverflow, "%s: result of more than %d digits", name(r.f), maxDigits)
	}
	return out
}

func roundInt(v, digits int64) (int64, bool) {
	switch {
	case digits >= 0:
		return v, true
	case digits < -19:
		return 0, true
	case digits == -19:
		return 0, v < 5e18 && v > -5e18
	}
	p := pow10int(int(-digits))
	q := divRound(v, p)
	r, code := mulInt(q, p)
	return r, code == ""
}

func truncateInt(v, digits int64) (int64, bool) {
	switch {
	case digits >= 0:
		return v, true
	case digits < -18:
		return 0, true
	}
	p := pow10int(int(-digits))
	return v / p * p, true
}
