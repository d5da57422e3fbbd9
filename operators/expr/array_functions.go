package expr

import (
	"strings"

	"kinesql/operators/batch"
)

func arrayFunctions() []*Function {
	return family(
		define("CARDINALITY(array ARRAY) -> BIGINT", intRow(func(r *row) int64 { return int64(len(r.items(0))) }),
			"How many elements an array has.", "CARDINALITY(CAST('[5, 6, 7]' AS ARRAY<BIGINT>))", "3").total().as("ARRAY_LENGTH"),
		special("ARRAY_CONTAINS(array ARRAY, value ANY) -> BOOLEAN", resolveArrayPlace("ARRAY_CONTAINS", batch.Boolean),
			"Whether a value is an element of an array.", "ARRAY_CONTAINS(CAST('[5, 6]' AS ARRAY<BIGINT>), 6)", "true").as(),
		special("ARRAY_POSITION(array ARRAY, value ANY) -> BIGINT", resolveArrayPlace("ARRAY_POSITION", batch.BigInt),
			"The place of the first element that equals a value, from 1; 0 if none does.", "ARRAY_POSITION(CAST('[5, 6]' AS ARRAY<BIGINT>), 6)", "2").as(),
		define("ARRAY_JOIN(array ARRAY, separator VARCHAR[, null VARCHAR]) -> VARCHAR", textRow(arrayJoin),
			"The elements as text with a separator between them; NULLs are left out, or written as the third argument.",
			"ARRAY_JOIN(CAST('[5, 6]' AS ARRAY<BIGINT>), '-')", "5-6").total().as("ARRAY_TO_STRING"),
	)
}

// items returns the elements of argument k as JSON values.
func (r *row) items(k int) []any {
	list, _ := jsonAt(r.vec(k), r.i).([]any)
	if list == nil {
		r.null()
	}
	return list
}

// resolveArrayPlace is ARRAY_CONTAINS and ARRAY_POSITION.
func resolveArrayPlace(name string, result batch.TypeID) func(args []Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity(name, args, 2); err != nil {
			return nil, nil, err
		}
		t := args[0].Type()
		if t.ID != batch.Array {
			return nil, nil, typeErrorf(0, "%s wants ARRAY as argument 1, got %s", name, t)
		}
		if _, ok := CommonType(*t.Elem, args[1].Type()); !ok && !isTextLiteral(args[1]) {
			return nil, nil, typeErrorf(1, "%s does not go with elements of %s", args[1].Type(), t.Elem)
		}
		value, err := implicit(args[1], *t.Elem)
		if err != nil {
			return nil, nil, blame(err, 1)
		}
		impl := &implementation{typ: batch.Of(result), total: true}
		impl.make = intRow(arrayPlace)
		if result == batch.Boolean {
			impl.make = boolRow(func(r *row) bool { return arrayPlace(r) > 0 })
		}
		return impl, []Node{args[0], value}, nil
	}
}

func arrayPlace(r *row) int64 {
	want := jsonAt(r.vec(1), r.i)
	for i, v := range r.items(0) {
		if equalJSON(v, want) {
			return int64(i) + 1
		}
	}
	return 0
}

func arrayJoin(r *row, dst []byte) []byte {
	var parts []string
	for _, v := range r.items(0) {
		s, isText := v.(string)
		switch {
		case v == nil && r.count() < 3:
			continue
		case v == nil:
			s = string(r.text(2))
		case !isText:
			s = string(appendJSON(nil, v))
		}
		parts = append(parts, s)
	}
	return append(dst, strings.Join(parts, string(r.text(1)))...)
}
