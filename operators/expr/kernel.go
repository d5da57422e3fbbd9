package expr

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// always makes a maker of a kernel that needs no preparation.
func always(k kernel) maker { return func([]Node) (kernel, error) { return k, nil } }

// maxText is the longest text that a function may make, as in MySQL.
const maxText = 64 << 20

// textRow is a function of a row whose result is appended to dst.
func textRow(fn func(r *row, dst []byte) []byte) maker {
	return always(func(f *frame) { runText(f, fn) })
}

func runText(f *frame, fn func(r *row, dst []byte) []byte) {
	r := row{f: f}
	for i := range f.n {
		if f.wanted(i) {
			r.i, r.isNull = i, false
			start := len(f.out.Buf)
			f.out.Buf = fn(&r, f.out.Buf)
			switch {
			case r.isNull:
				f.null(i)
				f.out.Buf = f.out.Buf[:start]
			case len(f.out.Buf)-start > maxText || len(f.out.Buf) > math.MaxInt32:
				f.out.Buf = f.out.Buf[:start]
				f.fault(i, codeArgument, "%s: result of more than %d bytes", name(f), maxText)
			}
		}
		f.out.Off = append(f.out.Off, int32(len(f.out.Buf)))
	}
}

// name is the function that a frame computes.
func name(f *frame) string { return f.s.node.(*Call).Func.Name }

// eachRow runs fn for the rows that are wanted.
func eachRow(f *frame, fn func(r *row, i int)) {
	r := row{f: f}
	for i := range f.n {
		if f.wanted(i) {
			r.i, r.isNull = i, false
			fn(&r, i)
			if r.isNull {
				f.null(i)
			}
		}
	}
}

func intRow(fn func(r *row) int64) maker {
	return always(func(f *frame) { runInt(f, fn) })
}

func runInt(f *frame, fn func(r *row) int64) {
	eachRow(f, func(r *row, i int) { f.out.I64[i] = fn(r) })
}

// floatRow is a function of a row; a result that is no number becomes NULL, as
// MySQL has it for arguments outside a function's domain, and an infinite one
// is an overflow.
func floatRow(fn func(r *row) float64) maker {
	return always(func(f *frame) {
		eachRow(f, func(r *row, i int) {
			v := fn(r)
			if math.IsNaN(v) {
				r.null()
				v = 0
			} else if math.IsInf(v, 0) {
				r.fault(codeOverflow, "%s: result is out of the range of DOUBLE", name(f))
			}
			f.out.F64[i] = v
		})
	})
}

func boolRow(fn func(r *row) bool) maker {
	return always(func(f *frame) { runBool(f, fn) })
}

func runBool(f *frame, fn func(r *row) bool) {
	eachRow(f, func(r *row, i int) { f.out.Bool[i] = fn(r) })
}

func decimalRow(fn func(r *row) decimal128.Num) maker {
	return always(func(f *frame) {
		eachRow(f, func(r *row, i int) { f.out.Dec[i] = fn(r) })
	})
}

// text1 is a function from text to text.
func text1(fn func(dst, s []byte) []byte) maker {
	return textRow(func(r *row, dst []byte) []byte { return fn(dst, r.text(0)) })
}

// textInt is a function from text to an integer.
func textInt(fn func(s []byte) int64) maker {
	return intRow(func(r *row) int64 { return fn(r.text(0)) })
}

// textBool is a function from two texts to a truth value.
func textBool(fn func(a, b []byte) bool) maker {
	return boolRow(func(r *row) bool { return fn(r.text(0), r.text(1)) })
}

// int1 is a function from LaneInt to LaneInt that cannot fail.
func int1(fn func(int64) int64) maker {
	return always(func(f *frame) {
		for i, v := range f.args[0].I64[:f.n] {
			f.out.I64[i] = fn(v)
		}
	})
}

// float1 is a function from DOUBLE to DOUBLE, see floatRow.
func float1(fn func(float64) float64) maker {
	return floatRow(func(r *row) float64 { return fn(r.float(0)) })
}
