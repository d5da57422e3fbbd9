package expr

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

func mathFunctions() []*Function {
	return family(
		fn1("SQRT", math.Sqrt, "Square root; NULL of a negative number.", "SQRT(16)", "4"),
		fn1("CBRT", math.Cbrt, "Cube root.", "CBRT(27)", "3"),
		fn1("EXP", math.Exp, "e to a power.", "EXP(0)", "1"),
		fn1("LN", domain(math.Log), "Natural logarithm; NULL unless the number is positive.", "LN(1)", "0"),
		define("LOG(x DOUBLE) -> DOUBLE", float1(domain(math.Log)),
			"Natural logarithm, or with two arguments to the base of the first.", "LOG(2, 8)", "3").
			or("LOG(base DOUBLE, x DOUBLE) -> DOUBLE", floatRow(func(r *row) float64 { return logTo(r.float(0), r.float(1)) })).as(),
		fn1("LOG2", domain(math.Log2), "Logarithm to base 2; NULL unless the number is positive.", "LOG2(8)", "3"),
		fn1("LOG10", domain(math.Log10), "Logarithm to base 10; NULL unless the number is positive.", "LOG10(1000)", "3"),
		define("POW(x DOUBLE, y DOUBLE) -> DOUBLE", floatRow(func(r *row) float64 { return math.Pow(r.float(0), r.float(1)) }),
			"A number to a power.", "POW(2, 10)", "1024").as("POWER"),
		fn1("DEGREES", func(x float64) float64 { return x * 180 / math.Pi }, "Radians in degrees.", "DEGREES(PI())", "180"),
		fn1("RADIANS", func(x float64) float64 { return x * math.Pi / 180 }, "Degrees in radians.", "ROUND(RADIANS(180), 4)", "3.1416"),
		define("PI() -> DOUBLE", floatRow(func(*row) float64 { return math.Pi }), "The number pi.", "PI()", "3.141592653589793").as(),
		define("RAND([seed BIGINT]) -> DOUBLE", makeRand,
			"A random number from 0 up to but not 1, of a repeatable sequence where a seed is given.", "RAND(7) < 1", "true").volatile().as(),
		define("BIT_COUNT(x BIGINT) -> BIGINT", int1(func(v int64) int64 { return int64(bits.OnesCount64(uint64(v))) }),
			"How many bits are set.", "BIT_COUNT(29)", "4").total().as(),
		define("WIDTH_BUCKET(x DOUBLE, low DOUBLE, high DOUBLE, count BIGINT) -> BIGINT", intRow(widthBucket),
			"Which of count equal parts of a range a number falls in, from 1; 0 below, count+1 above.", "WIDTH_BUCKET(5.3, 0, 10, 5)", "3").as(),
		define("GCD(a BIGINT, b BIGINT) -> BIGINT", intRow(func(r *row) int64 {
			a, b := r.int(0), r.int(1)
			for b != 0 && b != -1 {
				a, b = b, a%b
			}
			if b == -1 {
				return 1
			}
			if a == math.MinInt64 {
				r.fault(codeOverflow, "GCD is out of the range of BIGINT")
			}
			return max(a, -a)
		}), "Greatest common divisor.", "GCD(12, 18)", "6").as(),
		define("IS_NAN(x DOUBLE) -> BOOLEAN", boolRow(func(r *row) bool { return math.IsNaN(r.float(0)) }),
			"Whether a DOUBLE is no number.", "IS_NAN(1.5e0)", "false").total().as(),
	)
}

func trigFunctions() []*Function {
	return family(
		fn1("SIN", math.Sin, "Sine of radians.", "SIN(0)", "0"),
		fn1("COS", math.Cos, "Cosine of radians.", "COS(0)", "1"),
		fn1("TAN", math.Tan, "Tangent of radians.", "TAN(0)", "0"),
		fn1("COT", func(x float64) float64 { return 1 / math.Tan(x) }, "Cotangent of radians.", "ROUND(COT(1), 4)", "0.6421"),
		fn1("ASIN", math.Asin, "Arc sine; NULL beyond -1 and 1.", "ASIN(0)", "0"),
		fn1("ACOS", math.Acos, "Arc cosine; NULL beyond -1 and 1.", "ACOS(1)", "0"),
		define("ATAN(x DOUBLE) -> DOUBLE", float1(math.Atan), "Arc tangent, of y/x where both are given.", "ROUND(ATAN(1), 4)", "0.7854").
			or("ATAN(y DOUBLE, x DOUBLE) -> DOUBLE", floatRow(func(r *row) float64 { return math.Atan2(r.float(0), r.float(1)) })).as(),
		define("ATAN2(y DOUBLE, x DOUBLE) -> DOUBLE", floatRow(func(r *row) float64 { return math.Atan2(r.float(0), r.float(1)) }),
			"Arc tangent of y/x in the right quadrant.", "ROUND(ATAN2(1, -1), 4)", "2.3562").as(),
		fn1("SINH", math.Sinh, "Hyperbolic sine.", "SINH(0)", "0"),
		fn1("COSH", math.Cosh, "Hyperbolic cosine.", "COSH(0)", "1"),
		fn1("TANH", math.Tanh, "Hyperbolic tangent.", "TANH(0)", "0"),
	)
}

// fn1 is a function from DOUBLE to DOUBLE.
func fn1(name string, fn func(float64) float64, summary, example, result string) []*Function {
	return define(name+"(x DOUBLE) -> DOUBLE", float1(fn), summary, example, result).as()
}

// domain makes logarithms of numbers that are not positive NULL.
func domain(log func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		if x <= 0 {
			return math.NaN()
		}
		return log(x)
	}
}

func logTo(base, x float64) float64 {
	if base <= 0 || base == 1 || x <= 0 {
		return math.NaN()
	}
	switch base {
	case 2:
		return math.Log2(x)
	case 10:
		return math.Log10(x)
	}
	return math.Log(x) / math.Log(base)
}

// makeRand seeds a sequence of its own for each compiled call.
func makeRand([]Node) (kernel, error) {
	var source *rand.Rand
	return func(f *frame) {
		if source == nil {
			source = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
			if len(f.args) > 0 && f.n > 0 {
				r := row{f: f}
				source = rand.New(rand.NewPCG(uint64(r.int(0)), 0))
			}
		}
		for i := range f.out.F64 {
			f.out.F64[i] = source.Float64()
		}
	}, nil
}

func widthBucket(r *row) int64 {
	x, low, high, n := r.float(0), r.float(1), r.float(2), r.int(3)
	if n < 1 || low == high {
		r.argument("WIDTH_BUCKET: want a range and a positive count, got %v to %v in %d", low, high, n)
		return 0
	}
	place := (x - low) / (high - low)
	switch {
	case place < 0:
		return 0
	case place >= 1:
		return n + 1
	}
	return int64(place*float64(n)) + 1
}
