package expr

import "math"

// floatOp is an operator over DOUBLE. loop reports whether a result may not be
// finite; then each row is computed again by one.
type floatOp struct {
	loop func(out, a, b []float64) (suspect bool)
	one  func(a, b float64) (r float64, code string)
}

func (op arithmetic) floatKernel() maker {
	return always(func(f *frame) {
		a, b := f.floats(0), f.floats(1)
		if !op.floats.loop(f.out.F64, a, b) {
			return
		}
		for i := range f.out.F64 {
			r, code := op.floats.one(a[i], b[i])
			f.out.F64[i] = r
			op.faultFloat(f, i, code, a[i], b[i])
		}
	})
}

func (op arithmetic) faultFloat(f *frame, i int, code string, a, b float64) {
	switch code {
	case codeOverflow:
		f.fault(i, code, "%v %s %v is out of range", a, op.name, b)
	case codeZero:
		f.fault(i, code, "division by zero: %v %s 0", a, op.name)
	}
}

// wholeKernel is DIV of DOUBLEs, whose result is BIGINT.
func wholeKernel(op arithmetic) maker {
	return always(func(f *frame) {
		a, b := f.floats(0), f.floats(1)
		for i := range f.out.I64 {
			r, code := wholeFloat(a[i], b[i])
			if code == "" && (r >= 1<<63 || r < -1<<63) {
				r, code = 0, codeOverflow
			}
			f.out.I64[i] = int64(r)
			op.faultFloat(f, i, code, a[i], b[i])
		}
	})
}

// finite turns a result that is no finite number into an overflow.
func finite(r float64) (float64, string) {
	if math.IsInf(r, 0) || math.IsNaN(r) {
		return 0, codeOverflow
	}
	return r, ""
}

func addFloats(out, a, b []float64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var check float64
	for i := range out {
		r := a[i] + b[i]
		check += r - r
		out[i] = r
	}
	return check != 0
}

func addFloat(a, b float64) (float64, string) { return finite(a + b) }

func subFloats(out, a, b []float64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var check float64
	for i := range out {
		r := a[i] - b[i]
		check += r - r
		out[i] = r
	}
	return check != 0
}

func subFloat(a, b float64) (float64, string) { return finite(a - b) }

func mulFloats(out, a, b []float64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var check float64
	for i := range out {
		r := a[i] * b[i]
		check += r - r
		out[i] = r
	}
	return check != 0
}

func mulFloat(a, b float64) (float64, string) { return finite(a * b) }

func divFloats(out, a, b []float64) bool {
	a, b = a[:len(out)], b[:len(out)]
	var check float64
	for i := range out {
		r := a[i] / b[i]
		check += r - r
		out[i] = r
	}
	return check != 0
}

func divFloat(a, b float64) (float64, string) {
	if b == 0 {
		return 0, codeZero
	}
	return finite(a / b)
}

func modFloats(out, a, b []float64) bool {
	suspect := false
	for i := range out {
		suspect = suspect || b[i] == 0
		out[i] = math.Mod(a[i], b[i])
	}
	return suspect
}

func modFloat(a, b float64) (float64, string) {
	if b == 0 {
		return 0, codeZero
	}
	return math.Mod(a, b), ""
}

func wholeFloats(out, a, b []float64) bool {
	suspect := divFloats(out, a, b)
	for i, v := range out {
		out[i] = math.Trunc(v)
	}
	return suspect
}

func wholeFloat(a, b float64) (float64, string) {
	r, code := divFloat(a, b)
	return math.Trunc(r), code
}
