package encode

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
)

// narrower gives columns the width of their SQL type: batches carry every
// integer as 64 bits and REAL as double. Intervals become text.
type narrower struct {
	schema  *batch.Schema
	arrow   *arrow.Schema
	changes bool
}

func newNarrower(schema *batch.Schema, changes bool) narrower {
	var fields []arrow.Field
	if changes {
		fields = append(fields, arrow.Field{Name: opColumn, Type: arrow.BinaryTypes.String})
	}
	for _, f := range schema.Fields() {
		fields = append(fields, narrowField(f))
	}
	return narrower{schema: schema, arrow: arrow.NewSchema(fields, nil), changes: changes}
}

func narrowField(f batch.Field) arrow.Field {
	return arrow.Field{Name: f.Name, Type: narrowType(f.Type), Nullable: true}
}

func narrowType(t batch.Type) arrow.DataType {
	switch t.ID {
	case batch.TinyInt:
		return arrow.PrimitiveTypes.Int8
	case batch.SmallInt:
		return arrow.PrimitiveTypes.Int16
	case batch.Integer:
		return arrow.PrimitiveTypes.Int32
	case batch.Real:
		return arrow.PrimitiveTypes.Float32
	case batch.IntervalDay, batch.IntervalMonth:
		return arrow.BinaryTypes.String
	case batch.Array:
		return arrow.ListOf(narrowType(*t.Elem))
	case batch.Row:
		fields := make([]arrow.Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = narrowField(f)
		}
		return arrow.StructOf(fields...)
	}
	return t.Arrow()
}

// record returns the batch in its narrow layout; the caller releases it.
func (n narrower) record(b batch.Batch) arrow.Record {
	var cols []arrow.Array
	if n.changes {
		cols = append(cols, kinds(b))
	}
	for i, f := range n.schema.Fields() {
		cols = append(cols, narrowArray(f.Type, b.Column(i)))
	}
	rec := array.NewRecord(n.arrow, cols, b.NumRows())
	for _, c := range cols {
		c.Release()
	}
	return rec
}

func kinds(b batch.Batch) arrow.Array {
	out := array.NewStringBuilder(memory.DefaultAllocator)
	defer out.Release()
	for i := range b.Rows() {
		out.Append(b.Kind(i).String())
	}
	return out.NewArray()
}

// narrowArray returns a counted array of narrowType(t).
func narrowArray(t batch.Type, a arrow.Array) arrow.Array {
	switch wide := a.(type) {
	case *array.Int64:
		return narrowInts(t, wide)
	case *array.Float64:
		if t.ID == batch.Real {
			return narrowFloats(wide)
		}
	case *array.List:
		items := narrowArray(*t.Elem, wide.ListValues())
		defer items.Release()
		return rebuild(t, a, items.Data())
	case *array.Struct:
		return narrowStruct(t, wide)
	}
	a.Retain()
	return a
}

func narrowInts(t batch.Type, a *array.Int64) arrow.Array {
	switch t.ID {
	case batch.TinyInt:
		return convert(a, array.NewInt8Builder(memory.DefaultAllocator), func(n int64) int8 { return int8(n) })
	case batch.SmallInt:
		return convert(a, array.NewInt16Builder(memory.DefaultAllocator), func(n int64) int16 { return int16(n) })
	case batch.Integer:
		return convert(a, array.NewInt32Builder(memory.DefaultAllocator), func(n int64) int32 { return int32(n) })
	case batch.IntervalDay:
		return convert(a, array.NewStringBuilder(memory.DefaultAllocator), func(n int64) string { return string(appendInterval(nil, n)) })
	case batch.IntervalMonth:
		return convert(a, array.NewStringBuilder(memory.DefaultAllocator), func(n int64) string { return string(appendMonths(nil, n)) })
	}
	a.Retain()
	return a
}

// appender is a builder of values of T.
type appender[T any] interface {
	array.Builder
	Append(T)
}

func convert[T any](a *array.Int64, out appender[T], f func(int64) T) arrow.Array {
	defer out.Release()
	out.Reserve(a.Len())
	for i, n := range a.Int64Values() {
		if a.IsNull(i) {
			out.AppendNull()
		} else {
			out.Append(f(n))
		}
	}
	return out.NewArray()
}

func narrowFloats(a *array.Float64) arrow.Array {
	out := array.NewFloat32Builder(memory.DefaultAllocator)
	defer out.Release()
	for i, x := range a.Float64Values() {
		if a.IsNull(i) {
			out.AppendNull()
		} else {
			out.Append(float32(x))
		}
	}
	return out.NewArray()
}

func narrowStruct(t batch.Type, a *array.Struct) arrow.Array {
	members := make([]arrow.ArrayData, len(t.Fields))
	for i, f := range t.Fields {
		wide := array.MakeFromData(a.Data().Children()[i])
		narrow := narrowArray(f.Type, wide)
		wide.Release()
		defer narrow.Release()
		members[i] = narrow.Data()
	}
	return rebuild(t, a, members...)
}

// rebuild returns a's own buffers over other children, which start where a's
// children do.
func rebuild(t batch.Type, a arrow.Array, children ...arrow.ArrayData) arrow.Array {
	d := a.Data()
	data := array.NewData(narrowType(t), d.Len(), d.Buffers(), children, a.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}
