package batch

import (
	"bytes"
	"encoding/json"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// JSON returns row i as a JSON object, its members in the order of the columns.
// It serves messages and the error stream, not the hot path.
func (b Batch) JSON(i int) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for c, f := range b.schema.fields {
		member(&out, c, f.Name, b.Column(c), i)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// ValueJSON returns value i of an Arrow array as JSON, the members of a ROW in
// their order. What JSON cannot say, such as NaN, becomes a string.
func ValueJSON(a arrow.Array, i int) []byte {
	var out bytes.Buffer
	value(&out, a, i)
	return out.Bytes()
}

func member(out *bytes.Buffer, c int, name string, a arrow.Array, i int) {
	if c > 0 {
		out.WriteByte(',')
	}
	scalar(out, name, "")
	out.WriteByte(':')
	value(out, a, i)
}

func value(out *bytes.Buffer, a arrow.Array, i int) {
	if a.IsNull(i) {
		out.WriteString("null")
		return
	}
	switch a := a.(type) {
	case *array.Struct:
		out.WriteByte('{')
		for c, f := range a.DataType().(*arrow.StructType).Fields() {
			member(out, c, f.Name, a.Field(c), i)
		}
		out.WriteByte('}')
	case *array.List:
		out.WriteByte('[')
		from, to := a.ValueOffsets(i)
		for k := from; k < to; k++ {
			if k > from {
				out.WriteByte(',')
			}
			value(out, a.ListValues(), int(k))
		}
		out.WriteByte(']')
	default:
		scalar(out, a.GetOneForMarshal(i), a.ValueStr(i))
	}
}

// scalar writes v, or the string instead where v has no JSON.
func scalar(out *bytes.Buffer, v any, instead string) {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		scalar(out, instead, "")
		return
	}
	out.Truncate(out.Len() - 1) // the newline
}
