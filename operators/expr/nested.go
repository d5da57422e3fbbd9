package expr

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
)

func nestedFunctions() []*Function {
	return []*Function{
		special("FIELD(text VARCHAR, item VARCHAR...) -> BIGINT", resolveField,
			"The place of the first item that equals the text, from 1; 0 if none does.", "FIELD('b', 'a', 'b', 'c')", "2"),
		special("ELEMENT(array ARRAY, i BIGINT) -> ANY", resolveElement,
			"Element i of an ARRAY or a JSON array, from 1; NULL beyond its ends.", "ELEMENT(CAST('[5, 6, 7]' AS ARRAY<BIGINT>), 2)", "6"),
	}
}

// resolveField is FIELD(row, 'member') for ROW and JSON values, and otherwise
// MySQL's FIELD.
func resolveField(args []Node) (*implementation, []Node, error) {
	if len(args) < 2 {
		return nil, nil, typeErrorf(-1, "FIELD takes at least 2 arguments, got %d", len(args))
	}
	t := args[0].Type()
	if t.ID != batch.Row && (t.ID != batch.JSON || len(args) != 2) {
		return resolvePlace(args)
	}
	v, _ := ConstValue(args[1])
	name, ok := v.(string)
	if !ok {
		return nil, nil, typeErrorf(1, "the name of a member must be a constant text")
	}
	if t.ID == batch.JSON {
		return &implementation{typ: t, make: jsonMember(name), print: printMember}, args, nil
	}
	i, err := memberIndex(t, name)
	if err != nil {
		return nil, nil, err
	}
	return &implementation{typ: t.Fields[i].Type, total: true, form: rowMember(i), print: printMember}, args, nil
}

func printMember(args []Node) string {
	v, _ := ConstValue(args[2])
	name, _ := v.(string)
	return args[1].String() + "." + name
}

// memberIndex finds a member exactly, else whatever its case if only one fits.
func memberIndex(t batch.Type, name string) (int, error) {
	found, names := -1, []string{}
	for i, f := range t.Fields {
		if f.Name == name {
			return i, nil
		}
		names = append(names, f.Name)
		if strings.EqualFold(f.Name, name) {
			if found >= 0 {
				return 0, typeErrorf(1, "member %q is ambiguous: %s and %s", name, t.Fields[found].Name, f.Name)
			}
			found = i
		}
	}
	if found < 0 {
		return 0, typeErrorf(1, "no member %q; there are %s", name, strings.Join(names, ", "))
	}
	return found, nil
}

func rowMember(i int) form {
	return func(p *Program, s *step, active []bool) *batch.Vector {
		v := p.eval(s.args[0], active)
		if v.Nested == nil {
			s.frame.begin(p, s, true, active)
			s.frame.allNull()
			return s.frame.out
		}
		constant, valid := v.Const, v.Valid
		s.vec = v.Member(i)
		s.vec.Const, s.vec.Len = constant, p.rows
		for r, ok := range valid {
			if !ok {
				s.vec.SetNull(r)
			}
		}
		return &s.vec
	}
}

func jsonMember(name string) maker {
	return textRow(func(r *row, dst []byte) []byte {
		v, err := parseJSON(r.text(0))
		o, ok := v.(*object)
		if err != nil || !ok {
			r.null()
			return dst
		}
		member, ok := o.values[name]
		if !ok {
			r.null()
		}
		return appendJSON(dst, member)
	})
}

// resolvePlace is FIELD(text, item, ..) by the common type of all.
func resolvePlace(args []Node) (*implementation, []Node, error) {
	cast, err := ordered(args)
	if err != nil {
		return nil, nil, err
	}
	m := intRow(func(r *row) int64 {
		for k := 1; r.valid(0) && k < r.count(); k++ {
			if r.valid(k) && compareAt(r.vec(0), r.i, r.vec(k), r.i) == 0 {
				return int64(k)
			}
		}
		return 0
	})
	return &implementation{typ: batch.Of(batch.BigInt), total: true, nullable: true, make: m}, cast, nil
}

func resolveElement(args []Node) (*implementation, []Node, error) {
	if err := arity("ELEMENT", args, 2); err != nil {
		return nil, nil, err
	}
	index, err := class("BIGINT").coerce(args[1])
	if err != nil || class("BIGINT").cost(args[1].Type()) >= impossible {
		return nil, nil, typeErrorf(1, "ELEMENT wants BIGINT as argument 2, got %s", args[1].Type())
	}
	cast := []Node{args[0], index}
	switch t := args[0].Type(); t.ID {
	case batch.Array:
		return &implementation{typ: *t.Elem, total: true, make: always(elementKernel)}, cast, nil
	case batch.JSON:
		return &implementation{typ: t, make: textRow(jsonElement)}, cast, nil
	case batch.Null:
		return &implementation{typ: t, total: true, nullable: true, make: always((*frame).allNull)}, cast, nil
	}
	return nil, nil, typeErrorf(0, "ELEMENT wants ARRAY or JSON as argument 1, got %s", args[0].Type())
}

func jsonElement(r *row, dst []byte) []byte {
	v, err := parseJSON(r.text(0))
	list, ok := v.([]any)
	i := r.int(1)
	if err != nil || !ok || i < 1 || i > int64(len(list)) {
		r.null()
		return dst
	}
	return appendJSON(dst, list[i-1])
}

// elementKernel takes from the items of all rows those that are asked for, and
// NULL, which is laid behind them, for the rest.
func elementKernel(f *frame) {
	list := f.args[0]
	if list.Nested == nil {
		f.allNull()
		return
	}
	items, starts := list.Items()
	rows := make([]int32, f.n)
	nulls := make([]bool, f.n)
	r := row{f: f}
	for i := range rows {
		r.i = i
		at := list.At(i)
		k := int64(0)
		if f.wanted(i) && validNested(list, i) {
			k = r.int(1)
		}
		if nulls[i] = k < 1 || k > int64(starts[at+1]-starts[at]); !nulls[i] {
			rows[i] = starts[at] + int32(k-1)
		}
	}
	takeItems(f, &items, rows, nulls)
}

func takeItems(f *frame, items *batch.Vector, rows []int32, nulls []bool) {
	constant, length := f.out.Const, f.out.Len
	if items.Len == 0 {
		none := NewLiteral(nil, items.Type, -1).Value
		if items.Type.Lane() == batch.LaneNested {
			none.Nested = array.MakeArrayOfNull(memory.DefaultAllocator, arrow.DataType(items.Type.Arrow()), 1)
		}
		none.Const = false
		items = &none
	}
	out := items.Take(rows)
	out.Const, out.Len = constant, length
	for i, null := range nulls {
		if null {
			if out.Valid == nil {
				out.Valid = resize(out.Valid, len(rows))
				for k := range out.Valid {
					out.Valid[k] = true
				}
			}
			out.Valid[i] = false
		}
	}
	*f.out = out
}
