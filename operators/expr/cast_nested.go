package expr

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
)

// Nested values are cast by way of JSON values: they are rare on hot paths.

// castJSON makes JSON of any value: text is parsed, times become strings, ARRAY
// and ROW become arrays and objects.
func castJSON(from batch.Type) maker {
	if isText(from) {
		return textRow(func(r *row, dst []byte) []byte {
			v, err := parseJSON(r.text(0))
			if err != nil {
				r.badCast("")
				return dst
			}
			return appendJSON(dst, v)
		})
	}
	return textRow(func(r *row, dst []byte) []byte { return appendJSON(dst, jsonAt(r.vec(0), r.i)) })
}

// jsonAt returns a value as JSON has it. Texts and times are strings; JSON is
// parsed, and a string where it is not well formed.
func jsonAt(v *batch.Vector, i int) any {
	if !v.IsValid(i) {
		return nil
	}
	switch v.Type.ID {
	case batch.Boolean:
		return v.Bool[v.At(i)]
	case batch.JSON:
		if parsed, err := parseJSON(v.Bytes(i)); err == nil {
			return parsed
		}
	case batch.Array:
		return jsonArray(v, v.At(i))
	case batch.Row:
		return jsonObject(v, v.At(i))
	}
	text := string(appendText(nil, v, i))
	if v.Type.IsNumeric() {
		return json.Number(text)
	}
	return text
}

func jsonArray(v *batch.Vector, i int) any {
	if v.Nested == nil || v.Nested.IsNull(i) {
		return nil
	}
	items, starts := v.Items()
	out := make([]any, 0, starts[i+1]-starts[i])
	for k := starts[i]; k < starts[i+1]; k++ {
		out = append(out, jsonAt(&items, int(k)))
	}
	return out
}

func jsonObject(v *batch.Vector, i int) any {
	if v.Nested == nil || v.Nested.IsNull(i) {
		return nil
	}
	out := newObject()
	for k, f := range v.Type.Fields {
		m := v.Member(k)
		out.set(f.Name, jsonAt(&m, i))
	}
	return out
}

// appendNested writes an ARRAY or ROW as JSON.
func appendNested(dst []byte, v *batch.Vector, i int) []byte { return appendJSON(dst, jsonAt(v, i)) }

// castNested makes an ARRAY or ROW of one of another type, of JSON, or of text that
// holds JSON. Objects give a ROW's members by name, arrays by position.
func castNested(from, to batch.Type) maker {
	if !isText(from) && from.Lane() != batch.LaneNested {
		return nil
	}
	return always(func(f *frame) {
		b := array.NewBuilder(memory.DefaultAllocator, to.Arrow())
		defer b.Release()
		r := row{f: f}
		for i := range f.n {
			r.i = i
			if !f.wanted(i) {
				b.AppendNull()
				continue
			}
			v, err := nestedSource(&r)
			if err == nil {
				err = appendBuilder(b, to, v)
			}
			if err != nil {
				r.badCast(": " + err.Error())
			}
		}
		f.out.Nested = b.NewArray()
	})
}

func nestedSource(r *row) (any, error) {
	if v := r.vec(0); v.Type.Lane() == batch.LaneNested {
		return jsonAt(v, r.i), nil
	}
	return parseJSON(r.text(0))
}

// appendBuilder appends exactly one value, NULL where it returns an error.
func appendBuilder(b array.Builder, t batch.Type, v any) error {
	if v == nil {
		b.AppendNull()
		return nil
	}
	switch t.ID {
	case batch.Array:
		return appendArray(b.(*array.ListBuilder), t, v)
	case batch.Row:
		return appendRow(b.(*array.StructBuilder), t, v)
	}
	cast, err := castScalar(v, t)
	if err != nil {
		b.AppendNull()
		return err
	}
	appendScalar(b, t, cast)
	return nil
}

func appendArray(b *array.ListBuilder, t batch.Type, v any) error {
	list, ok := v.([]any)
	if !ok {
		b.AppendNull()
		return fmt.Errorf("want an array")
	}
	b.Append(true)
	var first error
	for _, e := range list {
		if err := appendBuilder(b.ValueBuilder(), *t.Elem, e); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func appendRow(b *array.StructBuilder, t batch.Type, v any) error {
	member, ok := memberOf(v)
	if !ok {
		b.AppendNull()
		return fmt.Errorf("want an object or an array")
	}
	b.Append(true)
	var first error
	for i, f := range t.Fields {
		if err := appendBuilder(b.FieldBuilder(i), f.Type, member(i, f.Name)); err != nil && first == nil {
			first = fmt.Errorf("member %s: %w", f.Name, err)
		}
	}
	return first
}

// memberOf looks members up in an object by name, in an array by position.
func memberOf(v any) (func(i int, name string) any, bool) {
	switch v := v.(type) {
	case *object:
		return func(_ int, name string) any { return v.member(name) }, true
	case []any:
		return func(i int, _ string) any {
			if i < len(v) {
				return v[i]
			}
			return nil
		}, true
	}
	return nil, false
}

// member looks a key up exactly, else whatever its case.
func (o *object) member(name string) any {
	if v, ok := o.values[name]; ok {
		return v
	}
	for _, k := range o.keys {
		if strings.EqualFold(k, name) {
			return o.values[k]
		}
	}
	return nil
}

// castScalar casts a JSON value to a type that is not nested, by the casts of SQL.
func castScalar(v any, t batch.Type) (*Literal, error) {
	cast, err := NewCast(NewLiteral(appendJSON(nil, v), batch.Of(batch.JSON), -1), t, false, -1)
	if err != nil {
		return nil, err
	}
	if l, ok := cast.(*Literal); ok {
		return l, nil
	}
	if l, ok := evalConst(cast); ok {
		return l, nil
	}
	return nil, fmt.Errorf("%s is no %s", appendJSON(nil, v), t)
}

func appendScalar(b array.Builder, t batch.Type, l *Literal) {
	if !l.Value.IsValid(0) {
		b.AppendNull()
		return
	}
	v := &l.Value
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(v.Bool[0])
	case *array.Float64Builder:
		b.Append(v.F64[0])
	case *array.Decimal128Builder:
		b.Append(decimal128.Num(v.Dec[0]))
	case *array.StringBuilder:
		b.Append(string(v.Bytes(0)))
	case *array.BinaryBuilder:
		b.Append(v.Bytes(0))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.I64[0]))
	case *array.Time64Builder:
		b.Append(arrow.Time64(v.I64[0]))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.I64[0]))
	case *array.Int64Builder:
		b.Append(v.I64[0])
	}
}
