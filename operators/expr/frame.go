package expr

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// The codes of faults.
const (
	codeOverflow = "KSQL-4001"
	codeZero     = "KSQL-4002"
	codeCast     = "KSQL-4003"
	codeArgument = "KSQL-4004"
)

// frame is what a kernel works on: n rows of arguments and the result, whose lane
// is made for n rows (empty for LaneBytes: append). Where all arguments are
// constant, n is 1 and the result is constant.
type frame struct {
	p      *Program
	s      *step
	args   []*batch.Vector
	out    *batch.Vector
	n      int
	active []bool // rows that count; nil: all
}

func (f *frame) begin(p *Program, s *step, constant bool, active []bool) {
	f.p, f.s, f.out, f.n, f.active = p, s, &s.vec, p.rows, active
	if constant {
		f.n = 1
	}
	f.out.Type, f.out.Len, f.out.Const, f.out.Valid = s.node.Type(), p.rows, constant, nil
	makeLane(f.out, f.n)
}

// makeLane gives the lane of v's type room for n values.
func makeLane(v *batch.Vector, n int) {
	switch v.Type.Lane() {
	case batch.LaneInt:
		v.I64 = resize(v.I64, n)
	case batch.LaneFloat:
		v.F64 = resize(v.F64, n)
	case batch.LaneBool:
		v.Bool = resize(v.Bool, n)
	case batch.LaneDecimal:
		v.Dec = resize(v.Dec, n)
	case batch.LaneBytes:
		v.Off, v.Buf = append(v.Off[:0], 0), v.Buf[:0]
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// strict lays the NULLs of the arguments over the result. It returns false where
// a constant NULL made the whole result NULL, and has then filled it.
func (f *frame) strict() bool {
	for _, a := range f.args {
		if a.Valid == nil {
			continue
		}
		if a.Const {
			if !a.Valid[0] {
				f.allNull()
				return false
			}
			continue
		}
		valid := f.validity()
		for i, ok := range a.Valid[:f.n] {
			valid[i] = valid[i] && ok
		}
	}
	return true
}

// allNull makes the result one constant NULL.
func (f *frame) allNull() {
	f.n, f.out.Const, f.out.Valid = 1, true, []bool{false}
	makeLane(f.out, 1)
	f.zero(0)
}

// zero puts some value in the place of a NULL.
func (f *frame) zero(i int) {
	switch f.out.Type.Lane() {
	case batch.LaneInt:
		f.out.I64[i] = 0
	case batch.LaneFloat:
		f.out.F64[i] = 0
	case batch.LaneBool:
		f.out.Bool[i] = false
	case batch.LaneDecimal:
		f.out.Dec[i] = decimal128.Num{}
	case batch.LaneBytes:
		f.out.Off = append(f.out.Off, int32(len(f.out.Buf)))
	}
}

// validity returns the result's NULL marks, made if there were none.
func (f *frame) validity() []bool {
	if f.out.Valid == nil {
		f.s.valid = resize(f.s.valid, f.n)
		for i := range f.s.valid {
			f.s.valid[i] = true
		}
		f.out.Valid = f.s.valid
	}
	return f.out.Valid
}

// null makes row i NULL.
func (f *frame) null(i int) { f.validity()[i] = false }

// wanted reports whether row i must be computed: it is not NULL and counts.
func (f *frame) wanted(i int) bool {
	return (f.out.Valid == nil || f.out.Valid[i]) && (f.out.Const || f.active == nil || f.active[i])
}

// fault makes row i fail, unless its mask says that nobody asked for it.
func (f *frame) fault(i int, code, format string, args ...any) {
	wanted := f.wanted(i)
	f.null(i)
	if !wanted || f.s.impl.try {
		return
	}
	message := fmt.Sprintf(format, args...)
	if !f.out.Const {
		f.p.faults = append(f.p.faults, Fault{i, code, message})
		return
	}
	for r := range f.p.rows {
		if f.active == nil || f.active[r] {
			f.p.faults = append(f.p.faults, Fault{r, code, message})
		}
	}
}

// row is one row of a frame, for functions that are written row by row.
type row struct {
	f      *frame
	i      int
	isNull bool
}

func (r *row) count() int              { return len(r.f.args) }
func (r *row) valid(k int) bool        { return r.f.args[k].IsValid(r.i) }
func (r *row) text(k int) []byte       { return r.f.args[k].Bytes(r.i) }
func (r *row) int(k int) int64         { v := r.f.args[k]; return v.I64[v.At(r.i)] }
func (r *row) float(k int) float64     { v := r.f.args[k]; return v.F64[v.At(r.i)] }
func (r *row) bool(k int) bool         { v := r.f.args[k]; return v.Bool[v.At(r.i)] }
func (r *row) typ(k int) *batch.Type   { return &r.f.args[k].Type }
func (r *row) vec(k int) *batch.Vector { return r.f.args[k] }

func (r *row) dec(k int) decimal128.Num { v := r.f.args[k]; return v.Dec[v.At(r.i)] }

// intOr returns an optional argument.
func (r *row) intOr(k int, def int64) int64 {
	if k < len(r.f.args) {
		return r.int(k)
	}
	return def
}

// null makes the row's result NULL; what the function returns is then ignored.
func (r *row) null() { r.isNull = true }

// fault makes the row fail; what the function returns is then ignored.
func (r *row) fault(code, format string, args ...any) {
	r.f.fault(r.i, code, format, args...)
}

// argument makes the row fail for an argument that makes no sense.
func (r *row) argument(format string, args ...any) { r.fault(codeArgument, format, args...) }
