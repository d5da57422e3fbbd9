package aggregate

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"kinesql/operators/batch"
)

// MaxArray is how many bytes JSON_ARRAYAGG returns at most. What would be longer
// is NULL, and a row error.
const MaxArray = 64 << 10

func jsonArray() *Function {
	return &Function{
		Name: "JSON_ARRAYAGG", Signature: "JSON_ARRAYAGG([DISTINCT] x [ORDER BY y [DESC], ...])",
		Summary: "JSON array of all values, NULL included, in the given order, else that of arrival; at most 64 KiB.",
		Example: "SELECT JSON_ARRAYAGG(path ORDER BY path) FROM s",
		Ordered: true, seesNulls: true,
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity("JSON_ARRAYAGG", args, 1, 1); err != nil {
				return batch.Type{}, nil, err
			}
			t := args[0]
			if !t.IsNumeric() && t.ID != batch.Boolean && t.ID != batch.JSON {
				t = textTypes(args)[0]
			}
			return batch.Of(batch.JSON), []batch.Type{t}, nil
		},
		make: makeArray, changing: changingCollection(makeArray),
	}
}

func makeArray(s spec) (func() State, error) {
	if t := s.args[0]; t.Lane() == batch.LaneNested || t.IsTemporal() || t.IsInterval() {
		return nil, mismatch("JSON_ARRAYAGG", 0, "a number, BOOLEAN, VARCHAR or JSON", t)
	}
	return func() State { return &array{collector{order: s.Order}} }, nil
}

// array is the state of JSON_ARRAYAGG.
type array struct{ collector }

func (s *array) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		e := s.begin(in, r)
		s.arena = appendJSON(s.arena, &in.Args[0], r)
		s.end(e, ids[i])
	}
}

func appendJSON(dst []byte, v *batch.Vector, r int32) []byte {
	if !v.IsValid(int(r)) {
		return append(dst, "null"...)
	}
	switch v.Type.Lane() {
	case batch.LaneInt:
		return strconv.AppendInt(dst, v.I64[r], 10)
	case batch.LaneFloat:
		return appendJSONFloat(dst, v.F64[r])
	case batch.LaneBool:
		return strconv.AppendBool(dst, v.Bool[r])
	case batch.LaneDecimal:
		return append(dst, v.Dec[r].ToString(int32(v.Type.Scale))...)
	}
	if v.Type.ID == batch.JSON {
		return append(dst, v.Bytes(int(r))...)
	}
	text, _ := json.Marshal(string(v.Bytes(int(r)))) // a string always can be
	return append(dst, text...)
}

// appendJSONFloat writes what JSON has no number for as null, and both zeros
// as 0.
func appendJSONFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f+0, 'g', -1, 64)
}

func (s *array) Merge(from State, src, dst []uint32) { s.merge(&from.(*array).collector, src, dst) }

func (s *array) Result(ids []uint32, out *batch.Vector, fail Fail) {
	for i, id := range ids {
		list := s.sorted(id)
		if len(list) == 0 {
			appendNull(out)
			continue
		}
		text := []byte{'['}
		for j, e := range list {
			if j > 0 {
				text = append(text, ',', ' ')
			}
			text = append(text, s.textOf(e)...)
		}
		if text = append(text, ']'); len(text) > MaxArray {
			appendNull(out)
			fail(i, fmt.Sprintf("JSON_ARRAYAGG is longer than %d bytes", MaxArray))
			continue
		}
		appendBytes(out, text)
	}
}
