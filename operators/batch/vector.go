package batch

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// Vector is a column as kernels see it: plain slices, one of them filled by the
// lane of Type. A view of a batch's column shares the column's memory and is
// borrowed like the batch; a computed vector owns its slices.
//
// A constant vector holds one value that stands for all Len rows; use At to
// index either sort.
type Vector struct {
	Type  Type
	Len   int
	Const bool
	Valid []bool // nil: no NULL. A NULL's place in the lane holds any value.

	I64    []int64          // LaneInt
	F64    []float64        // LaneFloat
	Bool   []bool           // LaneBool
	Dec    []decimal128.Num // LaneDecimal, scaled by Type.Scale
	Off    []int32          // LaneBytes: one more than values; value i is Buf[Off[i]:Off[i+1]]
	Buf    []byte           // LaneBytes
	Nested arrow.Array      // LaneNested: a List or Struct with its own NULLs

	src arrow.Array // the array this is a view of, if any
}

// At returns the index in the lane of row i.
func (v *Vector) At(i int) int {
	if v.Const {
		return 0
	}
	return i
}

// IsValid reports whether row i is not NULL.
func (v *Vector) IsValid(i int) bool {
	if v.Valid == nil {
		return true
	}
	return v.Valid[v.At(i)]
}

// HasNulls reports whether some row may be NULL.
func (v *Vector) HasNulls() bool { return v.Valid != nil }

// Bytes returns the value of row i in LaneBytes, borrowed.
func (v *Vector) Bytes(i int) []byte {
	i = v.At(i)
	return v.Buf[v.Off[i]:v.Off[i+1]:v.Off[i+1]]
}

// Str returns the value of row i in LaneBytes as a string that is valid only as
// long as the vector's memory.
func (v *Vector) Str(i int) string {
	b := v.Bytes(i)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// AppendBytes appends a value to LaneBytes. It sets Len but not Valid.
func (v *Vector) AppendBytes(b []byte) {
	if len(v.Off) == 0 {
		v.Off = append(v.Off, 0)
	}
	v.Buf = append(v.Buf, b...)
	v.Off = append(v.Off, int32(len(v.Buf)))
	v.Len = len(v.Off) - 1
}

// SetNull marks row i, which must be in the lane already, as NULL.
func (v *Vector) SetNull(i int) {
	if v.Valid == nil {
		n := v.Len
		if v.Const {
			n = 1
		}
		v.Valid = make([]bool, n)
		for j := range v.Valid {
			v.Valid[j] = true
		}
	}
	v.Valid[i] = false
}

// view wraps an Arrow array of the layout t.Arrow().
func view(t Type, a arrow.Array) Vector {
	v := Vector{Type: t, Len: a.Len(), src: a}
	v.Valid = validity(a)
	switch a := a.(type) {
	case *array.Int64:
		v.I64 = a.Int64Values()
	case *array.Float64:
		v.F64 = a.Float64Values()
	case *array.Boolean:
		v.Bool = make([]bool, a.Len())
		for i := range v.Bool {
			v.Bool[i] = a.Value(i)
		}
	case *array.Decimal128:
		v.Dec = a.Values()
	case *array.String:
		v.Off, v.Buf = a.ValueOffsets(), values(a)
	case *array.Binary:
		v.Off, v.Buf = a.ValueOffsets(), values(a)
	case *array.Date32:
		v.I64 = make([]int64, a.Len())
		for i, d := range a.Date32Values() {
			v.I64[i] = int64(d)
		}
	case *array.Time64:
		v.I64 = reinterpret(a.Time64Values())
	case *array.Timestamp:
		v.I64 = reinterpret(a.TimestampValues())
	default:
		v.Nested = a
	}
	return v
}

// values is the whole buffer that an array's offsets count in, also where the
// array is a slice of another.
func values(a arrow.Array) []byte {
	if b := a.Data().Buffers()[2]; b != nil {
		return b.Bytes()
	}
	return nil
}

func reinterpret[T ~int64](s []T) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

func validity(a arrow.Array) []bool {
	if a.NullN() == 0 {
		return nil
	}
	valid := make([]bool, a.Len())
	for i := range valid {
		valid[i] = a.IsValid(i)
	}
	return valid
}
